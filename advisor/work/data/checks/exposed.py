"""Rows that hold private data or secrets; what is shown of them is masked."""

from collections import Counter

from advisor.private import private_spans, secret_spans
from advisor.work.data.checks.batch import Batch, Tally, at, concerned
from heuristics.facts.data import CheckResult

_MAYBE_PRIVATE = (
    r"\w@[\w-]"
    r"|(?:[3-6]|2[2-7]|1800|2131)[0-9]{11}"
    r"|[3-6][0-9]{3}[ -][0-9]{4}[ -][0-9]{4}[ -][0-9]|3[0-9]{3}[ -][0-9]{6}[ -][0-9]"
    r"|[A-Z]{2}[0-9]{2} ?[A-Z0-9]{4} ?[A-Z0-9]{4}"
    r"|[0-9]{3}-[0-9]{2}-[0-9]{4}"
    r"|[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]"
    r"|\+[0-9]{1,3}[ .(-]{0,2}[0-9]|\([0-9]{3}\) ?[0-9]{3}"
    r"|[0-9]{3}[.-][0-9]{3}[.-][0-9]{4}|0[0-9]{2,4}[ /-][0-9]{3}"
)
"""What private data look like at least; a first look that leaves most rows out."""
_MAYBE_SECRET = r"AKIA|gh[pousr]_|github_pat_|hf_|sk-|xox|AIza|glpat-|eyJ|PRIVATE KEY"


class _Exposed:
    """Rows with spans of some kinds."""

    name: str
    maybe: str

    @staticmethod
    def spans(text: str) -> list[tuple[int, int, str]]:
        raise NotImplementedError

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        whole = pl.concat_str("system", "text", separator="\n")
        suspects = batch.frame.with_row_index("place").with_columns(whole=whole)
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
    spans = staticmethod(private_spans)


class Secrets(_Exposed):
    """Rows with keys, tokens or private keys in a form that only those have."""

    name = "secrets"
    maybe = _MAYBE_SECRET
    spans = staticmethod(secret_spans)
