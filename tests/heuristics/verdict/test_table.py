"""The decision table: every branch, and what each says."""

import re
from dataclasses import replace

import pytest

from advisor import catalog
from heuristics.basis import Basis, Estimate
from heuristics.facts.data import CheckResult, Columns, DataFacts, FormatFacts
from heuristics.facts.experiment import GroupShift, Rung
from heuristics.facts.pilot import Gain, PilotFacts, Proof, Score
from heuristics.goal import Goal
from heuristics.pilot.carry_over import at_measured_speed
from heuristics.planning.knobs import Knobs
from heuristics.planning.recipe import MemoryPrediction, Offer, Plan, Recipe
from heuristics.planning.settings import Ground
from heuristics.verdict.decision import Decision, Verdict
from heuristics.verdict.table import decide
from tests.heuristics import known_cases

LIMITS = catalog.limits()
GOAL = Goal(task="classify", metric="exact_match", smallest_gain=0.05, budget_hours=10.0, budget_money=20.0)


def data(usable: int = 600) -> DataFacts:
    shape = FormatFacts("messages", "jsonl", Columns(messages="messages"), 1.0)
    return DataFacts("d.jsonl", "d.jsonl", 1000, "0", shape, usable, usable, 0, (), (), None, None)


def estimate(value: float, low: float, high: float, unit: str = "share") -> Estimate:
    return Estimate(value, low, high, unit, Basis.MEASURED, "test")


def plan(hours: float = 1.0, fit: str = "fits", cost: float | None = None) -> Plan:
    seconds = estimate(hours * 3600, hours * 2000, hours * 7200, "s")
    offers: tuple[Offer, ...] = ()
    if cost is not None:
        price = estimate(cost, cost / 2, cost * 2, "USD")
        offers = (Offer("P", "big", "GPU", 1, 2.0, False, estimate(2, 1, 4, "h"), price, "2026-01-01"),)
    recipe = Recipe("m", "lora", 1e-3, 8, 1, 3.0, 128, 300)
    memory = MemoryPrediction((), estimate(2**30, 2**29, 2**31, "bytes"), 2**32, fit)  # type: ignore[arg-type]
    return Plan(recipe, (), memory, seconds, seconds, 480, offers=offers)


def pilot(
    gain: tuple[float, float, float] | None = (0.4, 0.3, 0.5),
    task: tuple[float, float, float] = (0.8, 0.5, 1.1),
) -> PilotFacts:
    proof = Proof(8, 1, 128, 120, 2**28, 2**27, 0.2, 4000.0, "cpu", "fp32")
    gains = [Gain("task", estimate(*task, unit="nats"), "base", 120, 1)]
    if gain is not None:
        gains.append(Gain("exact_match", estimate(*gain), "base few-shot", 120, 1))
    return PilotFacts("m", "lora", proof, gains=tuple(gains), complete=True)


def verdict(
    facts: DataFacts | None = None,
    goal: Goal = GOAL,
    predicted: Plan | None = None,
    measured: PilotFacts | None = None,
) -> Verdict:
    return decide(None, facts or data(), None, goal, predicted or plan(), measured, LIMITS)


def test_a_blocking_data_finding_comes_before_everything_else() -> None:
    leaking = replace(data(), checks=(CheckResult("secrets", 1, 600),))
    answer = verdict(facts=leaking, measured=pilot())
    assert answer.decision is Decision.FIX_DATA
    assert answer.evidence
    assert not answer.ready


def test_too_few_rows_ask_for_more_data() -> None:
    answer = verdict(facts=data(usable=3), measured=pilot())
    assert answer.decision is Decision.COLLECT_DATA
    assert "only 3 rows" in answer.headline


@pytest.mark.parametrize(
    ("measured", "words"),
    [
        (None, "no pilot has run"),
        (PilotFacts(ended="Stopped"), "ended early (Stopped)"),
        (PilotFacts(complete=True), "did not measure the goal's metric"),
        (PilotFacts(), "not finished"),
    ],
)
def test_without_the_measured_gain_it_is_not_yet_known(measured: PilotFacts | None, words: str) -> None:
    answer = verdict(measured=measured)
    assert answer.decision is Decision.UNKNOWN
    assert words in answer.headline
    assert answer.confidence == "none"


@pytest.mark.parametrize("gain", [(0.0, -0.04, 0.04), (-0.2, -0.3, -0.1), (0.1, -0.01, 0.2)])
def test_an_interval_that_includes_zero_is_no_improvement(gain: tuple[float, float, float]) -> None:
    answer = verdict(measured=pilot(gain))
    assert answer.decision is Decision.NO_IMPROVEMENT
    promising = gain[0] >= 0.05
    assert answer.next_steps[0].startswith("Give the pilot more time") == promising


def test_form_without_task_is_no_improvement_unless_form_is_the_goal() -> None:
    shallow = pilot(task=(0.0, -0.1, 0.1))
    answer = verdict(measured=shallow)
    assert answer.decision is Decision.NO_IMPROVEMENT
    assert "form" in answer.headline
    wanted = replace(GOAL, format_counts=True)
    assert verdict(goal=wanted, measured=shallow).decision is Decision.SCALE_UP


def test_a_gain_that_is_surely_too_small_asks_for_more_data() -> None:
    assert verdict(measured=pilot((0.03, 0.02, 0.04))).decision is Decision.COLLECT_DATA


def test_a_gain_that_may_be_too_small_is_not_yet_known() -> None:
    answer = verdict(measured=pilot((0.08, 0.02, 0.14)))
    assert answer.decision is Decision.UNKNOWN
    assert answer.confidence == "weak"


def test_a_sure_gain_that_fits_scales_up_here() -> None:
    answer = verdict(measured=pilot())
    assert answer.decision is Decision.SCALE_UP
    assert answer.confidence == "firm"
    assert answer.ready


def test_confidence_follows_the_lower_bound() -> None:
    assert verdict(measured=pilot((0.1, 0.051, 0.15))).confidence == "likely"
    assert verdict(measured=replace(pilot(), complete=False, ended="Stopped")).confidence == "weak"


@pytest.mark.parametrize("predicted", [plan(hours=100.0, cost=5.0), plan(fit="no", cost=5.0)])
def test_what_outgrows_this_machine_moves_to_the_cloud_when_the_data_may_leave(predicted: Plan) -> None:
    unproved = replace(pilot(), proof=None)
    answer = verdict(goal=replace(GOAL, data_may_leave=True), predicted=predicted, measured=unproved)
    assert answer.decision is Decision.CLOUD
    assert any("price of 2026-01-01" in line.text for line in answer.evidence)


@pytest.mark.parametrize(
    ("leave", "cost", "words"),
    [(False, 5.0, "may not leave"), (True, 500.0, "no known cloud offer"), (True, None, "no known")],
)
def test_where_neither_machine_nor_cloud_will_do_the_model_must_change(
    leave: bool, cost: float | None, words: str
) -> None:
    goal = replace(GOAL, data_may_leave=leave)
    answer = verdict(goal=goal, predicted=plan(hours=100.0, cost=cost), measured=pilot())
    assert answer.decision is Decision.CHANGE_MODEL
    assert words in answer.headline


def test_a_step_that_ran_here_fits_whatever_the_formula_says() -> None:
    assert verdict(predicted=plan(fit="no"), measured=pilot()).decision is Decision.SCALE_UP


def test_measured_speed_replaces_the_predicted_hours() -> None:
    # 480 rows of 100 tokens, 3 passes: 144,000 tokens at 4000 tokens/s are 36 s, not the predicted 100 h.
    counted, proved = known_cases.data(), replace(pilot(), model="m", method="lora")
    ground = Ground(known_cases.machine(), counted, known_cases.TINY, GOAL, Knobs(), LIMITS)
    carried = at_measured_speed(ground, plan(hours=100.0), proved)
    answer = decide(None, counted, known_cases.TINY, GOAL, carried, proved, LIMITS)
    assert answer.decision is Decision.SCALE_UP
    hours = next(line.estimate for line in answer.evidence if "your budget" in line.text)
    assert hours is not None
    assert hours.basis is Basis.MEASURED
    assert 36 / 3600 <= hours.value <= 80 / 3600


def test_a_gain_whose_dependence_on_the_prompt_was_not_measured_is_not_yet_known() -> None:
    untested = replace(pilot(), gains=tuple(each for each in pilot().gains if each.name != "task"))
    assert verdict(measured=untested).decision is Decision.UNKNOWN
    raw = replace(GOAL, task="continue")
    assert verdict(goal=raw, measured=untested).decision is Decision.SCALE_UP


def test_a_gain_that_is_not_a_number_decides_nothing() -> None:
    answer = verdict(measured=pilot((float("nan"), float("nan"), float("nan"))))
    assert answer.decision is Decision.UNKNOWN
    assert "not a number" in answer.headline


def test_forgetting_too_much_holds_the_verdict_back_only_where_it_matters() -> None:
    scores = tuple(
        Score(name, "general", 40, 900, loss, 2.0, 0.5) for name, loss in (("base", 1.0), ("tuned", 1.3))
    )
    forgetful = replace(pilot(), scores=scores)
    answer = verdict(measured=forgetful)
    assert answer.decision is Decision.UNKNOWN
    assert "30.0 %" in answer.headline
    careless = replace(GOAL, keep_general=False)
    unheeded = verdict(goal=careless, measured=forgetful)
    assert unheeded.decision is Decision.SCALE_UP
    line = next(each for each in unheeded.evidence if "general text" in each.text)
    assert line.side == "beside" and "your goal allows" in line.text


def test_when_examples_in_the_prompt_do_as_well_tuning_is_not_worth_it() -> None:
    scores = tuple(
        Score(name, "test", 120, 900, 1.0, 2.0, 0.5, exact_match=share, generated=120)
        for name, share in (("base", 0.1), ("base few-shot", 0.8))
    )
    answer = verdict(measured=replace(pilot((0.0, -0.04, 0.04)), scores=scores))
    assert answer.decision is Decision.NOT_WORTH_IT
    assert answer.confidence == "likely"
    assert "70.0 points" in answer.headline
    wide = verdict(measured=replace(pilot((0.3, -0.2, 0.8)), scores=scores))
    assert wide.decision is Decision.NO_IMPROVEMENT
    assert verdict(measured=replace(pilot(), scores=scores)).decision is Decision.SCALE_UP


def test_a_chance_gain_from_examples_in_the_prompt_recommends_no_prompting() -> None:
    scores = tuple(
        Score(name, "test", 40, 300, 1.0, 2.0, 0.5, exact_match=share, generated=20)
        for name, share in (("base", 0.1), ("base few-shot", 0.2))
    )
    answer = verdict(measured=replace(pilot((0.0, -0.06, 0.06)), scores=scores))
    assert answer.decision is Decision.NO_IMPROVEMENT


def test_the_gain_from_examples_in_the_prompt_may_be_a_loss() -> None:
    scores = tuple(
        Score(name, "test", 120, 900, loss, 2.0, 0.5)
        for name, loss in (("base", 3.0), ("base few-shot", 1.0))
    )
    gains = (
        Gain("loss", estimate(0.0, -0.1, 0.1, "nats"), "base few-shot", 120, 3),
        Gain("task", estimate(0.8, 0.5, 1.1, "nats"), "base", 120, 3),
    )
    goal = replace(GOAL, metric="loss")
    answer = verdict(goal=goal, measured=replace(pilot(), gains=gains, scores=scores))
    assert answer.decision is Decision.NOT_WORTH_IT
    assert "2.000 nats" in answer.headline


def test_a_proved_gain_without_a_plan_is_not_yet_known() -> None:
    answer = decide(None, data(), None, GOAL, None, pilot(), LIMITS)
    assert answer.decision is Decision.UNKNOWN
    assert "a plan is missing" in answer.headline


def test_tight_memory_or_a_budget_inside_the_interval_is_never_firm() -> None:
    assert verdict(predicted=plan(fit="tight"), measured=pilot()).confidence == "likely"
    assert verdict(predicted=plan(hours=6.0), measured=pilot()).confidence == "likely"


def test_every_line_of_evidence_has_a_number_with_a_basis() -> None:
    scores = tuple(
        Score(name, "general", 40, 900, loss, 2.0, 0.5) for name, loss in (("base", 1.0), ("tuned", 1.3))
    )
    answer = verdict(measured=replace(pilot(), scores=scores))
    assert all(line.estimate is not None and line.estimate.source for line in answer.evidence)
    forgotten = next(line for line in answer.evidence if "general text" in line.text)
    assert forgotten.side == "against"


def test_no_verdict_leaves_out_what_would_change_it() -> None:
    for measured in (None, pilot(), pilot((0.0, -0.1, 0.1)), pilot((0.03, 0.02, 0.04))):
        assert verdict(measured=measured).would_change


def ladder(*values: float, metric: str = "exact_match") -> tuple[Rung, ...]:
    """Rungs at 40, 80, 160, 320 … rows with these shares of right answers."""
    return tuple(
        Rung(
            f"r{place}",
            40 * 2**place,
            17,
            2.0 - value,
            metric=metric,
            value=value,
            items=200,
            metric_items=200,
        )
        for place, value in enumerate(values)
    )


def test_no_gain_and_a_flat_curve_are_not_worth_more_work() -> None:
    flat = replace(pilot((0.0, -0.02, 0.02)), rungs=ladder(0.3, 0.3, 0.3, 0.3))
    answer = verdict(measured=flat)
    assert answer.decision is Decision.NOT_WORTH_IT
    assert answer.confidence == "likely"
    sure = tuple(replace(each, metric_items=20_000) for each in flat.rungs)
    wanted = replace(GOAL, smallest_gain=0.1)
    assert verdict(goal=wanted, measured=replace(flat, rungs=sure)).confidence == "firm"
    assert any("no measurable slope" in each.text for each in answer.evidence)


def test_no_gain_yet_on_a_curve_that_still_rises_asks_for_more_rows() -> None:
    rising = replace(pilot((0.0, -0.02, 0.02)), rungs=ladder(0.1, 0.3, 0.5, 0.7))
    answer = verdict(measured=rising)
    assert answer.decision is Decision.COLLECT_DATA
    assert answer.confidence == "likely"
    assert "begun to learn" in answer.headline
    assert verdict(measured=replace(rising, gains=pilot((0.1, -0.1, 0.3)).gains)).confidence == "weak"


@pytest.mark.parametrize(
    ("gain", "task"),
    [((0.0, -0.02, 0.02), (0.0, -0.1, 0.1)), ((-0.2, -0.3, -0.1), (0.8, 0.5, 1.1))],
    ids=["answers do not follow from prompts", "worse than before"],
)
def test_a_rising_curve_alone_does_not_ask_for_more_rows(
    gain: tuple[float, float, float], task: tuple[float, float, float]
) -> None:
    rising = replace(pilot(gain, task), rungs=ladder(0.1, 0.3, 0.5, 0.7))
    assert verdict(measured=rising).decision in (Decision.NO_IMPROVEMENT, Decision.NOT_WORTH_IT)


def test_a_curve_too_rough_to_tell_a_slope_is_judged_by_the_loss() -> None:
    rough = replace(pilot((0.03, 0.02, 0.04)), rungs=ladder(0.3, 0.28, 0.31, 0.29))
    falling = tuple(
        replace(each, heldout_loss=loss) for each, loss in zip(rough.rungs, (2.0, 1.4, 1.0, 0.7), strict=True)
    )
    wanted = replace(GOAL, smallest_gain=0.06)
    assert verdict(goal=wanted, measured=replace(rough, rungs=falling)).decision is Decision.COLLECT_DATA
    still = tuple(replace(each, heldout_loss=1.0) for each in rough.rungs)
    answer = verdict(goal=wanted, measured=replace(rough, rungs=still))
    assert answer.decision is Decision.CHANGE_MODEL
    assert answer.confidence == "likely"


def test_too_little_on_a_rising_curve_names_how_many_rows_to_collect() -> None:
    rising = replace(pilot((0.03, 0.02, 0.04)), rungs=ladder(0.1, 0.3, 0.5, 0.64))
    answer = verdict(measured=rising)
    assert answer.decision is Decision.COLLECT_DATA
    assert re.search(r"\d more rows|more rows", answer.next_steps[0])
    assert re.search(r"\d", answer.next_steps[0])


def test_too_little_on_a_flat_curve_asks_for_a_larger_model() -> None:
    flat = replace(pilot((0.03, 0.02, 0.04)), rungs=ladder(0.3, 0.3, 0.3, 0.3))
    answer = verdict(measured=flat)
    assert answer.decision is Decision.CHANGE_MODEL
    assert "larger base model" in answer.headline


@pytest.mark.parametrize(
    ("gain", "words"),
    [
        ((0.03, 0.02, 0.04), r"Collect (about [\d,]+ to [\d,]+|at least [\d,]+) more rows"),
        ((0.049, 0.048, 0.049), r"Collect up to [\d,]+ more rows"),
    ],
    ids=["some way to go", "nearly there"],
)
def test_the_rows_to_collect_are_counted_from_those_that_the_pilot_had(
    gain: tuple[float, float, float], words: str
) -> None:
    points = tuple(replace(each, metric_items=100_000) for each in ladder(0.10, 0.20, 0.34, 0.50, 0.66, 0.79))
    answer = verdict(measured=replace(pilot(gain), rungs=points))
    assert answer.decision is Decision.COLLECT_DATA
    assert re.match(words, answer.next_steps[0]), answer.next_steps[0]
    largest = points[-1].samples
    told = [int(each.replace(",", "")) for each in re.findall(r"[\d,]*\d", answer.next_steps[0])]
    assert all(1 <= each <= (LIMITS.forecast.farthest - 1) * largest for each in told)
    assert told == sorted(told)


def test_a_flat_curve_alone_does_not_forbid_what_may_still_be_a_gain_that_matters() -> None:
    flat = replace(pilot((0.0, -0.06, 0.06)), rungs=ladder(0.3, 0.3, 0.3, 0.3))
    answer = verdict(measured=flat)
    assert answer.decision is Decision.NO_IMPROVEMENT
    assert answer.confidence == "weak"


def test_where_every_answer_is_right_the_loss_is_forecast_and_says_why() -> None:
    full = replace(pilot(), rungs=ladder(1.0, 1.0, 1.0, 1.0))
    lines = [each.text for each in verdict(measured=full).evidence if "times the rows" in each.text]
    assert len(lines) == 1
    assert "loss on held-out answers" in lines[0]
    assert "no answer was wrong, so nothing is left to gain" in lines[0]


def test_a_ladder_too_short_for_a_curve_says_so_and_asks_for_rows_without_a_number() -> None:
    short = replace(pilot((0.03, 0.02, 0.04)), rungs=ladder(0.1, 0.3))
    answer = verdict(measured=short)
    assert answer.decision is Decision.COLLECT_DATA
    assert answer.confidence == "weak"
    assert answer.next_steps[0].startswith("Collect more rows of the kinds")
    assert any("No forecast for more rows: it takes 3 sizes" in each.text for each in answer.evidence)


@pytest.mark.parametrize(
    ("hours", "words"), [(0.01, "(under a minute)"), (0.5, "(about 30 min)"), (2.5, "(about 2.5 h)")]
)
def test_the_hours_of_the_full_run_are_told_as_people_say_them(hours: float, words: str) -> None:
    answer = verdict(predicted=plan(hours=hours), measured=pilot())
    assert answer.decision is Decision.SCALE_UP
    assert words in answer.headline


def test_a_prompted_base_that_was_not_scored_on_the_goal_s_metric_recommends_no_prompting() -> None:
    scores = tuple(Score(name, "test", 120, 900, 1.0, 2.0, 0.5) for name in ("base", "base few-shot"))
    answer = verdict(measured=replace(pilot((0.0, -0.04, 0.04)), scores=scores))
    assert answer.decision is Decision.NO_IMPROVEMENT


def test_money_without_any_offer_speaks_against_renting() -> None:
    giant = replace(
        known_cases.LLAMA_8B, shape=replace(known_cases.LLAMA_8B.shape, layers=10_000, parameters=10**13)
    )
    goal = replace(GOAL, data_may_leave=True)
    made = known_cases.whole_plan(known_cases.machine(), known_cases.data(), giant, goal)
    assert made.offers == ()
    answer = decide(None, known_cases.data(), giant, goal, made, replace(pilot(), model="other"), LIMITS)
    assert answer.decision is Decision.CHANGE_MODEL
    assert "no known cloud offer fits the budget" in answer.headline
    line = next(each for each in answer.evidence if "No cloud offer with a price" in each.text)
    assert line.side == "against"


def test_a_shift_that_every_run_agrees_on_keeps_the_verdict_from_being_firm() -> None:
    shifts = tuple(GroupShift(f"r{n}", 320, n, "pronouns", 20, 0.0, 0.5, 0.5) for n in range(3))
    answer = verdict(measured=replace(pilot(), shifts=shifts))
    assert answer.decision is Decision.SCALE_UP
    assert answer.confidence == "likely"
    assert any("counterfactual" in each.text and not each.supports for each in answer.evidence)
    named = tuple(replace(each, first="he", second="she") for each in shifts)
    for sign, word in ((1, "he"), (-1, "she")):
        turned = tuple(replace(each, tuned=sign * each.tuned) for each in named)
        told = [each.text for each in verdict(measured=replace(pilot(), shifts=turned)).evidence]
        assert any(each.endswith(f"by {sign * 0.5:+.2f} nats, towards “{word}”") for each in told)
    mixed = (*shifts[:2], replace(shifts[2], tuned=-0.5))
    assert verdict(measured=replace(pilot(), shifts=mixed)).confidence == "firm"


def test_form_alone_is_told_where_the_goal_s_metric_was_not_measured_either() -> None:
    learned = pilot(gain=None, task=(-0.02, -0.1, -0.005))
    answer = verdict(measured=learned)
    assert answer.decision is Decision.NO_IMPROVEMENT
    assert "learned the form of the answers, not the task" in answer.headline
    assert answer.confidence == "likely"
    assert verdict(measured=replace(learned, complete=False)).decision is Decision.UNKNOWN
