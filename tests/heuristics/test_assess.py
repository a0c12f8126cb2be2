"""Rules: each says what it must, and none raises when facts are missing."""

from dataclasses import replace

import pytest

from heuristics.assess import assess
from heuristics.basis import Basis, Estimate
from heuristics.facts.data import CheckResult, DataFacts, FormatName, RowProblem, SplitFacts, Truncation
from heuristics.facts.experiment import Alarm, PilotSchedule
from heuristics.facts.machine import Disk, GpuProcess, MachineFacts
from heuristics.facts.model import ModelFacts
from heuristics.facts.pilot import Gain, PilotFacts, Proof, Run, Score
from heuristics.finding import Finding, Level
from heuristics.goal import Goal
from heuristics.planning.knobs import Knobs
from heuristics.planning.plan import make_plan
from heuristics.planning.recipe import Plan
from heuristics.rules.data import partial_scan
from tests.heuristics.known_cases import (
    CPU,
    GIB,
    GPU,
    LIMITS,
    LLAMA_8B,
    TINY,
    classes,
    data,
    machine,
    tokens,
)

GOAL = Goal(task="extract", metric="exact_match", smallest_gain=0.05)
FREE = Knobs()


def planned(goal: Goal = GOAL, knobs: Knobs = FREE, model: ModelFacts = TINY) -> Plan:
    return make_plan(machine(), data(), model, goal, knobs, LIMITS)


def found(
    facts: DataFacts | None = None,
    where: MachineFacts | None = None,
    goal: Goal = GOAL,
    plan: Plan | None = None,
    pilot: PilotFacts | None = None,
    model: ModelFacts | None = None,
) -> dict[str, Finding]:
    findings = assess(where, facts, model, goal, plan, pilot, LIMITS)
    names = [each.rule for each in findings]
    assert len(set(names)) == len(names)
    return dict(zip(names, findings, strict=True))


def levels(**facts: object) -> dict[str, Level]:
    return {name: each.level for name, each in found(**facts).items()}  # type: ignore[arg-type]


def test_without_any_fact_each_missing_one_is_named() -> None:
    findings = found()
    for step in ("machine", "data", "plan", "pilot"):
        assert findings[f"{step}.missing"].level is Level.UNKNOWN
        assert findings[f"{step}.missing"].do


def test_every_rule_is_named_after_its_step_and_says_something() -> None:
    bad = data(*(CheckResult(name, 100, 600) for name in ("secrets", "mojibake", "ordered")))
    for name, each in found(bad, machine(GPU), plan=planned(), pilot=PilotFacts(), model=TINY).items():
        assert name.split(".")[0] in ("machine", "data", "goal", "plan", "pilot")
        assert each.headline
        assert not each.headline.endswith(".")


def test_clean_data_gives_one_good_word_and_nothing_else() -> None:
    about_data = {name: level for name, level in levels(facts=data()).items() if name.startswith("data.")}
    assert about_data == {"data.rows": Level.OK}


@pytest.mark.parametrize(
    ("check", "count", "level"),
    [
        ("secrets", 1, Level.BLOCK),
        ("private_data", 1, Level.RISK),
        ("empty_answers", 3, Level.RISK),
        ("empty_answers", 200, Level.BLOCK),
        ("exact_duplicates", 3, Level.OK),
        ("exact_duplicates", 60, Level.RISK),
        ("exact_duplicates", 400, Level.BLOCK),
        ("near_duplicates", 30, Level.RISK),
        ("conflicting_answers", 2, Level.RISK),
        ("conflicting_answers", 120, Level.BLOCK),
        ("label_variants", 2, Level.RISK),
        ("mojibake", 5, Level.RISK),
        ("control_characters", 5, Level.RISK),
        ("placeholders", 30, Level.RISK),
        ("role_errors", 5, Level.RISK),
        ("role_errors", 500, Level.BLOCK),
        ("overlap_with_eval", 1, Level.RISK),
    ],
)
def test_a_defect_is_judged_by_its_share(check: str, count: int, level: Level) -> None:
    result = CheckResult(check, count, 600, rows=(4, 9), examples=("a", "b"), detail="Seen in column text")
    finding = found(data(result))[f"data.{check}"]
    assert finding.level is level
    assert finding.rows == (4, 9)
    assert finding.count == count
    assert finding.why.startswith("Seen in column text. ")


def test_a_check_that_found_nothing_says_nothing() -> None:
    assert "data.mojibake" not in found(data(CheckResult("mojibake", 0, 600)))


def test_one_row_is_spoken_of_in_the_singular() -> None:
    headlines = [
        found(data(CheckResult(check, 1, 600)))[f"data.{check}"].headline
        for check in (
            "empty_answers",
            "near_duplicates",
            "mojibake",
            "exact_duplicates",
            "conflicting_answers",
        )
    ]
    assert [headline.split("(")[0].strip() for headline in headlines] == [
        "1 row has no answer",
        "1 row nearly equals another row",
        "1 row holds wrongly decoded characters",
        "1 row repeats another row exactly",
        "1 row answers a prompt that another row answers differently",
    ]


@pytest.mark.parametrize("name", ["unknown", "preference", "multimodal"])
def test_a_format_that_cannot_be_trained_on_stops_everything(name: FormatName) -> None:
    facts = replace(data(), format=replace(data().format, name=name), usable=0)
    finding = found(facts)["data.format"]
    assert finding.level is Level.BLOCK
    assert finding.why


@pytest.mark.parametrize(("count", "level"), [(3, Level.RISK), (60, Level.BLOCK)])
def test_lines_that_cannot_be_read_are_shown_with_their_number(count: int, level: Level) -> None:
    problem = RowProblem(17, "no closing quote", '{"a": "b')
    finding = found(replace(data(), malformed=count, malformed_rows=(problem,)))["data.malformed"]
    assert finding.level is level
    assert finding.rows == (17,)
    assert "Line 17" in finding.why


@pytest.mark.parametrize(("rows", "level"), [(3, Level.BLOCK), (40, Level.RISK)])
def test_too_few_rows_are_said(rows: int, level: Level) -> None:
    assert levels(facts=data(usable=rows, train=rows))["data.too_few_rows"] is level


def test_one_class_teaches_nothing() -> None:
    assert levels(facts=classes(1, 600))["data.one_class"] is Level.BLOCK


def test_rare_and_dominating_classes_are_risks() -> None:
    rare = replace(data(), labels=(("common", 595), ("rare", 5)))
    assert "1 of 2 classes" in found(rare)["data.class_balance"].headline
    most = replace(data(), labels=(("yes", 580), ("no", 20)))
    assert "96.7 % of answers are yes" in found(most)["data.class_balance"].headline
    assert "data.class_balance" not in found(classes(5, 100))


def test_open_counts_are_unknown_not_wrong() -> None:
    facts = replace(data(), tokens=None, partial=True)
    assert levels(facts=facts)["data.tokens"] is Level.UNKNOWN
    assert levels(facts=facts)["data.partial"] is Level.UNKNOWN
    broken = RowProblem(9, "the archive is damaged or was cut off here; the rest is missing")
    told = partial_scan(replace(facts, malformed=1, malformed_rows=(broken,)), LIMITS)
    assert told is not None
    assert told.why.startswith("line 9: the archive is damaged")
    assert told.do == "Get the file again, whole."
    stopped = partial_scan(replace(facts, malformed_rows=(RowProblem(9, "not valid JSON"),)), LIMITS)
    assert stopped is not None
    assert "stopped" in stopped.why


def test_a_doubtful_format_is_a_risk_unless_the_user_mapped_it() -> None:
    doubtful = replace(data().format, confidence=0.6)
    assert levels(facts=replace(data(), format=doubtful))["data.format_confidence"] is Level.RISK
    mapped = replace(data(), format=replace(doubtful, mapped_by_user=True))
    assert "data.format_confidence" not in found(mapped)


def test_a_machine_without_torch_cannot_train() -> None:
    assert levels(where=replace(machine(), torch=None))["machine.torch_missing"] is Level.BLOCK


def test_a_plain_cpu_is_fine() -> None:
    about = {name: level for name, level in levels(where=machine()).items() if name.startswith("machine")}
    assert about == {"machine.cpu_only": Level.OK}


def test_silent_trouble_with_a_gpu_is_said() -> None:
    broken = replace(GPU, usable=False, why_not="This torch was built without CUDA.")
    assert "without CUDA" in found(where=machine(broken))["machine.gpu_unusable"].why
    busy = replace(GPU, memory_free=4 * GIB, processes=(GpuProcess(7, "game", 19 * GIB),))
    assert "game (7, 19.0 GiB)" in found(where=machine(busy))["machine.device_busy"].why
    assert levels(where=machine(replace(GPU, throughput=())))["machine.unmeasured"] is Level.UNKNOWN


def test_short_memory_and_disk_are_said() -> None:
    short = replace(machine(), memory=replace(machine().memory, available=GIB))
    assert levels(where=short)["machine.memory_low"] is Level.RISK
    full = replace(machine(), disks=(Disk("case", "x", 10**8),))
    assert levels(where=full)["machine.disk"] is Level.BLOCK
    locked = replace(machine(), disks=(Disk("models", "x", 10**12, writable=False),))
    assert levels(where=locked)["machine.disk"] is Level.BLOCK


def test_a_probe_that_found_no_sizes_raises_nothing() -> None:
    empty = replace(CPU, memory_total=0, memory_free=0, throughput=())
    nothing = replace(
        machine(empty), devices=(empty,), disks=(), memory=replace(machine().memory, total=0, available=0)
    )
    assert "machine.unmeasured" in found(where=nothing)


def test_exact_match_of_long_answers_is_doubted() -> None:
    long = replace(data(), short_answers=False)
    assert levels(facts=long)["goal.metric"] is Level.RISK
    assert "goal.metric" not in found(data())


def test_a_small_test_set_is_a_risk_and_an_empty_one_stops() -> None:
    few = replace(data(), split=SplitFacts(480, 60, 20))
    assert levels(facts=few)["goal.test_rows"] is Level.RISK
    none = replace(data(), split=SplitFacts(480, 60, 0))
    assert levels(facts=none)["goal.test_rows"] is Level.BLOCK


def test_raw_text_for_knowledge_is_advised_against() -> None:
    finding = found(goal=Goal(task="continue"))["goal.right_tool"]
    assert finding.level is Level.RISK
    assert "retrieval" in finding.do


def test_a_plan_that_does_not_fit_stops_and_names_the_largest_part() -> None:
    finding = found(plan=planned(model=LLAMA_8B))["plan.memory"]
    assert finding.level is Level.BLOCK
    assert "weights" in finding.why


def test_answers_cut_off_by_the_plan_are_counted() -> None:
    short = planned(knobs=Knobs(sequence_length=64))
    assert levels(facts=data(), plan=short)["plan.truncation"] is Level.BLOCK
    hardly = planned(knobs=Knobs(sequence_length=192))
    assert levels(facts=data(), plan=hardly)["plan.truncation"] is Level.RISK
    assert "plan.truncation" not in found(data(), plan=planned())


def test_a_cut_below_the_threshold_that_empties_no_row_is_silent() -> None:
    slight = replace(tokens(), truncation=(Truncation(192, 2, 0.001, 0),))
    facts = replace(data(), tokens=slight)
    plan = planned(knobs=Knobs(sequence_length=192))
    assert "plan.truncation" not in found(facts, plan=plan)


def test_a_run_beyond_the_budget_is_a_risk() -> None:
    late = planned()
    goal = replace(GOAL, budget_hours=0.001, pilot_minutes=0.01)
    assert levels(plan=late, goal=goal)["plan.full_time"] is Level.RISK
    assert levels(plan=late, goal=goal)["plan.pilot_time"] is Level.RISK


def test_a_rate_of_ones_own_outside_the_range_is_doubted() -> None:
    assert levels(plan=planned(knobs=Knobs(learning_rate=0.5)))["plan.learning_rate"] is Level.RISK
    assert "plan.learning_rate" not in found(plan=planned(knobs=Knobs(learning_rate=1e-3)))


def test_quantised_training_without_its_library_stops() -> None:
    plan = planned(knobs=Knobs(method="qlora"))
    assert levels(where=machine(), plan=plan)["plan.quantisation"] is Level.BLOCK
    assert "plan.quantisation" not in found(where=machine(quantisation=True), plan=plan)


@pytest.mark.parametrize("weights", ["pickle", "missing"])
def test_a_model_without_safe_weights_stops(weights: str) -> None:
    model = replace(TINY, weights=weights)  # type: ignore[arg-type]
    assert levels(plan=planned(), model=model)["plan.model_files"] is Level.BLOCK


def gain(name: str, value: float, low: float, high: float, baseline: str = "base") -> Gain:
    return Gain(name, Estimate(value, low, high, "share", Basis.MEASURED), baseline, 60, 1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("low", "high", "level"), [(0.06, 0.3, Level.OK), (0.01, 0.3, Level.RISK), (-0.1, 0.3, Level.RISK)]
)
def test_the_gain_is_judged_by_its_lower_bound(low: float, high: float, level: Level) -> None:
    pilot = PilotFacts(gains=(gain("exact_match", 0.2, low, high),), complete=True)
    assert levels(pilot=pilot)["pilot.gain"] is level


def test_the_best_baseline_decides() -> None:
    pilot = PilotFacts(
        gains=(gain("exact_match", 0.3, 0.2, 0.4), gain("exact_match", 0.0, -0.1, 0.1, "base few-shot")),
        complete=True,
    )
    finding = found(pilot=pilot)["pilot.gain"]
    assert "No measurable improvement" in finding.headline
    assert "base few-shot" in finding.why


def test_form_alone_is_a_risk_unless_form_is_wanted() -> None:
    pilot = PilotFacts(gains=(gain("task", 0.0, -0.1, 0.1),), complete=True)
    assert levels(pilot=pilot)["pilot.form_only"] is Level.RISK
    assert levels(pilot=pilot, goal=replace(GOAL, format_counts=True))["pilot.form_only"] is Level.OK


@pytest.mark.parametrize(("loss", "level"), [(3.15, Level.RISK), (3.5, Level.BLOCK), (3.01, None)])
def test_forgetting_is_judged_by_the_rise_on_general_text(loss: float, level: Level | None) -> None:
    scores = (
        Score("base", "general", 50, 500, 3.0, 20.0, 0.3),
        Score("tuned", "general", 50, 500, loss, 20.0, 0.3),
    )
    assert levels(pilot=PilotFacts(scores=scores)).get("pilot.forgetting") is level


def test_held_out_loss_that_rose_again_is_overfitting() -> None:
    run = Run("r", "final", 1e-3, 200, 3, 17, 30, 30, (), ((10, 1.0), (20, 0.8), (30, 0.9)), 0.8, 9, 9, 9)
    assert "12.5 %" in found(pilot=PilotFacts(runs=(run,)))["pilot.overfitting"].headline
    steady = replace(run, heldout_loss=((10, 1.0), (20, 0.8)))
    assert "pilot.overfitting" not in found(pilot=PilotFacts(runs=(steady,)))
    broken = replace(run, diverged=True)
    assert "pilot.overfitting" not in found(pilot=PilotFacts(runs=(broken,))), "its weights are lost"


def test_a_metric_that_was_not_measured_says_what_would_measure_it() -> None:
    asked, schedule = replace(Goal(), metric="exact_match"), PilotSchedule(600.0, {}, (), 60, 120, 64, 3)
    short = PilotFacts(complete=True, schedule=replace(schedule, generated=0))
    finding = found(goal=asked, pilot=short)["pilot.gain"]
    assert ("no room to generate" in finding.why, finding.do) == (True, "Give the pilot more time.")
    run = Run("r", "ladder", 50.0, 32, 3, 17, 4, 24, (), ((4, 16.0),), diverged=True)
    finding = found(goal=asked, pilot=replace(short, runs=(run,)))["pilot.gain"]
    assert "No tuned model" in finding.why and "alarm" in finding.do
    paid = PilotFacts(complete=True, schedule=schedule)
    assert found(goal=asked, pilot=paid)["pilot.gain"].do == "Run the pilot again with this goal."


def test_a_serious_alarm_without_a_result_stops() -> None:
    alarm = Alarm("nan", "r", 4, "The loss is not a number", "Lower the rate.")
    assert levels(pilot=PilotFacts(alarms=(alarm,)))["pilot.alarms"] is Level.BLOCK
    assert found(pilot=PilotFacts(alarms=(alarm,)))["pilot.alarms"].headline == "NaN in run r at step 4"
    spike = replace(alarm, kind="loss_spike", rows=(7, 3))
    assert found(pilot=PilotFacts(alarms=(spike,)))["pilot.alarms"].rows == (7, 3)
    assert levels(pilot=PilotFacts(alarms=(spike,)))["pilot.alarms"] is Level.RISK


def test_a_pilot_that_did_not_end_is_not_evidence() -> None:
    assert levels(pilot=PilotFacts())["pilot.unfinished"] is Level.UNKNOWN
    assert "killed" in found(pilot=PilotFacts(ended="killed"))["pilot.unfinished"].headline


def test_memory_far_from_the_prediction_is_said() -> None:
    proof = Proof(1, 4, 128, 120, 5 * GIB, GIB, 0.1, 900.0, "cpu", "fp32", retries=1)
    findings = found(plan=planned(), pilot=PilotFacts(proof=proof))
    assert findings["pilot.memory"].level is Level.RISK
    assert findings["pilot.retries"].level is Level.RISK
