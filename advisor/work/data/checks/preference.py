"""Defects of pairs of a better and a worse answer."""

from collections.abc import Sequence

from advisor.work.data.checks.batch import SHOWN, Tally
from advisor.work.data.limits import data_limits
from advisor.work.data.row import Row
from advisor.work.data.turns import text_of, turns_of
from heuristics.facts.data import CheckResult

_SAME, _EMPTY, _LONGER, _PAIRS = "both answers are the same", "an answer is empty", "longer", "pairs"


class PreferenceDefects:
    """Pairs that are equal or lack an answer, and whether the better answer is nearly always the longer."""

    name = "preference_defects"

    def look_raw(self, rows: Sequence[Row]) -> Tally:
        tally = Tally(total=len(rows))
        for row in rows:
            if "chosen" not in row.value or "rejected" not in row.value:
                continue
            chosen, rejected = said(row.value["chosen"]), said(row.value["rejected"])
            tally.kinds[_PAIRS] += 1
            tally.kinds[_LONGER] += len(chosen) > len(rejected)
            defect = _EMPTY if not chosen or not rejected else _SAME if chosen == rejected else ""
            if defect:
                tally.count += 1
                tally.kinds[defect] += 1
                if len(tally.rows) < SHOWN:
                    tally.rows.append(row.line)
        return tally

    def result(self, tally: Tally) -> CheckResult | None:
        pairs = tally.kinds[_PAIRS]
        if not pairs:
            return None
        told = [f"{each} in {tally.kinds[each]:,}" for each in (_SAME, _EMPTY) if tally.kinds[each]]
        limits = data_limits().drift
        longer = tally.kinds[_LONGER] / pairs
        if pairs >= limits.least_rows and longer > limits.longer_share:
            told.append(f"the better answer is the longer one in {longer:.0%}")
        return tally.result(self.name, "; ".join(told))


def said(value: object) -> str:
    """The text of an answer: a string, one turn, or the last of several turns."""
    if isinstance(value, dict):
        value = [value]
    if isinstance(value, list) and value and isinstance(value[-1], dict):
        turns = turns_of(value[-1:])
        last = value[-1]
        whole = (
            turns.messages[-1].content if turns.messages else text_of(last.get("content", last.get("value")))
        )
        return (whole or "").strip()
    return (text_of(value) or "").strip()
