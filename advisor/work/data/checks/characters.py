"""Text that was decoded wrongly, and characters that no reader sees."""

import re
from collections import Counter

from advisor.work.data.checks.misread import is_mojibake
from advisor.work.data.checks.seen import Seen, counted, spoken
from heuristics.facts.data import CheckResult

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffd]")


def mojibake(seen: Seen) -> CheckResult:
    """Rows with UTF-8 that was once read as another encoding, such as “â€™” for an apostrophe."""
    concerned = [each for each in seen.examples if is_mojibake(spoken(each))]
    return counted("mojibake", concerned, len(seen.examples))


def control_characters(seen: Seen) -> CheckResult:
    """Rows with control characters, text-direction overrides or replacement characters."""
    concerned = []
    kinds: Counter[str] = Counter()
    for each in seen.examples:
        if found := _CONTROL.search(spoken(each)):
            concerned.append(each)
            kinds[f"U+{ord(found.group()):04X}"] += 1
    detail = ", ".join(f"{kind} in {count:,}" for kind, count in kinds.most_common(5))
    return counted("control_characters", concerned, len(seen.examples), detail)
