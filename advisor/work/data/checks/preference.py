"""Defects of pairs of a better and a worse answer."""

import re
from collections.abc import Sequence

from advisor.work.data.checks.batch import SHOWN, Tally
from advisor.work.data.limits import data_limits
from advisor.work.data.row import Row
from advisor.work.data.turns import text_of, turns_of
from heuristics.facts.data import CheckResult

_SAME, _EMPTY, _OTHER = "both answers are the same", "an answer is empty", "the two answer different prompts"
_LONGER, _PAIRS = "longer", "pairs"
_LAST_ANSWER = re.compile(r"(?s)(.*(?:\A|\n)\s*(?:assistant|gpt|bot|model)\s*:)", re.IGNORECASE)
"""Everything up to the last answer of a conversation that is written as one text."""


class PreferenceDefects:
    """Pairs that are equal or lack an answer, and whether the better answer is nearly always the longer."""

    name = "preference_defects"

    def look_raw(self, rows: Sequence[Row]) -> Tally:
        tally = Tally(total=len(rows))
        for row in rows:
            if "chosen" not in row.value or "rejected" not in row.value:
                continue
            better, worse = row.value["chosen"], row.value["rejected"]
            chosen, rejected = said(better), said(worse)
            tally.kinds[_PAIRS] += 1
            tally.kinds[_LONGER] += len(chosen) > len(rejected)
            defect = _defect(chosen, rejected, before(better), before(worse))
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
        told = [f"{each} in {tally.kinds[each]:,}" for each in (_SAME, _EMPTY, _OTHER) if tally.kinds[each]]
        limits = data_limits().drift
        longer = tally.kinds[_LONGER] / pairs
        if pairs >= limits.least_rows and longer > limits.longer_share:
            told.append(f"the better answer is the longer one in {longer:.0%}")
        return tally.result(self.name, "; ".join(told))


def _defect(chosen: str, rejected: str, asked: str, asked_worse: str) -> str:
    if not chosen or not rejected:
        return _EMPTY
    if asked and asked_worse and asked != asked_worse:
        return _OTHER
    return _SAME if chosen == rejected else ""


def before(value: object) -> str:
    """The prompt that an answer carries with it: the turns before its last one, or the text before the last
    answer of a written conversation; empty when it carries none."""
    if isinstance(value, str):
        found = _LAST_ANSWER.match(value)
        return " ".join(found.group(1).split()) if found else ""
    if not isinstance(value, list):
        return ""
    return "\n".join(said(turn) for turn in value[:-1])


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
