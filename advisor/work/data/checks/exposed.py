"""Rows that hold private data or secrets; what is shown of them is masked."""

from collections import Counter
from collections.abc import Callable

from advisor.private import private_spans, secret_spans
from advisor.work.data.checks.seen import Seen, counted, spoken
from advisor.work.data.examples import Example
from heuristics.facts.data import CheckResult

_Spans = Callable[[str], list[tuple[int, int, str]]]


def private_data(seen: Seen) -> CheckResult:
    """Rows with e-mail addresses, phone, card, account or social security numbers, or IP addresses."""
    return _found("private_data", seen, private_spans)


def secrets(seen: Seen) -> CheckResult:
    """Rows with keys, tokens or private keys in a form that only those have."""
    return _found("secrets", seen, secret_spans)


def _found(check: str, seen: Seen, spans: _Spans) -> CheckResult:
    concerned: list[Example] = []
    kinds: Counter[str] = Counter()
    for each in seen.examples:
        text = "\n".join(turn.content for turn in each.messages) if each.text is None else spoken(each)
        if found := {kind for _, _, kind in spans(text)}:
            concerned.append(each)
            kinds.update(found)
    detail = ", ".join(f"{kind} in {count:,}" for kind, count in kinds.most_common())
    return counted(check, concerned, len(seen.examples), detail)
