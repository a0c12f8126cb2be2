"""Whether the answers are classes, and which."""

from advisor.text import one_line
from advisor.work.data.limits import data_limits
from advisor.work.data.scan.account import Part
from heuristics.facts.data import FormatFacts


def label_counts(total: Part) -> tuple[tuple[str, int], ...]:
    """(Answer, rows), most frequent first; empty when the answers are not few, short and repeated."""
    limits = data_limits().labels
    if not total.answers or total.usable / len(total.answers) < limits.rows_per_class:
        return ()
    ordered = sorted(total.answers.items(), key=lambda item: (-item[1], item[0]))
    return tuple((one_line(label, limits.longest), count) for label, count in ordered)


def mostly_short(total: Part, format_: FormatFacts) -> bool:
    """True when nearly all answers are at most a few words."""
    if not total.usable or format_.name == "text":
        return False
    return total.short_answers >= total.usable * data_limits().labels.nearly_all
