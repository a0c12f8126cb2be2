"""Whether the answers are classes, and which."""

from collections import Counter
from collections.abc import Sequence

from advisor.text import one_line
from advisor.work.data.examples import Example
from advisor.work.data.limits import data_limits


def label_counts(examples: Sequence[Example]) -> tuple[tuple[str, int], ...]:
    """(Answer, rows), most frequent first; empty when the answers are not few, short and repeated."""
    limits = data_limits().labels
    counts: Counter[str] = Counter()
    for each in examples:
        answer = each.answer.strip()
        if each.text is not None or len(answer) > limits.longest:
            return ()
        counts[answer] += 1
        if len(counts) > limits.most_classes:
            return ()
    if not counts or len(examples) / len(counts) < limits.rows_per_class:
        return ()
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple((one_line(label, limits.longest), count) for label, count in ordered)


def mostly_short(examples: Sequence[Example]) -> bool:
    """True when nearly all answers are at most a few words."""
    if not examples or examples[0].text is not None:
        return False
    limits = data_limits().labels
    most = limits.short_words
    short = sum(len(each.answer.split(maxsplit=most)) <= most for each in examples)
    return short >= len(examples) * limits.nearly_all
