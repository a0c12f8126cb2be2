"""The profile job: everything that can be counted about one data set."""

from dataclasses import replace

from advisor.events import DataFound, Note
from advisor.specs import DataChoice, JobSpec, ProfileTask
from advisor.text import one_line
from advisor.work.data.checks.all import run_checks
from advisor.work.data.examples import ASSISTANT
from advisor.work.data.labels import label_counts, mostly_short
from advisor.work.data.lengths import count_tokens
from advisor.work.data.limits import data_limits
from advisor.work.data.load import Loaded, load
from advisor.work.data.progress import Progress
from advisor.work.data.source import check_file
from advisor.work.data.split import split
from advisor.work.emit import Emitter
from advisor.work.tokenizer import load_tokenizer, template_of
from heuristics.facts.data import DataFacts, TokenFacts
from heuristics.facts.model import ModelFacts

_MALFORMED_SHOWN = 20


def profile(spec: JobSpec, emitter: Emitter) -> None:
    """Say what the data is: soon from a sample for large files, then from every row."""
    task = spec.task
    assert isinstance(task, ProfileTask)
    limits = data_limits().lengths
    if check_file(task.data.path).st_size > limits.early_bytes:
        early = load(task.data, most_rows=limits.early_rows)
        emitter.emit(DataFound(facts=_facts(task.data, early, None, emitter)))
    loaded = load(task.data, emitter)
    held = load_eval(task.data, emitter)
    facts = _facts(task.data, loaded, held, emitter)
    emitter.emit(DataFound(facts=facts))
    if task.model is not None and loaded.examples:
        tokens = _tokens(task.model, loaded, emitter)
        emitter.emit(DataFound(facts=replace(facts, tokens=tokens)))


def load_eval(choice: DataChoice, emitter: Emitter | None = None) -> Loaded | None:
    """The user's own test rows, None when there are none."""
    if choice.eval_path is None:
        return None
    return load(DataChoice(path=choice.eval_path, columns=choice.columns), emitter)


def _facts(choice: DataChoice, loaded: Loaded, held: Loaded | None, emitter: Emitter) -> DataFacts:
    """Everything but token counts."""
    examples = loaded.examples
    checks = run_checks(loaded, held, emitter)
    splits = None
    if examples:
        source = one_line(choice.eval_path.name, 60) if choice.eval_path else "held out"
        splits = split(examples, held.examples if held else None, test_source=source).facts
    return DataFacts(
        path=one_line(str(choice.path), 4000),
        name=one_line(choice.path.name, 80),
        bytes=loaded.bytes,
        sha256=loaded.sha256,
        format=loaded.format,
        rows=loaded.rows,
        usable=len({each.content_key for each in examples}),
        malformed=loaded.malformed,
        malformed_rows=loaded.problems[:_MALFORMED_SHOWN],
        checks=checks,
        tokens=None,
        split=splits,
        labels=label_counts(examples),
        short_answers=mostly_short(examples),
        multi_turn=sum(sum(turn.role == ASSISTANT for turn in each.messages) > 1 for each in examples),
        eval_path=one_line(str(choice.eval_path), 4000) if choice.eval_path else None,
        eval_rows=len(held.examples) if held else 0,
        columns=loaded.columns,
        partial=loaded.partial,
    )


def _tokens(model: ModelFacts, loaded: Loaded, emitter: Emitter) -> TokenFacts | None:
    """Lengths with the model's own tokenizer; None, with a note, for models known by name only."""
    if not model.tokenizer or (model.path is None and model.where == "catalogue"):
        emitter.emit(
            Note(text=f"No token counts: the tokenizer of {one_line(model.id, 60)} is not on this machine")
        )
        return None
    tokenizer = load_tokenizer(model)
    template = template_of(model, tokenizer, loaded.examples)
    limits = data_limits().lengths
    rows = len(loaded.examples)
    total = rows if rows <= limits.exact_rows else limits.sample_rows
    return count_tokens(
        tokenizer, model, template, loaded.examples, Progress(emitter, "counting tokens", total, "rows")
    )
