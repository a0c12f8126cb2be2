"""The first phase: the longest real micro-batch with an optimizer step, and ordinary rows for the speed."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from advisor import catalog
from advisor.errors import BadData, OutOfMemory
from advisor.events import Note, ProofFound
from advisor.text import one_line
from advisor.work.data.examples import Example
from advisor.work.pilot.attempt import Attempt, begin, smaller, words
from advisor.work.pilot.bench import Bench
from advisor.work.pilot.loading import can_quantise
from advisor.work.pilot.memory import free_unused, is_out_of_memory
from advisor.work.pilot.preparing import Candidates
from advisor.work.pilot.rows import Row, kept
from advisor.work.pilot.settings import pilot_settings
from advisor.work.pilot.trainer import RunPlan, make_trainer
from heuristics.facts.pilot import Proof
from heuristics.pilot.schedule import Speeds
from heuristics.planning.recipe import Recipe


@dataclass(slots=True)
class _Clock(TrainerCallback):  # type: ignore[misc]
    """Times optimizer steps and ends the run when enough were timed."""

    seconds: list[float]
    least_seconds: float
    began: float = 0.0

    def on_step_begin(self, *_args: object, **_options: object) -> None:
        self.began = time.monotonic()

    def on_step_end(
        self, _args: TrainingArguments, _state: TrainerState, control: TrainerControl, **_options: object
    ) -> None:
        self.seconds.append(time.monotonic() - self.began)
        # The first step is the longest batch, and the next may still make kernels.
        if sum(steady(self.seconds[1:])) > self.least_seconds:
            control.should_training_stop = True


def steady(seconds: Sequence[float]) -> list[float]:
    """The steps that are like the fastest one: on a GPU the first of a size compile or load kernels, which
    takes seconds where a step takes a hundredth of one."""
    limit = pilot_settings().proof.steady_times * min(seconds, default=0.0)
    return [each for each in seconds if each <= limit]


@dataclass(frozen=True, slots=True)
class Proven:
    """What the first phase fixes for all others."""

    proof: Proof
    speeds: Speeds
    recipe: Recipe
    """With the micro-batch that fits."""


def prove_and_measure(bench: Bench, candidates: Candidates, tries: int = 0) -> Proven:
    """The proof, and the speeds with the base model as it is."""
    proof = prove(bench, candidates.train, candidates.samples, tries)
    return Proven(proof, measure_speeds(bench, proof, candidates.validation), bench.recipe)


def prove(bench: Bench, examples: Sequence[Example], ordinary: Sequence[Row], tries: int = 0) -> Proof:
    """Train on the longest rows of `examples`, then on `ordinary` rows, and say what it took.

    Running out of memory leads to the next smaller recipe, which then is the bench's; `tries` counts those
    before this worker. Raises OutOfMemory when none helps.
    """
    longest = longest_rows(bench, examples, bench.recipe.effective_batch)
    retries = tries
    while True:
        failed = ""
        try:
            proof = replace(_attempt(bench, longest, ordinary), retries=retries)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            failed = one_line(str(error), 200) or "out of memory"
        else:
            bench.emitter.emit(ProofFound(proof=proof))
            return proof
        # Outside the handler, so that the error's frames no longer hold the memory.
        if not _shrink(bench, retries):
            raise OutOfMemory(f"Memory ran out with every smaller setting: {failed}")
        retries += 1


def longest_rows(bench: Bench, examples: Sequence[Example], count: int) -> list[Row]:
    """Rows with the most tokens after truncation, longest first, among those with the most characters."""
    most = max(count, pilot_settings().proof.longest_candidates)
    candidates = sorted(examples, key=_characters, reverse=True)[:most]
    rows = kept(bench.encoder.rows(candidates))
    if not rows:
        raise BadData(
            f"No answer token is left within {bench.recipe.sequence_length:,} tokens: the prompts fill them",
            "Choose a longer sequence length, a model with a longer context, or shorten the prompts.",
        )
    return sorted(rows, key=lambda each: each.tokens, reverse=True)[:count]


def measure_speeds(bench: Bench, proof: Proof, validation: Sequence[Row]) -> Speeds:
    """Speeds of training, scoring and generating; the latter two with the base model on validation rows."""
    bench.progress.part("measuring speed", 0.0, 1.0)
    rows = validation[: pilot_settings().scoring.batch_rows]
    scorer = bench.scorer()
    scorer.losses(rows[:1])
    began = time.monotonic()
    scorer.losses(rows)
    score = sum(each.tokens for each in rows) / (time.monotonic() - began)
    generate = 0.0
    prompts = [each.prompt for each in rows if each.prompt][: catalog.limits().time.generate_batch]
    if prompts:
        tokens = pilot_settings().proof.generated_tokens
        began = time.monotonic()
        bench.generator().answers(prompts, tokens, stop_early=False)
        generate = (time.monotonic() - began) / tokens
    return Speeds(proof.tokens_per_second, score, generate, 2 * bench.start_seconds)


def _attempt(bench: Bench, longest: Sequence[Row], ordinary: Sequence[Row]) -> Proof:
    recipe, settings = bench.recipe, pilot_settings().proof
    batch = recipe.effective_batch
    steps = 1 + settings.most_steps
    rows = [longest[index % len(longest)] for index in range(batch)]
    rows += [ordinary[index % len(ordinary)] for index in range(batch * settings.most_steps)]
    plan = RunPlan(
        id="proof",
        phase="proof",
        examples=tuple(each.example for each in rows),
        learning_rate=recipe.learning_rate,
        epochs=1,
        seed=recipe.seed,
        most_steps=steps,
        in_order=True,
    )
    bench.progress.part("training on the longest rows", 0.0, 1.0)
    clock = _Clock([], settings.least_seconds)
    bench.memory.reset()
    try:
        began = time.monotonic()
        folder = bench.state / "checkpoints" / plan.id
        trainer = make_trainer(bench.model, bench.tokenizer, recipe, plan, folder, (clock,))
        bench.start_seconds = time.monotonic() - began
        bench.tuned = trainer.model
        trainer.train()
    finally:
        peak = bench.memory.read()
        bench.bare()
    # The first step of ordinary size still sets things up: it counts only where there is no other.
    timed = steady(clock.seconds[2:] or clock.seconds[1:])
    tokens = sum(each.tokens for each in ordinary) / len(ordinary) * batch
    return Proof(
        micro_batch=recipe.micro_batch,
        accumulation=recipe.accumulation,
        sequence_length=recipe.sequence_length,
        longest_tokens=longest[0].tokens,
        peak_bytes=peak,
        baseline_bytes=bench.bytes_before,
        seconds_per_step=statistics.median(timed),
        tokens_per_second=tokens / statistics.median(timed),
        device=bench.device.type,
        precision=recipe.precision,
    )


def _shrink(bench: Bench, tries: int) -> bool:
    """Take the next smaller recipe; False when there is none."""
    free_unused(bench.device)
    before = bench.recipe
    recipe = smaller(before, tries, pilot_settings().proof.retries, can_quantise(bench.device))
    if recipe is None:
        return False
    bench.recipe = recipe
    bench.emitter.emit(Note(text=f"Out of memory: trying {words(recipe)}", level="warning"))
    begin(bench.state, Attempt(recipe=recipe, tries=tries + 1))
    if recipe.method != before.method:
        bench.load_base()
    return True


def _characters(example: Example) -> int:
    return sum(len(each.content) for each in example.messages) + len(example.text or "")
