"""Text that was decoded wrongly, and characters that no reader sees."""

from collections import Counter

from advisor.work.data.checks.batch import Batch, Tally, concerned
from advisor.work.data.checks.misread import SUSPECT, is_mojibake
from heuristics.facts.data import CheckResult

_CONTROL = (
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x{86}-\x{9f}\x{202a}-\x{202e}\x{2066}-\x{2069}\x{feff}\x{fffd}]"
)


class Mojibake:
    """Rows with UTF-8 that was once read as another encoding, such as “â€™” for an apostrophe."""

    name = "mojibake"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        suspects = batch.wide.filter(pl.col("text").str.contains(SUSPECT))
        wrong = [is_mojibake(each) for each in suspects["text"]]
        return concerned(batch, suspects.filter(pl.Series(wrong, dtype=pl.Boolean)))

    def result(self, tally: Tally) -> CheckResult:
        return tally.result(self.name)


class ControlCharacters:
    """Rows with control characters, text-direction overrides or replacement characters."""

    name = "control_characters"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        suspects = batch.rows(batch.glance.holding("\0"))
        first = suspects.select("line", found=pl.col("text").str.extract(f"({_CONTROL})")).drop_nulls()
        kinds = Counter(f"U+{ord(each):04X}" for each in first["found"])
        return concerned(batch, first, kinds)

    def result(self, tally: Tally) -> CheckResult:
        detail = ", ".join(f"{kind} in {count:,}" for kind, count in tally.kinds.most_common(5))
        return tally.result(self.name, detail)
