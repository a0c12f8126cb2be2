"""Runs every check over the rows of a file."""

from collections.abc import Callable

from advisor.work.data.checks.characters import control_characters, mojibake
from advisor.work.data.checks.duplicates import conflicting_answers, exact_duplicates
from advisor.work.data.checks.exposed import private_data, secrets
from advisor.work.data.checks.groups import group_skew
from advisor.work.data.checks.near import near_duplicates
from advisor.work.data.checks.overlap import overlap_with_eval
from advisor.work.data.checks.phrases import placeholders, refusals
from advisor.work.data.checks.seen import Seen
from advisor.work.data.checks.shape import empty_answers, role_errors
from advisor.work.data.checks.spelling import label_variants
from advisor.work.data.load import Loaded
from advisor.work.data.progress import Progress
from advisor.work.emit import Emitter
from heuristics.facts.data import CheckResult

CHECKS: tuple[Callable[[Seen], CheckResult | None], ...] = (
    empty_answers,
    role_errors,
    exact_duplicates,
    conflicting_answers,
    overlap_with_eval,
    placeholders,
    refusals,
    label_variants,
    control_characters,
    mojibake,
    secrets,
    private_data,
    group_skew,
    near_duplicates,
)


def run_checks(loaded: Loaded, held: Loaded | None, emitter: Emitter | None) -> tuple[CheckResult, ...]:
    """The results of all checks that apply, in a fixed order."""
    seen = Seen(loaded, held)
    progress = Progress(emitter, "checking rows", len(CHECKS), "checks")
    results = []
    for count, check in enumerate(CHECKS):
        progress.at(count)
        results.append(check(seen))
    progress.at(len(CHECKS))
    return tuple(each for each in results if each is not None)
