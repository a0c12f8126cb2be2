"""Runs every check over the rows of a file."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from advisor.work.data.checks.batch import Tally
from advisor.work.data.checks.characters import control_characters, mojibake
from advisor.work.data.checks.duplicates import conflicting_answers, exact_duplicates
from advisor.work.data.checks.exposed import private_data, secrets
from advisor.work.data.checks.frames import batches
from advisor.work.data.checks.near import near_duplicates
from advisor.work.data.checks.overlap import overlap_with_eval
from advisor.work.data.checks.phrases import placeholders, refusals
from advisor.work.data.checks.seen import Seen, excerpt_of
from advisor.work.data.checks.shape import empty_answers, role_errors, turn_faults
from advisor.work.data.checks.single import SINGLE_ROW_CHECKS
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
    near_duplicates,
)


def run_checks(
    loaded: Loaded,
    held: Loaded | None,
    emitter: Emitter | None,
    tallies: Mapping[str, Tally] | None = None,
) -> tuple[CheckResult, ...]:
    """The results of all checks that apply, in a fixed order; `tallies` of single rows, if they are known."""
    seen = Seen(loaded, held)
    progress = Progress(emitter, "checking rows", len(CHECKS), "checks")
    results = []
    for count, check in enumerate(CHECKS):
        progress.at(count)
        results.append(check(seen))
    results += (*turn_faults(seen), *loaded.raw_results)
    results += _single_row_results(loaded, tallies or tallies_of(loaded))
    progress.at(len(CHECKS))
    return tuple(each for each in results if each is not None)


def tallies_of(loaded: Loaded) -> dict[str, Tally]:
    """What the checks on single rows counted, by the name of the check."""
    tallies = {each.name: Tally() for each in SINGLE_ROW_CHECKS}
    for batch in batches(loaded.examples, loaded.format):
        for check in SINGLE_ROW_CHECKS:
            tallies[check.name].add(check.look(batch))
    return tallies


def _single_row_results(loaded: Loaded, tallies: Mapping[str, Tally]) -> Iterator[CheckResult]:
    """Results of the checks that look at frames, with masked excerpts of the rows that they name."""
    found = [check.result(tallies[check.name]) for check in SINGLE_ROW_CHECKS]
    said = _excerpts(loaded, {line for each in found if each is not None for line in each.rows})
    for each in found:
        if each is not None:
            shown = each.examples or tuple(said[line] for line in each.rows)
            yield replace(each, examples=shown)


def _excerpts(loaded: Loaded, lines: set[int]) -> Mapping[int, str]:
    return {each.line: excerpt_of(each) for each in loaded.examples if each.line in lines}
