"""Answers that say nothing: templates left unfilled, and refusals."""

import re

from advisor.work.data.checks.seen import Seen, counted, spoken
from heuristics.facts.data import CheckResult

_OPENING = 240
"""Characters at the start of an answer in which a refusal shows itself."""
_SLOT = re.compile(
    r"\{\{\s*[\w .-]{1,40}\s*\}\}"
    r"|\[(?:INSERT|ENTER|ADD|YOUR|Insert|Enter|Your|Company|Recipient) ?[^\]\n]{0,40}\]"
    r"|<(?:INSERT|ENTER|YOUR|NAME|COMPANY|DATE|ADDRESS|EMAIL|PHONE)[A-Z_ ]{0,30}>"
)
_FILLER = re.compile(r"\blorem ipsum\b", re.IGNORECASE)
_NOTHING = re.compile(
    r"\W*(?:no ?(?:input|output|answer|response)|n/a|nan|null|todo|tbd|fixme|xxx+)\W*", re.IGNORECASE
)
_CODE = re.compile(r"```|\{%|</\w+>")
_REFUSAL = re.compile(
    r"\bas an? (?:ai|artificial intelligence|(?:large )?language model)\b"
    r"|\b(?:i am|i['’]m) (?:sorry|afraid)\b[^.!?\n]{0,60}\b(?:can['’]?t|cannot|unable|not able)\b"
    r"|\bi (?:can['’]?t|cannot|can not) (?:assist|help|fulfil|comply|provide|do that|answer|create)\b"
    r"|\bi (?:am|['’]m) (?:unable|not able) to\b"
    r"|\bi apologi[sz]e\b[^.!?\n]{0,60}\b(?:can['’]?t|cannot|unable|not able)\b",
    re.IGNORECASE,
)


def placeholders(seen: Seen) -> CheckResult:
    """Rows with slots that were never filled, or whose whole answer stands for “nothing”."""
    concerned = []
    for each in seen.examples:
        text = spoken(each)
        unfilled = bool(_SLOT.search(text)) and not _CODE.search(text)
        if unfilled or _FILLER.search(text) or _NOTHING.fullmatch(each.answer.strip()):
            concerned.append(each)
    return counted("placeholders", concerned, len(seen.examples))


def refusals(seen: Seen) -> CheckResult:
    """Answers that decline or speak as an assistant about itself; right when rare."""
    concerned = [
        each for each in seen.examples if each.text is None and _REFUSAL.search(each.answer[:_OPENING])
    ]
    return counted("refusals", concerned, len(seen.examples))
