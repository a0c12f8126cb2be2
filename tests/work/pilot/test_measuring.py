"""The parts that measure: scoring, cutting rows, swapping prompts, generating, the proof, the schedule."""

import errno
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from advisor import catalog
from advisor.errors import BadData, OutOfMemory
from advisor.files import private_folder
from advisor.jobs import read_events
from advisor.specs import PilotTask
from advisor.work.data.examples import Example, Message
from advisor.work.emit import Emitter
from advisor.work.pilot import proof
from advisor.work.pilot.bench import Bench
from advisor.work.pilot.generating import same_answer, stop_tokens
from advisor.work.pilot.material import choose_shots, few_shot_rows, swapped_rows
from advisor.work.pilot.memory import PeakMemory
from advisor.work.pilot.preparing import Candidates, encode_candidates, read_splits, set_up
from advisor.work.pilot.progress import Progress
from advisor.work.pilot.proof import prove
from advisor.work.pilot.saving import save_tuned
from advisor.work.pilot.scoring import batches
from advisor.work.pilot.trainer import RunPlan, make_trainer
from heuristics.pilot.runs import ladder_sizes, sample_rows
from heuristics.pilot.schedule import Lengths, Sizes, Speeds, Work, fit, runs_of, wanted_sizes
from tests.work.pilot.pilot_worlds import RECIPE, learnable_rows, spec_for, write_rows

pytestmark = pytest.mark.slow


def make_bench(tiny_model: Path, tmp_path: Path, **recipe: object) -> tuple[Bench, Candidates]:
    """A bench as it stands before the proof."""
    data = write_rows(tmp_path / "rows.jsonl", learnable_rows()[:100])
    spec = spec_for(tmp_path / "run", data, tiny_model, **recipe)
    emitter = Emitter(spec.folder)
    assert isinstance(spec.task, PilotTask)
    splits = read_splits(spec.task, emitter)
    state = private_folder(spec.folder / "state")
    bench = set_up(spec, emitter, Progress(emitter), splits, state, spec.task.recipe)
    return bench, encode_candidates(bench, splits)


@pytest.fixture
def bench(tiny_model: Path, tmp_path: Path) -> Bench:
    return make_bench(tiny_model, tmp_path)[0]


@pytest.fixture
def prepared(tiny_model: Path, tmp_path: Path) -> tuple[Bench, Candidates]:
    return make_bench(tiny_model, tmp_path)


def example(question: str, answer: str, line: int = 1) -> Example:
    return Example(line, (Message("user", question), Message("assistant", answer)))


def test_a_batch_scores_each_row_as_the_model_alone_does(prepared: tuple[Bench, Candidates]) -> None:
    bench, candidates = prepared
    rows = candidates.test
    together = bench.scorer().losses(rows)
    for row, loss in zip(rows, together, strict=True):
        ids = torch.tensor([row.prompt + row.answer])
        labels = torch.tensor([(-100,) * len(row.prompt) + row.answer])
        with torch.no_grad():
            alone = bench.model(input_ids=ids, labels=labels).loss
        assert loss.tokens == len(row.answer)
        assert loss.per_token == pytest.approx(float(alone), rel=1e-4)


def test_raw_text_is_scored_from_its_second_token_on(bench: Bench) -> None:
    (row,) = bench.general_encoder.rows([Example(1, (), text="Ada writes about the cable")])
    assert row is not None and row.prompt == ()
    (loss,) = bench.scorer().losses([row])
    assert loss.tokens == len(row.answer) - 1


def test_batches_hold_every_row_once_and_long_rows_in_small_batches() -> None:
    lengths = [10, 3000, 10, 2000, 10, 5000]
    found = list(batches(lengths))
    assert sorted(index for batch in found for index in batch) == list(range(6))
    assert [5] in found and [1] in found


@pytest.mark.parametrize("template", ["chat", "plain"])
@pytest.mark.parametrize("cut", [False, True])
def test_rows_are_cut_exactly_as_the_trainer_cuts_them(bench: Bench, template: str, cut: bool) -> None:
    bench.recipe = replace(bench.recipe, template=template)
    examples = [example(f"{'very ' * extra}short", f"queue {extra}") for extra in range(0, 14, 3)]
    middle = bench.encoder.rows(examples)[2]
    assert middle is not None
    if cut:
        bench.recipe = replace(bench.recipe, sequence_length=len(middle.prompt) + 1)
    plan = RunPlan("check", "ladder", tuple(examples), 1e-3, 1, 1)
    dataset = make_trainer(bench.model, bench.tokenizer, bench.recipe, plan, bench.folder).train_dataset
    ours = [each for each in bench.encoder.rows(examples) if each is not None]
    assert [list(each.prompt + each.answer) for each in ours] == list(dataset["input_ids"])
    assert [[-100] * len(each.prompt) + list(each.answer) for each in ours] == list(dataset["labels"])
    assert len(ours) == (3 if cut else len(examples))
    assert any(each.cut for each in ours) == cut


def test_training_and_going_back_leaves_the_base_as_it_was_loaded(prepared: tuple[Bench, Candidates]) -> None:
    bench, candidates = prepared
    before = {name: each.clone() for name, each in bench.model.state_dict().items()}
    losses = bench.scorer().losses(candidates.test)
    prove(bench, candidates.train, candidates.samples)
    after = bench.model.state_dict()
    assert before.keys() == after.keys()
    assert all(torch.equal(each, after[name]) for name, each in before.items())
    assert bench.scorer().losses(candidates.test) == losses


class SmallMemory:
    """A device on which more than `most` rows at once run out of memory."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.seen: list[int] = []

    def __call__(self, _module: torch.nn.Module, arguments: tuple[torch.Tensor, ...]) -> None:
        rows = arguments[0].shape[0]
        self.seen.append(rows)
        if rows > self.most:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")


def test_running_out_of_memory_halves_the_micro_batch_and_keeps_the_effective_batch(
    prepared: tuple[Bench, Candidates],
) -> None:
    bench, candidates = prepared
    memory = SmallMemory(most=2)
    bench.model.get_input_embeddings().register_forward_pre_hook(memory)
    found = prove(bench, candidates.train, candidates.samples)
    assert (found.micro_batch, found.accumulation, found.retries) == (2, 4, 2)
    assert bench.recipe.micro_batch == 2 and bench.recipe.effective_batch == 8
    assert set(memory.seen) == {8, 4, 2}


def test_memory_that_never_suffices_is_an_error_after_three_halvings_and_recomputing(
    prepared: tuple[Bench, Candidates], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "can_quantise", lambda _device: False)
    bench, candidates = prepared
    memory = SmallMemory(most=0)
    bench.model.get_input_embeddings().register_forward_pre_hook(memory)
    with pytest.raises(OutOfMemory, match="every smaller setting"):
        prove(bench, candidates.train, candidates.samples)
    assert memory.seen == [8, 4, 2, 1, 1]


def test_steps_that_make_kernels_are_not_timed() -> None:
    assert proof.steady([1.6, 0.04, 0.05, 1.7, 0.06]) == [0.04, 0.05, 0.06]
    assert proof.steady([1.0, 1.4, 0.9]) == [1.0, 1.4, 0.9]
    assert proof.steady([]) == []


def test_on_a_gpu_the_peak_is_what_the_allocator_held_and_the_context(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = {"memory_allocated": 1 << 30, "memory_reserved": 3 << 30, "max_memory_reserved": 5 << 30}
    for name, size in held.items():
        monkeypatch.setattr(torch.cuda, name, lambda _device, size=size: size)
    resets: list[object] = []
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", resets.append)
    memory = PeakMemory(torch.device("cuda", 0))
    context = round(catalog.limits().memory.context)
    assert (memory.now(), memory.read()) == ((3 << 30) + context, (5 << 30) + context)
    assert memory.in_use() == 1 << 30, "what the allocator keeps for later is no leak"
    memory.reset()
    assert len(resets) == 2


def test_swapped_prompts_keep_the_answer_and_ask_for_another_one(
    prepared: tuple[Bench, Candidates],
) -> None:
    bench, candidates = prepared
    swapped = swapped_rows(bench.roomy_encoder, candidates.test, seed=3)
    answers = {each.prompt: each.answer for each in candidates.test}
    assert len(swapped) == len(candidates.test)
    for place, row in swapped.items():
        own = candidates.test[place]
        assert row.answer == own.answer and row.prompt != own.prompt
        assert answers[row.prompt] != own.answer
    assert swapped == swapped_rows(bench.roomy_encoder, candidates.test, seed=3)


def test_solved_examples_come_from_training_rows_and_differ_in_their_answers(
    prepared: tuple[Bench, Candidates],
) -> None:
    bench, candidates = prepared
    shots = choose_shots(candidates.samples, 3, seed=1)
    assert len({each.answer for each in shots}) == 3
    assert {each.key for each in shots} <= {each.group for each in candidates.samples}
    rows = few_shot_rows(bench.roomy_encoder, candidates.test, shots)
    assert all(row.answer == own.answer for row, own in zip(rows, candidates.test, strict=True))
    assert all(row.tokens > own.tokens for row, own in zip(rows, candidates.test, strict=True))


def test_solved_examples_that_do_not_fit_give_no_few_shot_rows(prepared: tuple[Bench, Candidates]) -> None:
    bench, candidates = prepared
    shots = tuple(each.example for each in candidates.samples[:30])
    assert few_shot_rows(bench.roomy_encoder, candidates.test, shots) == ()


def test_an_answer_ends_on_the_token_that_ends_the_references(prepared: tuple[Bench, Candidates]) -> None:
    bench, candidates = prepared
    bench.model.generation_config.eos_token_id = None
    bench.tokenizer.eos_token = "<pad>"
    end = candidates.samples[0].answer[-1]
    assert end in stop_tokens(bench.tokenizer, bench.model, candidates.samples)


def test_answers_are_equal_up_to_white_space() -> None:
    assert same_answer("queue  billing\n", " queue billing")
    assert not same_answer("queue billing", "queue Billing")


def test_prompts_that_fill_the_sequence_are_refused_in_one_line(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(BadData, match="keep no answer within 8 tokens"):
        make_bench(tiny_model, tmp_path, sequence_length=8)


LIMITS = catalog.limits()
WORK = Work(
    speeds=Speeds(train=1000.0, score=4000.0, generate=0.1, start=0.5),
    lengths=Lengths(train=100, validation=100, test=100, few_shot=400, answer=20),
    evaluations=8,
    prompts=True,
    answers=True,
    recipe=replace(RECIPE, samples=512, epochs=3),
    limits=LIMITS,
)
WANTED = wanted_sizes(Sizes(512, 100, 400, 64, 3, seeds=3), WORK.recipe, LIMITS)


def test_a_long_budget_drops_nothing_and_can_decide_everything() -> None:
    schedule = fit(WANTED, WORK, 10_000, 10_000)
    assert schedule.dropped == () and schedule.runs == runs_of(WANTED, WORK.recipe, LIMITS)
    assert set(schedule.seconds) == {"baseline", "rate", "ladder", "final"}
    assert all(each.answered and not each.why for each in schedule.possible)


def test_the_ladder_has_four_nested_sizes_and_three_seeds_at_the_two_smallest() -> None:
    ladder = [each for each in runs_of(WANTED, WORK.recipe, LIMITS) if each.phase == "ladder"]
    assert [each.samples for each in ladder] == [512, 256, 128, 128, 128, 64, 64, 64]
    assert len({each.id for each in ladder}) == len(ladder)
    assert len({each.epochs for each in ladder}) == 1
    for seed in (0, 1, 2):
        small, large = (set(sample_rows(range(512), size, seed, 17 + seed)) for size in (64, 128))
        assert small < large and len(small) == 64


def test_a_small_sample_has_fewer_sizes_and_none_below_a_batch() -> None:
    assert ladder_sizes(150, 8, LIMITS.schedule) == (75, 37, 18)
    assert ladder_sizes(150, 32, LIMITS.schedule) == (75, 37)
    assert ladder_sizes(20, 8, LIMITS.schedule) == ()


@pytest.mark.parametrize("budget", [3000, 1000, 500, 300, 200, 150, 100, 60])
def test_what_is_scheduled_fits_the_budget(budget: float) -> None:
    schedule = fit(WANTED, WORK, budget, budget)
    assert schedule.total <= budget
    assert bool(schedule.dropped) == (schedule.total < fit(WANTED, WORK, 10_000, 10_000).total)


def test_further_rate_runs_are_given_up_first_then_seeds_then_sizes_and_the_rows_last() -> None:
    dropped = fit(WANTED, WORK, 0.0, 0.0).dropped
    places = [
        next(place for place, each in enumerate(dropped) if words in each)
        for words in ("reserve", "seeds", "no run on", "no rate runs", "few-shot", "training rows")
    ]
    assert places == sorted(places)


def test_a_budget_that_nothing_fits_gets_the_smallest_pilot() -> None:
    schedule = fit(WANTED, WORK, 0.0, 0.0)
    (run,) = schedule.runs
    assert (run.samples, schedule.validation, schedule.test) == (32, 50, 50)
    assert schedule.generated == schedule.shots == schedule.rate_runs == 0
    unanswered = [each.question for each in schedule.possible if not each.answered]
    assert len(unanswered) == 5 and all(each.why for each in schedule.possible if not each.answered)


def test_training_rows_are_dropped_last_where_the_goal_needs_no_answers() -> None:
    work = replace(WORK, answers=False)
    for budget in range(0, 400, 10):
        schedule = fit(WANTED, work, float(budget), float(budget))
        if max(each.samples for each in schedule.runs) < 512:
            assert schedule.generated == 0 and schedule.shots == 0 and schedule.test == 50


def test_answers_that_the_goals_metric_needs_are_dropped_last_of_all() -> None:
    kept = 0
    for budget in range(0, 400, 10):
        schedule = fit(WANTED, WORK, float(budget), float(budget))
        rows = max(each.samples for each in schedule.runs)
        assert schedule.generated > 0 or rows == 32
        kept += schedule.generated > 0 and rows < 512
    assert kept


class FullDisk(torch.nn.Module):
    """A tuned model whose saving meets a full disk half-way."""

    def save_pretrained(self, folder: Path, **_options: object) -> None:
        folder.mkdir()
        (folder / "adapter_model.safetensors").write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_loses_the_adapter_and_says_so(bench: Bench) -> None:
    bench.tuned = FullDisk()
    assert not save_tuned(bench)
    notes = [each.text for each in read_events(bench.folder) if each.kind == "note"]
    assert any("No space left" in each for each in notes)
    assert not any(each.kind == "file" for each in read_events(bench.folder))
    assert not [each for each in bench.state.iterdir() if "adapter" in each.name]
