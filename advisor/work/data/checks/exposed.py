"""Rows that hold private data or secrets; what is shown of them is masked."""

import re
from abc import ABC, abstractmethod
from collections import Counter

from advisor.private import KEY_NAMES, SECRET_PARTS, private_spans, secret_spans
from advisor.work.data.checks.batch import Batch, Tally, at, concerned
from heuristics.facts.data import CheckResult

_MAYBE_PRIVATE = (
    r"@|[0-9]{2}[ .()/-]{0,2}[0-9]{2}[ .()/-]{0,2}[0-9]"
    r"|[A-Za-z]{2}[0-9]{2}"
    r"|\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]|:[0-9A-Fa-f]{1,4}:"
)
"""What each kind of private data holds at least; a first look that leaves most rows out."""
_MAYBE_SECRET = "|".join([*map(re.escape, SECRET_PARTS), f"(?i-u:{'|'.join(KEY_NAMES)})"])


class _Exposed(ABC):
    """Rows with spans of some kinds."""

    name: str
    maybe: str
    signs: str = ""
    """Of which every such span holds one; empty when it needs none."""

    @staticmethod
    @abstractmethod
    def spans(text: str) -> list[tuple[int, int, str]]:
        """(start, end, kind) of each span in the text."""

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        suspects = batch.frame.select("whole").with_row_index("place")
        if self.signs:
            suspects = suspects.filter(pl.Series(batch.glance.holding(self.signs, system=True)))
        suspects = suspects.filter(pl.col("whole").str.contains(self.maybe))
        places = []
        kinds: Counter[str] = Counter()
        for place, text in zip(suspects["place"], suspects["whole"], strict=True):
            if found := {kind for _, _, kind in self.spans(text)}:
                places.append(place)
                kinds.update(found)
        return concerned(batch, at(batch, places), kinds)

    def result(self, tally: Tally) -> CheckResult:
        detail = ", ".join(f"{kind} in {count:,}" for kind, count in tally.kinds.most_common())
        return tally.result(self.name, detail)


class PrivateData(_Exposed):
    """Rows with e-mail addresses, phone, card, account or social security numbers, or IP addresses."""

    name = "private_data"
    maybe = _MAYBE_PRIVATE
    signs = "@:0"
    spans = staticmethod(private_spans)


class Secrets(_Exposed):
    """Rows with keys, tokens or private keys in a form that only those have."""

    name = "secrets"
    maybe = _MAYBE_SECRET
    spans = staticmethod(secret_spans)
