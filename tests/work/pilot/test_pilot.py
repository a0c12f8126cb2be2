"""A whole pilot on a tiny model: what it measures, in which order, and what it leaves behind."""

import math
from pathlib import Path

import pytest
import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

import advisor
from advisor import catalog
from advisor.errors import Stopped
from advisor.events import Event, Metric, is_last
from advisor.fold import pilot_facts
from advisor.jobs import read_events, run_job
from advisor.work.emit import Emitter
from advisor.work.pilot.progress import Progress
from heuristics.facts.experiment import PHASES
from heuristics.facts.forecast import Forecast
from heuristics.facts.pilot import PilotFacts, Run
from heuristics.forecast import forecast
from heuristics.goal import Goal
from heuristics.verdict.evidence import of_forecast
from heuristics.verdict.table import decide
from tests.work.pilot.pilot_worlds import (
    RECIPE,
    Piloted,
    learnable_rows,
    make_model,
    run_pilot,
    spec_for,
    write_rows,
)

pytestmark = pytest.mark.slow


def top(facts: PilotFacts) -> Run:
    """The run on the whole starting sample, whose model is tested."""
    return max(facts.runs, key=lambda each: (each.phase == "ladder", each.samples))


def kinds(events: list[Event]) -> list[str]:
    return [each.kind for each in events]


def test_a_learnable_task_shows_a_task_gain_that_is_clearly_positive(learnable: Piloted) -> None:
    task = learnable.facts.gain("task")
    assert task is not None and task.estimate.low > 0.5


def test_answers_drawn_by_lot_show_a_format_gain_but_no_task_gain(by_lot: Piloted) -> None:
    task, format_ = by_lot.facts.gain("task"), by_lot.facts.gain("format")
    assert task is not None and task.estimate.low < 0 < task.estimate.high
    assert format_ is not None and format_.estimate.low > 1


def test_task_and_format_gain_add_up_to_the_gain_over_the_base(learnable: Piloted) -> None:
    facts = learnable.facts
    base, tuned = facts.score("base", "test"), facts.score("tuned", "test")
    task, format_ = facts.gain("task"), facts.gain("format")
    assert base and tuned and task and format_ and task.items == tuned.items
    assert task.estimate.value + format_.estimate.value == pytest.approx(base.loss - tuned.loss, abs=1e-4)


def test_the_loss_gain_is_taken_over_the_better_baseline(learnable: Piloted) -> None:
    facts = learnable.facts
    gain, tuned = facts.gain("loss"), facts.score("tuned", "test")
    bases = [each for each in (facts.score("base", "test"), facts.score("base few-shot", "test")) if each]
    best = min(bases, key=lambda each: each.loss)
    assert gain and tuned and len(bases) == 2
    assert gain.baseline == best.name
    assert gain.estimate.value == pytest.approx(best.loss - tuned.loss, abs=1e-4)


def test_a_learnt_task_is_answered_exactly_and_the_base_never_does(learnable: Piloted) -> None:
    gain, tuned = learnable.facts.gain("exact_match"), learnable.facts.score("tuned", "test")
    assert tuned and tuned.exact_match == 1.0 and tuned.generated == tuned.items
    assert gain and gain.estimate.value == 1.0 and gain.p_value is not None and gain.p_value < 1e-6


def test_the_ladder_of_a_real_pilot_is_forecast_and_told_in_the_verdict(learnable: Piloted) -> None:
    limits = catalog.limits()
    made = forecast(learnable.facts, "loss", limits.forecast)
    assert isinstance(made, Forecast)
    assert len({each.samples for each in made.points}) == 4
    goal = Goal(task="classify", metric="loss", smallest_gain=0.05)
    verdict = decide(None, None, None, goal, None, learnable.facts, limits)
    assert of_forecast(made) in verdict.evidence


def test_a_real_pilot_compares_rates_and_its_ladder_uses_the_best(
    learnable: Piloted,
) -> None:
    rate = learnable.facts.rate
    assert rate is not None and len(rate.points) >= 3
    assert any(each.heldout_loss is not None for each in rate.points)
    assert {rung.run for rung in learnable.facts.rungs} <= {run.id for run in learnable.facts.runs}
    assert top(learnable.facts).learning_rate <= rate.best


def test_every_result_comes_in_the_order_of_the_phases(learnable: Piloted) -> None:
    order = kinds(learnable.events)
    assert order.index("proof") < order.index("score") < order.index("run") < order.index("file")
    assert order.index("file") < order.index("gain") < order.index("sample")
    phases = list(dict.fromkeys(each.phase for each in learnable.events if each.kind == "step"))
    assert [each for each in phases if each in PHASES] == list(PHASES)


def test_the_tuned_model_meets_the_test_rows_only_after_the_run(learnable: Piloted) -> None:
    events = learnable.events
    run = kinds(events).index("run")
    file = kinds(events).index("file")
    before = [each.score for each in events[: max(run, file)] if each.kind == "score"]
    assert {each.name for each in before} == {"base", "base few-shot"}


def test_every_step_is_told_with_loss_rate_speed_and_memory(learnable: Piloted) -> None:
    run = top(learnable.facts)
    metrics = [each for each in learnable.events if isinstance(each, Metric) and each.run == run.id]
    steps = [each for each in metrics if "loss" in each.values]
    assert [each.step for each in steps] == list(range(1, run.planned_steps + 1))
    wanted = {"loss", "learning_rate", "grad_norm", "tokens_per_second", "memory_bytes", "epoch"}
    assert all(wanted <= each.values.keys() for each in steps)
    heldout = [each for each in metrics if "heldout_loss" in each.values]
    assert len(heldout) == len(run.heldout_loss) > 3
    assert all(
        each.values["perplexity"] == pytest.approx(math.exp(each.values["heldout_loss"])) for each in heldout
    )


def test_the_run_begins_at_the_loss_of_the_base_and_ends_at_that_of_the_tuned(learnable: Piloted) -> None:
    run = top(learnable.facts)
    base, tuned = learnable.facts.score("base", "validation"), learnable.facts.score("tuned", "validation")
    assert base and tuned
    assert run.heldout_loss[0] == (0, pytest.approx(base.loss, abs=1e-5))
    assert run.heldout_loss[-1] == (run.steps, pytest.approx(tuned.loss, abs=1e-5))
    assert run.steps == run.planned_steps and not run.stopped and not run.diverged


def test_the_proof_is_measured_on_the_longest_row(learnable: Piloted) -> None:
    proof = learnable.facts.proof
    assert proof and proof.longest_tokens <= RECIPE.sequence_length
    assert proof.peak_bytes >= proof.baseline_bytes > 0
    assert proof.tokens_per_second > 0 and proof.seconds_per_step > 0 and proof.retries == 0


def test_time_left_shrinks_to_nothing(learnable: Piloted) -> None:
    left = [
        each.seconds_left
        for each in learnable.events
        if each.kind == "step" and each.seconds_left is not None
    ]
    assert left and left[-1] < left[0]


def test_the_time_left_is_that_of_the_plan_until_the_speed_is_measured(tmp_path: Path) -> None:
    progress = Progress(Emitter(tmp_path), {"proof": 20.0, "ladder": 60.0})
    progress.steps(0, 1, "loading")
    progress.begin("proof")
    progress.part("training on the longest rows", 0.0, 1.0)
    foretold = [each.seconds_left for each in read_events(tmp_path) if each.kind == "step"]
    assert foretold == [pytest.approx(80.0, abs=1.0)] * 2


def test_the_saved_adapter_gives_the_tuned_model_again(learnable: Piloted, tiny_model: Path) -> None:
    adapter = Path(learnable.facts.adapter or "")
    assert adapter.is_dir() and adapter.is_relative_to(learnable.folder)
    base = AutoModelForCausalLM.from_pretrained(tiny_model)
    before = base(torch.arange(5, 15)[None]).logits
    tuned = PeftModel.from_pretrained(base, adapter)
    assert not torch.allclose(before, tuned(torch.arange(5, 15)[None]).logits, atol=0.1)
    assert not list(learnable.folder.glob(".*.tmp"))


async def test_as_a_job_it_ends_in_done_and_writes_only_into_its_folder(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("HF_HOME", raising=False)
    monkeypatch.setenv("PYTHONPATH", str(Path(advisor.__file__).parents[1]))
    data = write_rows(tmp_path / "rows.jsonl", learnable_rows()[:60])
    spec = spec_for(tmp_path / "run", data, tiny_model, minutes=0.02, epochs=1)
    events = [each async for each in run_job(spec)]
    assert [each.kind for each in events if is_last(each)] == ["done"]
    assert not [each for each in home.rglob("*") if each.is_file()]
    assert {each.name for each in tmp_path.iterdir()} == {"home", "rows.jsonl", "run"}


def test_the_same_seed_gives_the_same_numbers(tiny_model: Path, tmp_path: Path) -> None:
    data = write_rows(tmp_path / "rows.jsonl", learnable_rows()[:80])
    one, _ = run_pilot(spec_for(tmp_path / "one", data, tiny_model, minutes=0.02, epochs=1, dropout=0.1))
    two, _ = run_pilot(spec_for(tmp_path / "two", data, tiny_model, minutes=0.02, epochs=1, dropout=0.1))
    assert one.gains == two.gains and one.scores == two.scores and one.samples == two.samples
    assert one.runs[-1].train_loss == two.runs[-1].train_loss


def test_a_fresh_run_without_trouble_raises_no_alarm(learnable: Piloted) -> None:
    run = top(learnable.facts).id
    raised = [each for each in learnable.facts.alarms if each.run == run and each.cause != "machine"]
    assert [each for each in raised if each.kind != "plateau"] == []


class StoppedHalfWay(Emitter):
    """Behaves as if the user stopped the pilot at the fifth training step."""

    def emit(self, event: Event) -> None:
        super().emit(event)
        if isinstance(event, Metric) and "loss" in event.values and event.step == 5:
            raise Stopped("Stopped")


def test_a_stop_passes_through_and_keeps_what_is_done(tiny_model: Path, tmp_path: Path) -> None:
    from advisor.work.pilot.pilot import pilot

    data = write_rows(tmp_path / "rows.jsonl", learnable_rows())
    spec = spec_for(tmp_path / "run", data, tiny_model)
    with pytest.raises(Stopped):
        pilot(spec, StoppedHalfWay(spec.folder))
    facts = pilot_facts(read_events(spec.folder), PilotFacts())
    assert facts.proof and facts.score("base", "test")
    (run,) = facts.runs
    assert run.steps == 5 < run.planned_steps and run.stopped == "stopped" and len(run.train_loss) == 5


def test_a_rate_that_breaks_the_model_is_an_alarm_and_no_gain(tiny_model: Path, tmp_path: Path) -> None:
    data = write_rows(tmp_path / "rows.jsonl", learnable_rows()[:80])
    facts, events = run_pilot(
        spec_for(tmp_path / "run", data, tiny_model, learning_rate=1e30, warmup_share=0.0, max_grad_norm=1e9)
    )
    assert {each.kind for each in facts.alarms} == {"nan"}
    assert all(each.diverged and each.steps < each.planned_steps for each in facts.runs)
    assert facts.rate and facts.rate.basis == "none" and not facts.rungs
    assert not facts.gains and facts.adapter is None
    assert any(each.kind == "note" and "not a number" in each.text for each in events)


@pytest.mark.parametrize("method", ["full", "qlora"])
def test_other_methods_go_through_the_same_phases(method: str, tiny_model: Path, tmp_path: Path) -> None:
    if method == "qlora":
        pytest.importorskip("bitsandbytes")
    data = write_rows(tmp_path / "rows.jsonl", learnable_rows()[:80])
    rate = 3e-3 if method == "full" else 1e-2
    facts, _ = run_pilot(
        spec_for(tmp_path / "run", data, tiny_model, method=method, learning_rate=rate, epochs=2)
    )
    assert {each.name for each in facts.gains} == {"loss", "task", "format", "exact_match", "token_f1"}
    base, first = facts.score("base", "validation"), top(facts).train_loss[0][1]
    # The proof trained on the same weights before: they must be as loaded again.
    assert base and first == pytest.approx(base.loss, abs=0.6)
    assert facts.adapter and (Path(facts.adapter) / "tokenizer.json").is_file()


def test_a_model_without_a_chat_template_is_tuned_on_plain_text(tmp_path: Path) -> None:
    model = make_model(tmp_path / "plain", template=None)
    data = write_rows(tmp_path / "rows.jsonl", learnable_rows()[:80])
    facts, _ = run_pilot(spec_for(tmp_path / "run", data, model, epochs=1))
    assert facts.gain("task") and facts.samples[0].reference.startswith("queue")


def test_raw_text_is_tuned_without_task_gain_and_says_why(tiny_model: Path, tmp_path: Path) -> None:
    rows = [{"text": f"{each['question']}. {each['answer']}."} for each in learnable_rows()[:80]]
    data = write_rows(tmp_path / "rows.jsonl", rows)
    facts, events = run_pilot(spec_for(tmp_path / "run", data, tiny_model, epochs=1))
    assert {each.name for each in facts.gains} == {"loss"}
    assert any(each.kind == "note" and "no prompts to swap" in each.text for each in events)
    assert facts.samples and all(each.reference for each in facts.samples)


def test_one_class_is_tuned_and_says_that_reading_the_prompt_cannot_be_measured(
    tiny_model: Path, tmp_path: Path
) -> None:
    rows = [{**each, "answer": "queue billing"} for each in learnable_rows()[:80]]
    data = write_rows(tmp_path / "rows.jsonl", rows)
    facts, events = run_pilot(spec_for(tmp_path / "run", data, tiny_model, epochs=1))
    assert facts.gain("task") is None and facts.gain("loss")
    assert any(each.kind == "note" and "same answer" in each.text for each in events)


def test_the_users_own_test_rows_replace_ours(tiny_model: Path, tmp_path: Path) -> None:
    rows = learnable_rows()
    data = write_rows(tmp_path / "rows.jsonl", rows[:100])
    spec = spec_for(tmp_path / "run", data, tiny_model, epochs=1, samples=32)
    own = write_rows(tmp_path / "own.jsonl", rows[100:125])
    task = spec.task.model_copy(update={"data": spec.task.data.model_copy(update={"eval_path": own})})
    facts, _ = run_pilot(spec.model_copy(update={"task": task}))
    tuned = facts.score("tuned", "test")
    assert tuned and tuned.items == 25


def test_a_budget_of_ten_seconds_drops_what_matters_least_and_says_so(
    tiny_model: Path, tmp_path: Path
) -> None:
    data = write_rows(tmp_path / "rows.jsonl", learnable_rows())
    facts, events = run_pilot(spec_for(tmp_path / "run", data, tiny_model, minutes=0.02))
    notes = [each.text for each in events if each.kind == "note"]
    assert any(each.startswith("To fit 1 s: no reserve for further rate runs") for each in notes)
    assert any(each.startswith("This budget does not answer") for each in notes)
    assert any(each.startswith("Even the smallest pilot") for each in notes)
    assert [each.samples for each in facts.runs] == [32] and facts.gain("loss")
