"""Reads the rows, loads the model, and chooses what each phase works on; every fault is one line."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

from advisor.errors import BadData
from advisor.events import Note, Step
from advisor.specs import JobSpec, PilotTask
from advisor.text import one_line
from advisor.work.data.examples import Example
from advisor.work.data.limits import data_limits
from advisor.work.data.load import load
from advisor.work.data.split import Splits, split
from advisor.work.emit import Emitter
from advisor.work.pilot.bench import Bench
from advisor.work.pilot.fetching import model_folder
from advisor.work.pilot.generating import stop_tokens
from advisor.work.pilot.loading import context_of, device_of_choice, load_model, vocabulary_of
from advisor.work.pilot.material import (
    Material,
    choose_shots,
    few_shot_rows,
    general_rows,
    places_to_generate,
    swapped_rows,
)
from advisor.work.pilot.memory import PeakMemory
from advisor.work.pilot.progress import Progress
from advisor.work.pilot.rows import Row, kept, require_vocabulary
from advisor.work.pilot.schedule import Sizes
from advisor.work.pilot.settings import pilot_settings
from advisor.work.tokenizer import load_tokenizer, template_of


@dataclass(frozen=True, slots=True)
class Candidates:
    """Encoded rows from which the schedule takes as many as fit its time."""

    train: tuple[Example, ...]
    """The whole training part."""
    samples: tuple[Row, ...]
    validation: tuple[Row, ...]
    test: tuple[Row, ...]
    few_shot: tuple[Row, ...]
    """One for each test row, or none at all."""

    def chosen(self, bench: Bench, sizes: Sizes) -> Material:
        """The rows of every phase at these sizes; smaller sizes are parts of larger ones."""
        test = self.test[: sizes.test]
        return Material(
            samples=self.samples[: sizes.samples],
            validation=self.validation[: sizes.validation],
            test=test,
            swapped=swapped_rows(bench.roomy_encoder, test, bench.recipe.seed),
            few_shot=self.few_shot[: sizes.test] if sizes.shots else (),
            generated=places_to_generate(test, sizes.generated),
            general=general_rows(bench.general_encoder),
        )


def read_splits(task: PilotTask, emitter: Emitter) -> Splits:
    """Train, validation and test rows; raises BadData when there are too few."""
    examples = load(task.data, emitter, most_kept=data_limits().reader.rows_for_pilot).examples
    own = task.data.eval_path
    if own is None:
        splits = split(examples, None)
    else:
        choice = task.data.model_copy(update={"path": own, "eval_path": None})
        splits = split(examples, load(choice, emitter).examples, test_source=one_line(own.name, 60))
    least = pilot_settings().rows
    usable = len(splits.train) + len(splits.validation) + (0 if own else len(splits.test))
    if usable < least.usable_least or len(splits.train) < least.train_least:
        raise BadData(
            f"Too few rows for a pilot: {usable} usable ones, at least {least.usable_least} are needed",
            "Collect more rows; a hundred or more give an answer that can be trusted.",
        )
    if len(splits.validation) < least.validation_least or len(splits.test) < least.test_least:
        raise BadData(
            f"Too few rows with different prompts to hold any out: {len(splits.validation)} for validation, "
            f"{len(splits.test)} for the test, at least {least.test_least} of each are needed",
            "Collect rows that ask different things, or give a test file of your own.",
        )
    return splits


def set_up(spec: JobSpec, emitter: Emitter, progress: Progress, splits: Splits) -> Bench:
    """Model and tokenizer, loaded and fitting each other."""
    assert isinstance(spec.task, PilotTask)
    task = spec.task
    device = device_of_choice()
    memory = PeakMemory(device)
    before = memory.now()
    emitter.emit(Step(phase="proof", done=0, total=1, text=f"loading {one_line(task.model.id, 60)}"))
    folder = model_folder(task.model, spec.offline, emitter)
    facts = replace(task.model, path=str(folder))
    tokenizer = load_tokenizer(facts)
    template = template_of(facts, tokenizer, splits.train)
    model = load_model(folder, task.recipe, device)
    context = context_of(model)
    recipe = replace(task.recipe, template=template)
    if context is not None and recipe.sequence_length > context:
        emitter.emit(
            Note(text=f"Sequence length cut to the model's context of {context:,} tokens", level="warning")
        )
        recipe = replace(recipe, sequence_length=context)
    return Bench(
        task=task,
        folder=spec.folder,
        emitter=emitter,
        progress=progress,
        recipe=recipe,
        device=device,
        memory=memory,
        bytes_before=before,
        model_folder=folder,
        model=model,
        tokenizer=tokenizer,
        context=context,
    )


def encode_candidates(bench: Bench, splits: Splits) -> Candidates:
    """As many encoded rows as any schedule could take; raises BadData when truncation leaves too few."""
    settings, recipe = pilot_settings(), bench.recipe
    test = list(splits.test)
    random.Random(recipe.seed).shuffle(test)
    samples = _encoded(bench, splits.train[: recipe.samples], "training", settings.rows.train_least)
    validation = _encoded(
        bench,
        splits.validation[: settings.schedule.validation_most],
        "validation",
        settings.rows.validation_least,
    )
    tests = _encoded(bench, test[: settings.schedule.test_most], "test", settings.rows.test_least)
    require_vocabulary([*samples, *validation, *tests], vocabulary_of(bench.model), bench.task.model.id)
    bench.stops = stop_tokens(bench.tokenizer, bench.model, samples)
    shots = choose_shots(samples, settings.few_shot.shots, recipe.seed)
    few_shot = few_shot_rows(bench.roomy_encoder, tests, shots) if shots else ()
    if shots and not few_shot:
        bench.emitter.emit(
            Note(text=f"{len(shots)} solved examples do not fit the context: no few-shot baseline")
        )
    return Candidates(splits.train, tuple(samples), tuple(validation), tuple(tests), few_shot)


def _encoded(bench: Bench, examples: Sequence[Example], name: str, least: int) -> list[Row]:
    rows = kept(bench.encoder.rows(examples))
    lost = len(examples) - len(rows)
    length = bench.recipe.sequence_length
    if len(rows) < least:
        raise BadData(
            f"{lost} of {len(examples)} {name} rows keep no answer within {length:,} tokens: too few remain",
            "Choose a longer sequence length, a model with a longer context, or shorten the prompts.",
        )
    if lost:
        text = (
            f"{lost} of {len(examples)} {name} rows keep no answer within {length:,} tokens and are left out"
        )
        bench.emitter.emit(Note(text=text, level="warning"))
    return rows
