"""How the rows are spread: in length, and in how they begin."""

from collections import Counter
from typing import TYPE_CHECKING

from advisor.work.data.checks.batch import SHOWN, Batch, Tally
from advisor.work.data.limits import data_limits
from heuristics.facts.data import CheckResult

if TYPE_CHECKING:
    import polars as pl

_BINS = 16
"""Bins of lengths for each doubling."""
_WORDS = 3
_OPENINGS_KEPT = 2_000
_ASCII_WORD = "[0-9a-z_]"
"""A letter of a word in ASCII; letters by their Unicode class take twice as long."""


class LengthOutliers:
    """Rows far longer or shorter than the others, by the distance from the median of the logarithm of the
    length in median absolute deviations (Iglewicz & Hoaglin 1993)."""

    name = "length_outliers"

    def look(self, batch: Batch) -> Tally:
        import numpy as np

        tally = Tally(total=batch.frame.height)
        sizes = batch.frame["text"].str.len_chars().to_numpy()
        bins = np.round(np.log2(np.maximum(sizes, 1)) * _BINS).astype(int)
        lines = batch.frame["line"].to_numpy()
        for each, count in zip(*np.unique(bins, return_counts=True), strict=True):
            tally.kinds[str(each)] = int(count)
            tally.places[str(each)] = lines[bins == each][:SHOWN].tolist()
        return tally

    def result(self, tally: Tally) -> CheckResult:
        limits = data_limits().spread
        if tally.total < limits.least_rows:
            return tally.result(self.name)
        counts = {int(kind): count for kind, count in tally.kinds.items()}
        middle = _median(counts)
        away: Counter[int] = Counter()
        for each, count in counts.items():
            away[abs(each - middle)] += count
        # Texts of one template have hardly any spread; a quarter of a doubling is then no outlier.
        spread = max(_median(away), _BINS // 4) / 0.6745
        far = [each for each in counts if abs(each - middle) / spread > limits.robust_z]
        tally.count = sum(counts[each] for each in far)
        tally.rows = sorted(line for each in far for line in tally.places[str(each)])[:SHOWN]
        return tally.result(self.name, f"The median row has about {_characters(middle):,} characters")


class OneOpening:
    """Prompts that begin with the words most prompts begin with; low diversity when they are most rows."""

    name = "one_opening"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        tally = Tally(total=batch.frame.height)
        if batch.format.name in ("text", "text_label"):
            return tally
        foreign = batch.glance.foreign
        openings = (_openings(batch.rows(~foreign), _ASCII_WORD), _openings(batch.wide, r"\w"))
        rows = pl.concat(openings).sort("line")
        counts = rows.group_by("opening").agg(n=pl.len(), lines=pl.col("line").head(SHOWN))
        for name, count, lines in counts.top_k(_OPENINGS_KEPT, by="n").iter_rows():
            tally.kinds[name] = count
            tally.places[name] = lines
        return tally

    def result(self, tally: Tally) -> CheckResult:
        limits = data_limits().spread
        if tally.total < limits.least_rows or not tally.kinds:
            return tally.result(self.name)
        name, count = tally.kinds.most_common(1)[0]
        if count < tally.total * limits.opening_share:
            return tally.result(self.name)
        tally.count, tally.rows = count, tally.places[name]
        return tally.result(self.name, f"They begin with “{name}”")


def _openings(rows: "pl.DataFrame", word: str) -> "pl.DataFrame":
    """The first words of each question that has so many, in small letters."""
    import polars as pl

    between = f"[^{word.strip('[]')}]"
    head = pl.col("question").str.slice(0, 80).str.to_lowercase()
    opening = head.str.extract(f"^{between}*({word}+(?:{between}+{word}+){{{_WORDS - 1}}})")
    return rows.select("line", opening=opening.str.replace_all(f"{between}+", " ")).drop_nulls()


def _median(counts: dict[int, int]) -> int:
    half, seen = sum(counts.values()) / 2, 0
    for each in sorted(counts):
        seen += counts[each]
        if seen >= half:
            return each
    return 0


def _characters(bin_: int) -> int:
    return round(2 ** (bin_ / _BINS))
