"""What the learning rate rule leaves of the gain that the best rate of a dense grid brings."""

from collections.abc import Iterator
from dataclasses import dataclass

from benchmarks.fields import Json, at, records

TARGET = 0.05
"""Share of the possible gain that the rule may leave, in the mean over fine-tunes."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Held-out loss per answer token after one run, nats; infinite where training broke."""

    task: str
    model: str
    rows: int
    rate: float
    seed: int
    before: float
    after: float
    seconds: float

    @property
    def name(self) -> str:
        """The fine-tune of which this is one rate."""
        return fine_tune(self.task, self.model, self.rows)


@dataclass(frozen=True, slots=True)
class Saved:
    """Everything measured so far."""

    runs: tuple[Outcome, ...] = ()
    rules: tuple[tuple[str, float], ...] = ()
    """(fine-tune, rate that the rule gives for it)."""


@dataclass(frozen=True, slots=True)
class Regret:
    """One fine-tune: the best rate and the rule's, with the mean losses after them over seeds."""

    name: str
    best: float
    best_loss: float
    rule: float
    rule_loss: float
    before: float
    """Loss before training."""

    @property
    def nats(self) -> float:
        """Loss after the rule's rate above that after the best one, nats per token."""
        return self.rule_loss - self.best_loss

    @property
    def share(self) -> float:
        """The same over what the best rate gained."""
        return self.nats / max(1e-9, self.before - self.best_loss)


def saved_of(document: Json) -> Saved:
    """What a results file holds; raises KeyError or TypeError."""
    rules = at(document, "rules")
    assert isinstance(rules, dict)
    runs = (Outcome(**each) for each in records(document, "runs") if isinstance(each, dict))
    return Saved(tuple(runs), tuple(rules.items()))


def fine_tune(task: str, model: str, rows: int) -> str:
    """The name of a fine-tune of which only the rate varies."""
    return f"{task}, {model}, {rows} rows"


def regrets(saved: Saved) -> Iterator[Regret]:
    """One for each fine-tune that was trained at the rule's rate."""
    for name, rule in saved.rules:
        runs = [each for each in saved.runs if each.name == name]
        losses = _means(runs)
        if rule in losses:
            best = min(losses, key=lambda rate: losses[rate])
            yield Regret(name, best, losses[best], rule, losses[rule], runs[0].before)


def _means(outcomes: list[Outcome]) -> dict[float, float]:
    by_rate: dict[float, list[float]] = {}
    for each in outcomes:
        by_rate.setdefault(each.rate, []).append(each.after)
    return {rate: sum(values) / len(values) for rate, values in by_rate.items()}
