"""Whether the answers are classes, or fields that are, and which."""

from collections.abc import Mapping

from advisor.text import one_line
from advisor.work.data.checks.batch import Tally
from advisor.work.data.checks.spelling import LabelVariants, labelled, variants
from advisor.work.data.limits import data_limits
from advisor.work.data.scan.account import Part
from heuristics.facts.data import AnswerField, FormatFacts


def label_counts(total: Part) -> tuple[tuple[str, int], ...]:
    """(Answer, rows), most frequent first; empty when the answers are not few, short and repeated."""
    limits = data_limits().labels
    if not total.answers or total.usable / len(total.answers) < limits.rows_per_class:
        return ()
    return _ordered(total.answers)


def answer_fields(total: Part) -> tuple[AnswerField, ...]:
    """The fields of answers such as "category: … priority: …", where nearly all answers have them and their
    values are few; rare spellings of a value count as that value."""
    tally = total.tallies.get(LabelVariants.name, Tally())
    limits = data_limits().labels
    found = []
    for name, values in labelled(tally):
        if name and sum(values.values()) >= limits.fielded * tally.total:
            found.append(AnswerField(one_line(name, 40), _ordered(_joined(values))))
    return tuple(found)


def mostly_short(total: Part, format_: FormatFacts) -> bool:
    """True when nearly all answers are at most a few words."""
    if not total.usable or format_.name == "text":
        return False
    return total.short_answers >= total.usable * data_limits().labels.nearly_all


def _joined(values: dict[str, int]) -> dict[str, int]:
    common = dict(variants(values))
    joined: dict[str, int] = {}
    for value, rows in values.items():
        meant = common.get(value, value)
        joined[meant] = joined.get(meant, 0) + rows
    return joined


def _ordered(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    longest = data_limits().labels.longest
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple((one_line(label, longest), count) for label, count in ordered)
