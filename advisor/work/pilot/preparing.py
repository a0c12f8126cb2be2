"""Reads the rows, loads the model, and chooses what each phase works on; every fault is one line."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from advisor import catalog
from advisor.errors import BadData
from advisor.events import Note
from advisor.specs import JobSpec, PilotTask
from advisor.text import one_line
from advisor.work.data.examples import Example
from advisor.work.data.limits import data_limits
from advisor.work.data.load import load
from advisor.work.data.split import Splits, split
from advisor.work.emit import Emitter
from advisor.work.pilot.alerting import open_alerts
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
from advisor.work.pilot.metric_files import open_files
from advisor.work.pilot.progress import Progress
from advisor.work.pilot.rows import Row, kept, require_vocabulary
from advisor.work.pilot.settings import pilot_settings
from advisor.work.tokenizer import load_tokenizer, template_of
from heuristics.facts.experiment import PilotSchedule
from heuristics.planning.recipe import Recipe


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
    cleaned: tuple[Row, ...] = ()
    cleaned_test: tuple[Row, ...] = ()

    def chosen(self, bench: Bench, schedule: PilotSchedule) -> Material:
        """The rows of every phase at these sizes; smaller sizes are parts of larger ones."""
        test, validation = self.test[: schedule.test], self.validation[: schedule.validation]
        seed = bench.recipe.seed
        samples = max(each.samples for each in schedule.runs)
        answered = catalog.limits().schedule.generated if schedule.generated and needs_answers(bench) else 0
        return Material(
            samples=self.samples[:samples],
            validation=validation,
            test=test,
            swapped=swapped_rows(bench.roomy_encoder, test, seed),
            few_shot=self.few_shot[: schedule.test] if schedule.shots else (),
            generated=places_to_generate(test, schedule.generated, samples_shown(bench)),
            general=general_rows(bench.general_encoder, bench.task.probe),
            validation_swapped=swapped_rows(bench.roomy_encoder, validation, seed),
            validation_generated=tuple(
                each for each in places_to_generate(validation, answered, 0) if validation[each].reachable
            ),
            cleaned=self.cleaned,
            cleaned_test=self.cleaned_test,
        )


def samples_shown(bench: Bench) -> int:
    """Rows that are shown side by side: more where only a person can judge them."""
    settings = pilot_settings().generating
    return settings.samples if needs_answers(bench) else settings.samples_open


def needs_answers(bench: Bench) -> bool:
    """True when the goal's metric is judged on generated answers."""
    return bench.task.goal.metric != "loss"


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


def cleaned_splits(task: PilotTask, splits: Splits, emitter: Emitter) -> Splits | None:
    """Training and test rows of the cleaned file, without any that the raw file has on the other side."""
    if task.cleaned is None:
        return None
    cleaned = split(load(task.cleaned, emitter).examples, None)
    held_out = {each.key for each in (*splits.validation, *splits.test)}
    trained = {each.key for each in splits.train}
    return replace(
        cleaned,
        train=tuple(each for each in cleaned.train if each.key not in held_out),
        test=tuple(each for each in cleaned.test if each.key not in trained),
    )


def set_up(
    spec: JobSpec, emitter: Emitter, progress: Progress, splits: Splits, state: Path, wanted: Recipe
) -> Bench:
    """Model and tokenizer, loaded and fitting each other, for the `wanted` recipe."""
    assert isinstance(spec.task, PilotTask)
    task = spec.task
    device = device_of_choice()
    memory = PeakMemory(device)
    before = memory.now()
    progress.steps(0, 1, f"loading {one_line(task.model.id, 60)}")
    folder = model_folder(task.model, spec.offline, emitter)
    facts = replace(task.model, path=str(folder))
    tokenizer = load_tokenizer(facts)
    template = template_of(facts, tokenizer, splits.train)
    model = load_model(folder, wanted, device)
    context = context_of(model)
    recipe = replace(wanted, template=template)
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
        state=state,
        metrics=open_files(spec.folder, emitter, task.wandb_project, spec.offline),
        alerts=open_alerts(task.alert, spec.folder.parent.parent.name, emitter),
    )


def encode_candidates(bench: Bench, splits: Splits, cleaned: Splits | None = None) -> Candidates:
    """As many encoded rows as any schedule could take; raises BadData when truncation leaves too few."""
    settings, scored, recipe = pilot_settings(), catalog.limits().time, bench.recipe
    test = list(splits.test)
    random.Random(recipe.seed).shuffle(test)
    samples = _encoded(bench, splits.train[: recipe.samples], "training", settings.rows.train_least)
    validation = _encoded(
        bench,
        splits.validation[: scored.validation_most],
        "validation",
        settings.rows.validation_least,
    )
    tests = _encoded(bench, test[: scored.test_most], "test", settings.rows.test_least)
    require_vocabulary([*samples, *validation, *tests], vocabulary_of(bench.model), bench.task.model.id)
    bench.stops = stop_tokens(bench.tokenizer, bench.model, samples)
    shots = choose_shots(samples, catalog.limits().schedule.shots, recipe.seed)
    few_shot = few_shot_rows(bench.roomy_encoder, tests, shots) if shots else ()
    if shots and not few_shot:
        bench.emitter.emit(
            Note(text=f"{len(shots)} solved examples do not fit the context: no few-shot baseline")
        )
    clean, clean_test = _cleaned(bench, cleaned)
    return Candidates(
        splits.train, tuple(samples), tuple(validation), tuple(tests), few_shot, clean, clean_test
    )


def _cleaned(bench: Bench, cleaned: Splits | None) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Encoded cleaned rows for training and test; none when either is too few to tell anything."""
    settings = pilot_settings()
    if cleaned is None:
        return (), ()
    rows = kept(bench.encoder.rows(cleaned.train[: 2 * bench.recipe.samples]))
    test = kept(bench.encoder.rows(cleaned.test[: catalog.limits().time.test_most]))
    if len(rows) < settings.rows.train_least or len(test) < settings.rows.test_least:
        bench.emitter.emit(Note(text="Too few cleaned rows for a run of their own", level="warning"))
        return (), ()
    return tuple(rows), tuple(test)


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
