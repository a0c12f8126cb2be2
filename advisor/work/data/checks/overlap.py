"""Rows that the model would be tested on later."""

from advisor.work.data.checks.seen import Seen, counted
from heuristics.facts.data import CheckResult


def overlap_with_eval(seen: Seen) -> CheckResult | None:
    """Rows that ask what a row of the user's test file asks; training leaves them out."""
    if seen.held is None:
        return None
    keys = {each.key for each in seen.held.examples}
    concerned = [each for each in seen.examples if each.key in keys]
    shared = {each.key for each in concerned}
    tested = sum(each.key in shared for each in seen.held.examples)
    detail = f"{tested:,} of {len(seen.held.examples):,} test rows are also in the data" if tested else ""
    return counted("overlap_with_eval", concerned, len(seen.examples), detail)
