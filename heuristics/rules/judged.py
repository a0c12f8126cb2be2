"""How the count of one check becomes a finding."""

from collections.abc import Callable

from heuristics.facts.data import DataFacts
from heuristics.finding import Finding, Level
from heuristics.thresholds.limits import Limits
from heuristics.words import percent, rows

DataRule = Callable[[DataFacts, Limits], Finding | None]


def judged(
    data: DataFacts,
    check: str,
    words: str,
    why: str,
    do: str,
    bounds: tuple[float | None, float | None],
) -> Finding | None:
    """RISK above the first bound, BLOCK above the second, OK for fewer or where a bound is None; nothing when
    the check found none or did not run."""
    result = data.check(check)
    if result is None or result.count <= 0:
        return None
    risk, block = bounds
    level = Level.OK
    if risk is not None and result.share > risk:
        level = Level.RISK
    if block is not None and result.share > block:
        level = Level.BLOCK
    sampled = ", estimated from a sample" if result.sampled else ""
    if result.count == 1:
        words = _singular(words)
    return Finding(
        f"data.{check}",
        level,
        f"{rows(result.count)} {words} ({percent(result.share)}{sampled})",
        f"{result.detail.rstrip('.')}. {why}" if result.detail else why,
        do,
        rows=result.rows[:20],
        examples=result.examples[:20],
        count=result.count,
        share=result.share,
    )


def _singular(words: str) -> str:
    first, rest = words.split(" ", 1)
    forms = {"have": "has", "are": "is", "equal": "equals", "nearly": "nearly", "break": "breaks"}
    if first == "nearly":
        return words.replace("equal", "equals", 1)
    return f"{forms.get(first, first + 's')} {rest}"
