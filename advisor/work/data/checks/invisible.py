"""Characters of no width, which split words unseen."""

from collections import Counter

from advisor.work.data.checks.batch import Batch, Tally, concerned, kinds_said
from heuristics.facts.data import CheckResult

_NO_WIDTH = r"[\x{200b}\x{2060}\x{00ad}\x{180e}\x{115f}\x{1160}\x{3164}\x{ffa0}]"
"""Not among them: joiners, which emoji, Persian and Indian scripts need, and no-break spaces, which French
needs."""


class InvisibleCharacters:
    """Rows with zero-width spaces, soft hyphens or fillers."""

    name = "invisible_characters"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        first = batch.wide.select("line", found=pl.col("text").str.extract(f"({_NO_WIDTH})")).drop_nulls()
        kinds = Counter(f"U+{ord(each):04X}" for each in first["found"])
        return concerned(batch, first, kinds)

    def result(self, tally: Tally) -> CheckResult:
        return tally.result(self.name, kinds_said(tally))
