"""Every check, and what they say of a file."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from advisor.work.data.checks.batch import BatchCheck, Tally
from advisor.work.data.checks.characters import ControlCharacters, Mojibake
from advisor.work.data.checks.duplicates import CONFLICTING_ANSWERS, EXACT_DUPLICATES, REPEATED_ANSWERS
from advisor.work.data.checks.exposed import PrivateData, Secrets
from advisor.work.data.checks.near import NEAR_DUPLICATES
from advisor.work.data.checks.off_topic import OFF_TOPIC
from advisor.work.data.checks.order import ORDERED
from advisor.work.data.checks.overlap import LEAKS_FROM_EVAL, OVERLAP_WITH_EVAL
from advisor.work.data.checks.phrases import Placeholders, Refusals
from advisor.work.data.checks.raw import RAW_CHECKS, RawCheck
from advisor.work.data.checks.shape import FAULTS, converted_results
from advisor.work.data.checks.single import SINGLE_ROW_CHECKS
from advisor.work.data.checks.spelling import LabelVariants
from advisor.work.data.checks.whole import Whole, WholeCheck
from advisor.work.data.progress import Progress
from advisor.work.data.scan.digest import EMPTY, ROLES
from advisor.work.data.scan.scan import Scanned
from advisor.work.data.scan.state import RowStore
from advisor.work.emit import Emitter
from heuristics.facts.data import CheckResult
from heuristics.goal import Topic

ROW_CHECKS: tuple[BatchCheck, ...] = (
    Placeholders(),
    Refusals(),
    LabelVariants(),
    ControlCharacters(),
    Mojibake(),
    Secrets(),
    PrivateData(),
    *SINGLE_ROW_CHECKS,
)
"""Checks that need one row at a time; they run in the processes that read the file."""
WHOLE_CHECKS: tuple[WholeCheck, ...] = (
    EXACT_DUPLICATES,
    CONFLICTING_ANSWERS,
    REPEATED_ANSWERS,
    OVERLAP_WITH_EVAL,
    LEAKS_FROM_EVAL,
    NEAR_DUPLICATES,
    OFF_TOPIC,
    ORDERED,
)
"""Checks that compare rows, once all are read."""
EARLY_CHECKS = tuple(each for each in WHOLE_CHECKS if each is not OFF_TOPIC)
"""Of a first sample: what is told within a second."""
LAST_CHECKS = tuple(each for each in EARLY_CHECKS if each not in (NEAR_DUPLICATES, LEAKS_FROM_EVAL))
"""Of what was read until a job was stopped: what is told before the job is ended by force."""

UNSHOWN = (EMPTY, ROLES, *(kind for kind, _ in FAULTS))
"""Results whose rows cannot be shown as prompt and answer."""


def results_of(
    scanned: Scanned,
    held: RowStore | None,
    excerpts: Callable[[Sequence[int]], Mapping[int, str]],
    emitter: Emitter | None,
    topic: Topic | None = None,
    comparing: Sequence[WholeCheck] = WHOLE_CHECKS,
) -> tuple[tuple[CheckResult, ...], Whole]:
    """The results of all checks that apply, in a fixed order, and the rows compared for them.

    `excerpts` gives masked excerpts of the rows at some lines.
    """
    account = scanned.account
    whole = Whole(account.store, account.total, scanned.format, held, topic)
    progress = Progress(emitter, "checking rows", len(comparing), "checks")
    results = list(converted_results(account.total.tallies))
    for number, each in enumerate(comparing):
        progress.at(number)
        if (tally := each.look(whole)) is not None:
            account.keep_lines(each.name, tally.lines)
            results.append(each.result(tally))
    alone: tuple[BatchCheck | RawCheck, ...] = (*ROW_CHECKS, *RAW_CHECKS)
    for check in alone:
        tally = account.total.tallies.get(check.name, Tally(total=account.store.rows))
        if (result := check.result(tally)) is not None:
            results.append(result)
    progress.at(len(comparing))
    return _with_excerpts(results, excerpts), whole


def _with_excerpts(
    results: list[CheckResult], excerpts: Callable[[Sequence[int]], Mapping[int, str]]
) -> tuple[CheckResult, ...]:
    """Results that show no rows yet, with the masked excerpts of theirs."""
    bare = [each for each in results if each.rows and not each.examples and each.check not in UNSHOWN]
    said = excerpts(sorted({line for each in bare for line in each.rows}))
    return tuple(
        replace(each, examples=tuple(said[line] for line in each.rows if line in said))
        if each in bare
        else each
        for each in results
    )
