"""Labels that are spelled in more than one way."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator

from advisor.text import one_line
from advisor.work.data.checks.batch import SHOWN, Batch, Tally
from advisor.work.data.limits import data_limits
from heuristics.facts.data import CheckResult

_FIELD = re.compile(r"^\s*([\w][\w /-]{0,30}?)\s*[:=]\s*(\S.{0,63}?)\s*[;,]?\s*$", re.MULTILINE)
_PARTS = re.compile(r"\s*[;|]\s*")
_LONG = 10
"""Characters from which two letters may differ."""
_SHORT = 4
"""Characters from which one letter may differ."""
_FIELDS_WITHIN = 2000
"""Characters of an answer in which fields are looked for."""
_TOO_LONG = "\x00"
"""Stands for all answers too long to be a label."""
_FIELD_SHARE = 0.05
"""Share of a part's rows from which a field is counted there."""
_RARE = 5
"""A misspelling is at least this many times rarer than the right spelling."""

_KINDS_KEPT = 5_000
"""Different values counted in one part; beyond it they are no labels."""
_JOIN = "\x1f"


class LabelVariants:
    """Rows whose label, or the value of one field of it, is a rare spelling of a common one."""

    name = "label_variants"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        tally = Tally(total=batch.frame.height)
        if batch.format.name == "text":
            return tally
        size = pl.col("answer").str.strip_chars().str.len_chars()
        bare = pl.Series(~batch.glance.holding(":="))
        too_long = bare & batch.frame.select(size > data_limits().labels.longest).to_series()
        if too_long.any():
            tally.kinds[f"{_JOIN}{_TOO_LONG}"] = int(too_long.sum())
        rows = batch.frame.filter(~too_long)
        for line, answer in zip(rows["line"], rows["answer"], strict=True):
            for key, value in _labels_in(answer):
                _count(tally, f"{key}{_JOIN}{value}", line)
        _leave_out_what_is_no_label(tally)
        return tally

    def result(self, tally: Tally) -> CheckResult:
        lines: set[int] = set()
        said = []
        for name, values in labelled(tally):
            for variant, common in variants(values):
                place = f"{name}: " if name else ""
                tally.count += values[variant]
                lines.update(tally.places.get(f"{name}{_JOIN}{variant}", ()))
                said.append(f"{place}“{variant}” ({values[variant]:,}) for “{common}” ({values[common]:,})")
        tally.rows = sorted(lines)[:SHOWN]
        return tally.result(self.name, "; ".join(said))


def _count(tally: Tally, kind: str, line: int) -> None:
    if kind not in tally.kinds and len(tally.kinds) >= _KINDS_KEPT:
        return
    tally.kinds[kind] += 1
    lines = tally.places.setdefault(kind, [])
    if len(lines) < SHOWN:
        lines.append(line)


def _leave_out_what_is_no_label(tally: Tally) -> None:
    """Keep of fields with too many values only that there are, and nothing of fields that are rare."""
    most = data_limits().labels.most_classes
    values: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    for kind, count in tally.kinds.items():
        key = kind.partition(_JOIN)[0]
        values[key] += 1
        rows[key] += count
    for kind, count in list(tally.kinds.items()):
        key = kind.partition(_JOIN)[0]
        rare = key and tally.total > most and rows[key] < tally.total * _FIELD_SHARE
        if rare or values[key] > most:
            del tally.kinds[kind]
            tally.places.pop(kind, None)
            if not rare:
                tally.kinds[f"{key}{_JOIN}{_TOO_LONG}"] += count


def _labels_in(answer: str) -> Iterator[tuple[str, str]]:
    """The whole answer under the name "", and its fields under theirs."""
    longest = data_limits().labels.longest
    answer = answer.strip()
    if len(answer) > _FIELDS_WITHIN:
        yield "", _TOO_LONG
        return
    yield "", answer if len(answer) <= longest else _TOO_LONG
    if ":" in answer or "=" in answer:
        for part in _PARTS.split(answer):
            for key, value in _FIELD.findall(part):
                yield one_line(key.casefold(), 30), value


def variants(counts: dict[str, int]) -> list[tuple[str, str]]:
    """(Variant, the more common spelling) for labels that a person would take for the same."""
    ordered = sorted(counts, key=lambda label: (-counts[label], label))
    by_key: dict[str, str] = {}
    by_letters: dict[str, str] = {}
    pairs = []
    leaders = []
    for label in ordered:
        leader = by_key.setdefault(fingerprint(label), label)
        if leader == label and _wordy(label):
            leader = by_letters.setdefault(letter_pairs(label), label)
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


def fingerprint(label: str, ordered: bool = True) -> str:
    """OpenRefine's key: lower case, ASCII, no punctuation, words once each and, if `ordered`, sorted."""
    folded = unicodedata.normalize("NFKD", label.strip().casefold())
    letters = "".join(each for each in folded if not unicodedata.combining(each))
    words = re.sub(r"[^\w\s]|_", " ", letters).split()
    return " ".join(sorted(set(words)) if ordered else words) or label


def letter_pairs(label: str) -> str:
    """OpenRefine's n-gram key, of pairs: sorted and once each; the same for “sign up” and “signup”."""
    letters = re.sub(r"\W", "", fingerprint(label, ordered=False))
    return " ".join(sorted({letters[at : at + 2] for at in range(max(1, len(letters) - 1))}))


def _wordy(label: str) -> bool:
    """True for labels long enough, and free of digits, so that equal pairs of letters mean equal words."""
    return len(label) > _SHORT and not any(each.isdigit() for each in label)


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


def labelled(tally: Tally) -> Iterator[tuple[str, dict[str, int]]]:
    """Name of a field ("" for whole answers) and rows by its value, where the values are few and repeated."""
    fields: dict[str, dict[str, int]] = defaultdict(dict)
    for kind, count in tally.kinds.items():
        key, _, value = kind.partition(_JOIN)
        fields[key][value] = count
    whole = fields.pop("", {})
    common = {key: values for key, values in fields.items() if sum(values.values()) >= tally.total / 2}
    if not common and whole and _TOO_LONG not in whole and _few(whole):
        yield "", whole
    for key, values in common.items():
        if _TOO_LONG not in values and _few(values):
            yield key, values


def _few(values: dict[str, int]) -> bool:
    limits = data_limits().labels
    return (
        len(values) <= limits.most_classes
        and max(map(len, values)) <= limits.longest
        and sum(values.values()) >= limits.rows_per_class * len(values)
    )
