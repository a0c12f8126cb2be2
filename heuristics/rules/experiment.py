"""Rules about what the pilot's phases found: rate, learning curve, memorised rows."""

from collections.abc import Callable

from heuristics.facts.forecast import Forecast
from heuristics.facts.pilot import PilotFacts
from heuristics.finding import Finding, Level
from heuristics.known import Known
from heuristics.pilot.rate_search import at_open_edge
from heuristics.thresholds.limits import Limits


def rate_at_edge(pilot: PilotFacts, known: Known, limits: Limits) -> Finding | None:
    """A search for the learning rate that did not enclose the best one, not even by a run that diverged."""
    rate = pilot.rate
    if rate is None or rate.basis not in ("best tried", "none"):
        return None
    if rate.basis == "none":
        return Finding(
            "pilot.rate_edge",
            Level.RISK,
            "Every learning rate that was tried diverged",
            f"{rate.best:.2g} is lower than all of them and was not compared.",
            "Look at the alarms; fix a much lower rate, or use another precision.",
            rate.reason,
        )
    if not at_open_edge(rate.points, rate.best):
        return None
    return Finding(
        "pilot.rate_edge",
        Level.RISK,
        f"The best learning rate, {rate.best:.2g}, lies at the edge of what was tried",
        "A rate beyond it may be better still.",
        f"Give the pilot more time, or fix {rate.best:.2g} as the rate and run it again.",
        rate.reason,
        count=len(rate.points),
    )


def no_slope(pilot: PilotFacts, known: Known, limits: Limits) -> Finding | None:
    """A learning curve on which more rows bring nothing that can be measured."""
    if not pilot.rungs:
        return None
    from heuristics.forecast import forecast  # numpy, which the program's start must not wait for

    made = forecast(pilot, known.goal.metric, limits.forecast)
    if not isinstance(made, Forecast) or made.measurable:
        return None
    far = made.ahead[-1]
    return Finding(
        "pilot.no_slope",
        Level.OK,
        f"No measurable slope: {far.samples:,} rows may bring no more than {made.largest:,}",
        "The 80 % band of the learning curve includes no gain.",
        "Better rows or a larger model may help more than further rows of the same kind.",
        f"form: {made.form}",
        count=len(made.points),
    )


def memorised(pilot: PilotFacts, known: Known, limits: Limits) -> Finding | None:
    """Training rows that the tuned model repeats word for word, more often than rows that it never saw."""
    found = pilot.memorised
    if found is None or found.rows == 0:
        return None
    new = found.reproduced - found.by_base
    unseen = found.heldout_reproduced / found.heldout_rows if found.heldout_rows else 0.0
    if new <= 0 or found.reproduced / found.rows <= unseen:
        return None
    lines = f" Rows: {', '.join(f'{each:,}' for each in found.lines)}." if found.lines else ""
    return Finding(
        "pilot.memorised",
        Level.RISK,
        f"{found.reproduced:,} of {found.rows:,} training rows are repeated word for word",
        f"The base model repeats {found.by_base:,} of them; of {found.heldout_rows:,} rows that were not "
        f"trained on, {found.heldout_reproduced:,} are repeated.{lines}",
        "Remove private text and repeated rows, and train fewer passes.",
        f"at least {found.least_tokens} tokens in a row: 2202.07646",
        count=found.reproduced,
        share=found.reproduced / found.rows,
    )


EXPERIMENT_RULES: tuple[Callable[[PilotFacts, Known, Limits], Finding | None], ...] = (
    rate_at_edge,
    no_slope,
    memorised,
)
