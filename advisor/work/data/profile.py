"""The profile job: everything that can be counted about one data set."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from advisor.errors import BadData, Stopped
from advisor.events import DataFound, Note
from advisor.specs import DataChoice, JobSpec, ProfileTask
from advisor.text import one_line
from advisor.work.data.bias.facts import bias_facts
from advisor.work.data.bias.mentions import GroupAssociations
from advisor.work.data.checks.all import EARLY_CHECKS, LAST_CHECKS, ROW_CHECKS, WHOLE_CHECKS, results_of
from advisor.work.data.checks.batch import Tally
from advisor.work.data.checks.keys import duplicate_keys
from advisor.work.data.checks.provenance import no_licence
from advisor.work.data.checks.template import SpecialTokens, pads_with_end, template_results
from advisor.work.data.checks.whole import Whole, WholeCheck
from advisor.work.data.convert import convert
from advisor.work.data.examples import Example
from advisor.work.data.labels import answer_fields, label_counts, mostly_short
from advisor.work.data.lengths import token_facts_of
from advisor.work.data.limits import data_limits
from advisor.work.data.load import Loaded, load
from advisor.work.data.opening import has_changed
from advisor.work.data.progress import Progress
from advisor.work.data.remembered import Kept
from advisor.work.data.row import Row
from advisor.work.data.scan.account import Account
from advisor.work.data.scan.digest import Digest
from advisor.work.data.scan.pool import get_ready
from advisor.work.data.scan.scan import Scan, Scanned
from advisor.work.data.scan.state import RowStore
from advisor.work.data.scan.tokens import TokenPlan, token_plan
from advisor.work.data.split import divide
from advisor.work.emit import Emitter
from advisor.work.tokenizer import counting_tokenizer, template_of
from heuristics.facts.data import CheckResult, DataFacts, FormatFacts, SplitFacts
from heuristics.facts.model import ModelFacts

STATE_FOLDER, HELD_FOLDER = "scan", "scan-held"
"""Folders of the run that hold the states of rows while they are compared."""
_MALFORMED_SHOWN = 20
_EARLY_EVERY = 4
"""Of how many rows of the first sample slow checks look at one: the answer is to come within a second."""


def profile(spec: JobSpec, emitter: Emitter) -> None:
    """Say what the data is: at once when that is known, else soon from a sample for large files, then from
    every row."""
    task = spec.task
    assert isinstance(task, ProfileTask)
    kept = Kept.of(task)
    known = kept.recall(spec.folder) if kept is not None and task.cache else None
    if known is not None:
        facts, made = known
        name = one_line(task.data.path.name, 60)
        since = f"{made:%Y-%m-%d %H:%M}"
        again = "r, or --no-cache, reads it again"
        emitter.emit(Note(text=f"{name} is unchanged: this is its profile of {since} ({again})"))
        emitter.emit(DataFound(facts=facts))
        return
    scan = Scan(task.data, RowStore(spec.folder / STATE_FOLDER), spec.folder)
    facts = _read_all(task, scan, spec.folder, emitter)
    if kept is not None and facts.sha256 and not facts.partial:
        kept.keep(facts, spec.folder, lambda: not has_changed(scan.opened))


def _read_all(task: ProfileTask, scan: Scan, run: Path, emitter: Emitter) -> DataFacts:
    """What every row says; on the way there what is known so far. Raises BadData and Stopped."""
    get_ready(scan.opened.size)
    if scan.opened.size > data_limits().lengths.early_bytes:
        emitter.emit(DataFound(facts=_first_impression(task, scan)))
    if task.model is not None:
        Progress(emitter, "loading the tokenizer", 0).at(0)
    plan = _token_plan(task, task.model, scan, emitter) if task.model is not None else None
    special = [SpecialTokens(plan.ends)] if plan is not None else []
    held = _read_held(task.data, run, emitter)
    try:
        scanned = scan.read((*ROW_CHECKS, *special), plan, emitter)
    except (Stopped, FileNotFoundError) as error:
        if (read := scan.so_far()).total.rows:
            if isinstance(error, Stopped):
                # The library that judges groups of people takes longer to import than a stop has patience.
                read.total.tallies.pop(GroupAssociations.name, None)
            emitter.emit(DataFound(facts=_facts(task, read, held, scan, None, LAST_CHECKS)))
        if isinstance(error, Stopped):
            raise
        name = one_line(task.data.path.name, 60)
        raise BadData(
            f"{name} was removed while it was read", "What was read until then is shown."
        ) from error
    facts = _facts(task, scanned, held, scan, emitter)
    emitter.emit(DataFound(facts=facts))
    if plan is not None and task.model is not None and scanned.account.store.rows:
        tokens = token_facts_of(scanned.account.store, task.model, plan.template)
        told = _template_results(special[0], plan, scanned, scan)
        facts = replace(facts, tokens=tokens, checks=(*facts.checks, *told))
        emitter.emit(DataFound(facts=facts))
    scanned.account.store.remove()
    if held is not None:
        held.account.store.remove()
    return facts


def _first_impression(task: ProfileTask, scan: Scan) -> DataFacts:
    """What a sample of rows says; their lines are not known, and are left out."""
    most = data_limits().lengths.early_rows
    sample = scan.opened.sample
    chosen = [sample[index * len(sample) // most] for index in range(min(most, len(sample)))]
    account = Account(RowStore())
    account.add(Digest(scan.opened.format, ROW_CHECKS, every=_EARLY_EVERY).rows(chosen))
    scanned = Scanned(account, scan.opened.format, scan.opened.size, "", partial=True)
    facts = _facts(task, scanned, None, None, None, EARLY_CHECKS)
    return replace(facts, checks=tuple(replace(each, rows=(), sampled=True) for each in facts.checks))


def _read_held(choice: DataChoice, run: Path, emitter: Emitter) -> Scanned | None:
    """The user's own test rows, None when there are none."""
    if choice.eval_path is None:
        return None
    held = DataChoice(path=choice.eval_path, columns=choice.columns)
    return Scan(held, RowStore(run / HELD_FOLDER)).read((), None, emitter)


def load_eval(choice: DataChoice, emitter: Emitter | None = None) -> Loaded | None:
    """The user's own test rows, None when there are none."""
    if choice.eval_path is None:
        return None
    return load(DataChoice(path=choice.eval_path, columns=choice.columns), emitter)


def _facts(
    task: ProfileTask,
    scanned: Scanned,
    held: Scanned | None,
    scan: Scan | None,
    emitter: Emitter | None,
    comparing: Sequence[WholeCheck] = WHOLE_CHECKS,
) -> DataFacts:
    """Everything but token counts."""
    choice, total, store = task.data, scanned.total, scanned.account.store
    held_store = held.account.store if held is not None else None
    excerpts = scan.excerpts if scan is not None else _no_excerpts
    checks, whole = results_of(scanned, held_store, excerpts, emitter, task.topic, comparing)
    fields = answer_fields(total)
    return DataFacts(
        path=one_line(str(choice.path), 4000),
        name=_name_of(choice),
        bytes=scanned.bytes,
        sha256=scanned.sha256,
        format=scanned.format,
        rows=total.rows,
        usable=whole.different,
        malformed=total.malformed,
        malformed_rows=tuple(total.problems[:_MALFORMED_SHOWN]),
        checks=(*checks, *_file_results(choice, scanned.format)),
        tokens=None,
        split=_split_facts(choice, whole) if store.rows and comparing is not LAST_CHECKS else None,
        labels=() if fields else label_counts(total),
        fields=fields,
        short_answers=mostly_short(total, scanned.format),
        multi_turn=total.multi_turn,
        eval_path=one_line(str(choice.eval_path), 4000) if choice.eval_path else None,
        eval_rows=held_store.rows if held_store is not None else 0,
        columns=total.table.facts(),
        partial=scanned.partial,
        bias=bias_facts(total.tallies.get(GroupAssociations.name, Tally())),
        files=scan.parts if scan is not None else (),
    )


def _name_of(choice: DataChoice) -> str:
    name = one_line(choice.path.name, 80)
    return f"{name} and {len(choice.more):,} more" if choice.more else name


def _file_results(choice: DataChoice, format_: FormatFacts) -> tuple[CheckResult, ...]:
    """What only the file itself or its folder can tell."""
    told = no_licence(choice.path)
    if format_.container == "jsonl" and choice.path.is_file():
        return duplicate_keys(choice.path), told
    return (told,)


def _template_results(
    special: SpecialTokens, plan: TokenPlan, scanned: Scanned, scan: Scan
) -> tuple[CheckResult, ...]:
    """What the model's tokenizer and template make of the rows: of all of them where all are counted."""
    tallies = scanned.total.tallies
    found = special.result(tallies.get(special.name, Tally()))
    told = [found, *template_results(tallies, sampled=plan.every > 1)]
    said = scan.excerpts(sorted({line for each in told for line in each.rows}))
    shown = (replace(each, examples=tuple(said[line] for line in each.rows if line in said)) for each in told)
    return pads_with_end(plan.special.get("pad_token", plan.end), plan.end), *shown


def _sampled(scan: Scan) -> list[Example]:
    """The usable rows of the sample; in long files their lines are not known."""
    rows = (each for each in scan.opened.sample if isinstance(each, Row))
    converted = (convert(each.value, each.line, scan.opened.format).example for each in rows)
    return [each for each in converted if each is not None]


def _split_facts(choice: DataChoice, whole: Whole) -> SplitFacts:
    """How many rows each part of the split has."""
    import numpy as np

    parts = divide(whole.store, whole.equal, whole.leaders, whole.held)
    if choice.eval_path is None or whole.held is None:
        return SplitFacts(len(parts.train), len(parts.validation), len(parts.test), groups=parts.groups)
    test = len(np.unique(whole.held.column("content")))
    source = one_line(choice.eval_path.name, 60)
    return SplitFacts(len(parts.train), len(parts.validation), test, source, parts.groups)


def _no_excerpts(_lines: Sequence[int]) -> Mapping[int, str]:
    return {}


def _token_plan(task: ProfileTask, model: ModelFacts, scan: Scan, emitter: Emitter) -> TokenPlan | None:
    """How the model's own tokenizer counts rows; None, with a note, for models known by name only."""
    if not model.can_count:
        emitter.emit(
            Note(text=f"No token counts: the tokenizer of {one_line(model.id, 60)} is not on this machine")
        )
        return None
    tokenizer = counting_tokenizer(model)
    examples = _sampled(scan)
    if not examples:
        return None
    limits = data_limits().lengths
    sampled = task.count == "sampled" or (task.count == "auto" and scan.opened.size > limits.exact_bytes)
    every = max(1, scan.opened.rows_about // limits.sample_rows) if sampled else 1
    return token_plan(tokenizer, template_of(model, tokenizer, examples), examples, every)
