"""What each picture shows, in a sentence, for readers who do not see it."""

import math

from advisor import numbers
from heuristics.facts.data import TokenFacts
from heuristics.facts.experiment import RateEvidence
from heuristics.facts.forecast import Forecast
from heuristics.facts.pilot import Run
from heuristics.planning.recipe import Plan


def ladder(made: Forecast) -> str:
    """Where the curve begins, where it stands and where it may go."""
    smallest, name = min(each.samples for each in made.points), made.metric.replace("_", " ")
    values = [each.value for each in made.points if each.samples == smallest]
    mean = sum(values) / len(values)
    first = 1 - mean if made.unit == "share" else mean
    said = (
        f"From {smallest:,} to {made.largest:,} rows {name} went from {_level(first, made)} "
        f"to {_level(made.now, made)}."
    )
    if not made.ahead:
        return said
    far = made.ahead[-1]
    slope = "" if made.measurable else " No slope is measurable: the band of the gain includes none."
    return (
        f"{said} At {far.samples:,} rows {_level(far.value.value, made)} is expected, "
        f"80 % band {numbers.spread(far.value)}.{slope}"
    )


def _level(value: float, made: Forecast) -> str:
    return numbers.quantity(value, made.unit)


def losses(run: Run) -> str:
    """Both losses from first to last, and the lowest held-out one."""
    said = [_went("training loss", run.train_loss)]
    heldout = [each for each in run.heldout_loss if math.isfinite(each[1])]
    if heldout:
        step, lowest = min(heldout, key=lambda each: each[1])
        said.append(_went("held-out loss", run.heldout_loss))
        said.append(f"lowest {numbers.decimal(lowest)} at step {step:,}")
    return f"On {run.samples:,} rows: {'; '.join(said)}."


def _went(name: str, points: tuple[tuple[int, float], ...]) -> str:
    return f"{name} from {numbers.decimal(points[0][1])} to {numbers.decimal(points[-1][1])} nats"


def rates(rate: RateEvidence) -> str:
    """The best rate tried, what the pilot took from it, and which rates failed."""
    tried = [(each.heldout_loss, each.learning_rate) for each in rate.points if each.heldout_loss is not None]
    loss, best = min(tried)
    failed = [each.learning_rate for each in rate.points if each.heldout_loss is None]
    diverged = f" Diverged: {', '.join(map(numbers.decimal, failed))}." if failed else ""
    return (
        f"Of {len(rate.points)} rates {numbers.decimal(best)} gave the lowest held-out loss, "
        f"{numbers.decimal(loss)} nats; the pilot took {numbers.decimal(rate.best)}, the full run takes "
        f"{numbers.decimal(rate.full_run)}.{diverged}"
    )


def lengths(tokens: TokenFacts, limit: int | None) -> str:
    """The usual and the longest row, and where rows are cut."""
    row = tokens.total
    cut = ""
    if limit is not None:
        cut = f" Rows are cut at {limit:,}." if row.largest > limit else f" None is cut: {limit:,} fit."
    return (
        f"Half of the rows have {row.p50:,} tokens or fewer, 95 % have {row.p95:,} or fewer, "
        f"the longest has {row.largest:,}.{cut}"
    )


def costs(plan: Plan) -> str:
    """The cheapest and the dearest offer, beside this machine."""
    cheap = min(plan.offers, key=lambda each: each.cost.value)
    dear = max(plan.offers, key=lambda each: each.cost.value)
    here = (
        f"Electricity here costs {numbers.quantity(plan.money.cost.value, 'USD')}. "
        if plan.money is not None
        else ""
    )
    return (
        f"{here}Of {len(plan.offers)} offers the cheapest is {cheap.provider} {cheap.gpus} × {cheap.gpu}, "
        f"{numbers.quantity(cheap.cost.value, 'USD')}, the dearest {dear.provider} {dear.gpus} × "
        f"{dear.gpu}, {numbers.quantity(dear.cost.value, 'USD')}."
    )
