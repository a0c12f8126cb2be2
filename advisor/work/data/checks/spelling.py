"""Labels that are spelled in more than one way."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from advisor.text import one_line
from advisor.work.data.checks.seen import Seen, counted
from advisor.work.data.examples import Example
from advisor.work.data.limits import data_limits
from heuristics.facts.data import CheckResult

_FIELD = re.compile(r"^\s*([\w][\w /-]{0,30}?)\s*[:=]\s*(\S.{0,63}?)\s*[;,]?\s*$", re.MULTILINE)
_PARTS = re.compile(r"\s*[;|]\s*")
_LONG = 10
"""Characters from which two letters may differ."""
_SHORT = 4
"""Characters from which one letter may differ."""
_RARE = 5
"""A misspelling is at least this many times rarer than the right spelling."""

Values = dict[str, list[Example]]


def label_variants(seen: Seen) -> CheckResult:
    """Rows whose label, or the value of one field of it, is a rare spelling of a common one."""
    concerned: dict[int, Example] = {}
    said = []
    for name, values in _labelled(seen.examples):
        for variant, common in variants({value: len(rows) for value, rows in values.items()}):
            concerned.update((each.line, each) for each in values[variant])
            place = f"{name}: " if name else ""
            said.append(
                f"{place}“{variant}” ({len(values[variant]):,}) for “{common}” ({len(values[common]):,})"
            )
    rows = [concerned[line] for line in sorted(concerned)]
    return counted("label_variants", rows, len(seen.examples), "; ".join(said))


def variants(counts: dict[str, int]) -> list[tuple[str, str]]:
    """(Variant, the more common spelling) for labels that a person would take for the same."""
    ordered = sorted(counts, key=lambda label: (-counts[label], label))
    by_key: dict[str, str] = {}
    pairs = []
    leaders = []
    for label in ordered:
        leader = by_key.setdefault(fingerprint(label), label)
        if leader != label:
            pairs.append((label, leader))
        else:
            leaders.append(label)
    for place, label in enumerate(leaders):
        for common in leaders[:place]:
            if counts[common] >= counts[label] * _RARE and _mistyped(label, common):
                pairs.append((label, common))
                break
    return pairs


def fingerprint(label: str) -> str:
    """OpenRefine's key: lower case, ASCII, no punctuation, words sorted and once each."""
    folded = unicodedata.normalize("NFKD", label.strip().casefold())
    letters = "".join(each for each in folded if not unicodedata.combining(each))
    words = re.sub(r"[^\w\s]|_", " ", letters).split()
    return " ".join(sorted(set(words))) or label


def distance(first: str, second: str, most: int) -> int:
    """Levenshtein distance, or `most` + 1 when it is larger; swapped neighbours count one."""
    if abs(len(first) - len(second)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(second) + 1))
    for i, one in enumerate(first, start=1):
        older, before, row = before, row, [i]
        for j, other in enumerate(second, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (one != other))
            if i > 1 and j > 1 and one == second[j - 2] and first[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def _mistyped(label: str, common: str) -> bool:
    """True when few letters differ, but no digit; of short labels only when the last letter is lost."""
    one, other = label.casefold(), common.casefold()
    shorter = min(len(one), len(other))
    if shorter > 1 and one == other[:-1]:
        return True
    if shorter < _SHORT or re.sub(r"\D", "", one) != re.sub(r"\D", "", other):
        return False
    most = 2 if shorter >= _LONG else 1
    return distance(one, other, most) <= most


def _labelled(examples: Sequence[Example]) -> Iterator[tuple[str, Values]]:
    """Name of a field ("" for whole answers) and rows by its value, where the values are few and repeated."""
    if not examples or examples[0].text is not None:
        return
    whole: Values = defaultdict(list)
    fields: dict[str, Values] = defaultdict(lambda: defaultdict(list))
    for each in examples:
        answer = each.answer.strip()
        whole[answer].append(each)
        for part in _PARTS.split(answer) if len(answer) <= 2000 else ():
            for key, value in _FIELD.findall(part):
                fields[key.casefold()][value].append(each)
    common = {
        key: values for key, values in fields.items() if sum(map(len, values.values())) >= len(examples) / 2
    }
    if not common and _few(whole):
        yield "", whole
    for key, values in common.items():
        if _few(values):
            yield one_line(key, 30), values


def _few(values: Values) -> bool:
    limits = data_limits().labels
    counts = Counter({value: len(rows) for value, rows in values.items()})
    return (
        len(counts) <= limits.most_classes
        and max(map(len, counts)) <= limits.longest
        and counts.total() >= limits.rows_per_class * len(counts)
    )
