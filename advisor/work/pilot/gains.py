"""How much better the tuned model is, taken apart into task and format, each with its interval."""

from collections.abc import Sequence
from dataclasses import dataclass

from advisor.work.pilot.measuring import Measured
from advisor.work.pilot.rows import Row
from advisor.work.pilot.scoring import RowLoss
from heuristics.basis import Basis, Estimate
from heuristics.facts.pilot import Gain
from heuristics.goal import Metric
from heuristics.statistics import mcnemar_exact, paired_bootstrap, share_difference

BASE, FEW_SHOT = "base", "base few-shot"


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same test rows answered by the base model and by the tuned one."""

    rows: Sequence[Row]
    base: Measured
    few_shot: Measured | None
    tuned: Measured
    seed: int

    def gains(self) -> list[Gain]:
        """Every gain that these rows allow to measure."""
        found = [self.loss()]
        if len(self.places) > 1:
            found += [self.task(), self.format()]
        if self.tuned.matches:
            found += [self.exact_match(), self.token_f1()]
        return found

    @property
    def places(self) -> list[int]:
        """Rows with a swapped prompt."""
        return sorted(self.tuned.swapped)

    def loss(self) -> Gain:
        """Fall of the loss against the better of the two baselines."""
        name, best = BASE, self.base
        if self.few_shot and self.few_shot.score(FEW_SHOT).loss < best.score(BASE).loss:
            name, best = FEW_SHOT, self.few_shot
        places = range(len(self.rows))
        falls = [best.own[each].nll - self.tuned.own[each].nll for each in places]
        return self._per_token("loss", falls, list(places), name, "loss on the answers' tokens")

    def task(self) -> Gain:
        """How much more the tuned model loses than the base model when a row's prompt is another row's."""
        tuned, base = self.tuned, self.base
        rises = [
            (tuned.swapped[each].nll - tuned.own[each].nll) - (base.swapped[each].nll - base.own[each].nll)
            for each in self.places
        ]
        return self._per_token("task", rises, self.places, BASE, "rise of the loss under swapped prompts")

    def format(self) -> Gain:
        """Loss gain less task gain: what is better even under a prompt that does not belong to the answer."""
        falls = [self.base.swapped[each].nll - self.tuned.swapped[each].nll for each in self.places]
        return self._per_token("format", falls, self.places, BASE, "loss under swapped prompts")

    def exact_match(self) -> Gain:
        """Rise of the share of rows answered exactly, against the better of the two baselines."""
        name, best = BASE, self.base.matches
        if self.few_shot and sum(self.few_shot.matches.values()) > sum(best.values()):
            name, best = FEW_SHOT, self.few_shot.matches
        places = sorted(self.tuned.matches)
        rises = [float(self.tuned.matches[each]) - float(best[each]) for each in places]
        gained, lost = sum(each > 0 for each in rises), sum(each < 0 for each in rises)
        mean, low, high = paired_bootstrap(rises, [1.0] * len(places), self._groups(places), self.seed)
        if len(set(rises)) == 1:
            right = [sum(matches[each] for each in places) for matches in (best, self.tuned.matches)]
            low, high = share_difference((right[0], len(places)), (right[1], len(places)))
        return Gain(
            name="exact_match",
            estimate=Estimate(mean, low, high, "share", Basis.MEASURED, _source(len(places))),
            baseline=name,
            items=len(places),
            seeds=1,
            p_value=mcnemar_exact(gained, lost),
            method=f"greedy answers: {gained} rows gained, {lost} lost; McNemar's exact test",
        )

    def token_f1(self) -> Gain:
        """Rise of the mean F1 of the answers' words, against the better of the two baselines."""
        name, best = BASE, self.base.overlaps
        if self.few_shot and sum(self.few_shot.overlaps.values()) > sum(best.values()):
            name, best = FEW_SHOT, self.few_shot.overlaps
        places = sorted(self.tuned.overlaps)
        rises = [self.tuned.overlaps[each] - best[each] for each in places]
        mean, low, high = paired_bootstrap(rises, [1.0] * len(places), self._groups(places), self.seed)
        return Gain(
            name="token_f1",
            estimate=Estimate(mean, low, high, "share", Basis.MEASURED, _source(len(places))),
            baseline=name,
            items=len(places),
            seeds=1,
            method="F1 of the words of greedy answers, paired by row",
        )

    def _per_token(self, name: str, sums: list[float], places: list[int], baseline: str, what: str) -> Gain:
        tokens = [self.tuned.own[each].tokens for each in places]
        means = [total / count for total, count in zip(sums, tokens, strict=True)]
        weights = [float(each) for each in tokens]
        mean, low, high = paired_bootstrap(means, weights, self._groups(places), self.seed)
        return Gain(
            name=name,  # type: ignore[arg-type]
            estimate=Estimate(mean, low, high, "nats", Basis.MEASURED, _source(len(places))),
            baseline=baseline,
            items=len(places),
            seeds=1,
            method=f"{what}, per answer token, paired by row",
        )

    def _groups(self, places: Sequence[int]) -> list[str]:
        return [self.rows[each].group for each in places]


def cleaning_gain(rows: Sequence[Row], raw: Sequence[RowLoss], cleaned: Sequence[RowLoss], seed: int) -> Gain:
    """Fall of the loss on cleaned test rows from training on cleaned instead of raw rows."""
    falls = [one.per_token - two.per_token for one, two in zip(raw, cleaned, strict=True)]
    weights = [float(each.tokens) for each in raw]
    mean, low, high = paired_bootstrap(falls, weights, [each.group for each in rows], seed)
    return Gain(
        name="cleaning",
        estimate=Estimate(mean, low, high, "nats", Basis.MEASURED, _source(len(rows))),
        baseline="raw rows",
        items=len(rows),
        seeds=1,
        method="loss per answer token on cleaned test rows, equal training tokens, paired by row",
    )


def ceiling(base: Measured, few_shot: Measured | None, metric: Metric) -> tuple[str, float] | None:
    """The better of the two baselines on the goal's metric, and how far it is from the best possible value;
    None when it was not measured."""
    scores = [(BASE, base.score(BASE).of(metric))]
    if few_shot is not None:
        scores.append((FEW_SHOT, few_shot.score(FEW_SHOT).of(metric)))
    rooms = [(name, value if metric == "loss" else 1 - value) for name, value in scores if value is not None]
    return min(rooms, key=lambda each: each[1], default=None)


def _source(items: int) -> str:
    return f"measured on {items:,} test rows; bootstrap over groups of rows with one prompt"
