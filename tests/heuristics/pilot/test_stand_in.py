"""A smaller model may run the pilot; what that says of the larger one is a range with its source."""

from dataclasses import replace

import pytest

from heuristics.assess import assess
from heuristics.basis import Basis, Estimate
from heuristics.facts.pilot import Gain, PilotFacts
from heuristics.finding import Level
from heuristics.goal import Goal
from heuristics.pilot.stand_in import size_step, with_stand_in
from heuristics.planning.knobs import Knobs
from heuristics.planning.recipe import Recipe
from heuristics.planning.settings import Ground
from heuristics.verdict.evidence import of_stand_in
from heuristics.verdict.table import decide
from tests.heuristics.known_cases import LIMITS, LLAMA_8B, SMALL, TINY, data, machine, whole_plan

GOAL = Goal(data_may_leave=True)
GROUND = Ground(machine(), data(), LLAMA_8B, GOAL, Knobs(), LIMITS)
LORA = Recipe("m", "lora", 1e-4, 1, 1, 1.0, 128, 10)


def test_the_range_is_the_published_exponents_of_the_method() -> None:
    step = size_step(10**9, 16 * 10**9, LORA, LIMITS.sibling)
    assert step is not None
    assert (step.low, step.high) == pytest.approx((16**-0.36, 16**-0.11))
    assert step.basis is Basis.PUBLISHED
    assert "2402.17193" in step.source
    full = size_step(10**9, 16 * 10**9, replace(LORA, method="full"), LIMITS.sibling)
    assert full is not None and full.high < step.high


@pytest.mark.parametrize(("smaller", "larger"), [(0, 10), (10, 10), (20, 10)])
def test_a_model_that_is_not_larger_has_no_such_range(smaller: int, larger: int) -> None:
    assert size_step(smaller, larger, LORA, LIMITS.sibling) is None


def test_the_pilot_changes_and_the_full_run_does_not() -> None:
    plan = whole_plan(machine(), data(), LLAMA_8B, GOAL)
    other = with_stand_in(GROUND, plan, SMALL)
    assert other.stand_in is not None
    assert (other.stand_in.model, other.stand_in.recipe.model) == ("small", "small")
    assert (other.recipe, other.offers, other.full_time) == (plan.recipe, plan.offers, plan.full_time)
    assert other.pilot_time.value < plan.pilot_time.value
    assert with_stand_in(GROUND, plan, LLAMA_8B) == plan


def test_a_model_that_does_not_fit_no_longer_forbids_the_pilot() -> None:
    plan = whole_plan(machine(), data(), LLAMA_8B, GOAL)
    other = with_stand_in(GROUND, plan, TINY)
    before = {each.rule: each for each in assess(None, data(), LLAMA_8B, GOAL, plan, None, LIMITS)}
    after = {each.rule: each for each in assess(None, data(), LLAMA_8B, GOAL, other, None, LIMITS)}
    assert before["plan.memory"].level is Level.BLOCK
    assert after["plan.memory"].level is Level.RISK
    assert "in place of llama-8b" in after["plan.sibling"].headline


def test_a_stand_in_that_does_not_fit_forbids_it_still() -> None:
    giant = replace(LLAMA_8B, id="giant")
    other = with_stand_in(GROUND, whole_plan(machine(), data(), LLAMA_8B, GOAL), giant)
    found = {each.rule: each for each in assess(None, data(), LLAMA_8B, GOAL, other, None, LIMITS)}
    assert found["plan.memory"].level is Level.BLOCK
    assert found["plan.sibling"].level is Level.BLOCK


def test_the_verdict_states_the_step_and_its_source() -> None:
    plan = with_stand_in(GROUND, whole_plan(machine(), data(), LLAMA_8B, GOAL), SMALL)
    gain = Gain("loss", Estimate(0.4, 0.3, 0.5, "nats", Basis.MEASURED), "base", 60, 3)
    pilot = PilotFacts(model="small", method="lora", gains=(gain, replace(gain, name="task")), complete=True)
    verdict = decide(machine(), data(), LLAMA_8B, GOAL, plan, pilot, LIMITS)
    lines = [each for each in verdict.evidence if "in place of llama-8b" in each.text]
    assert len(lines) == 1
    assert lines[0].estimate is not None
    assert "2402.17193" in lines[0].estimate.source
    assert of_stand_in(replace(pilot, model="llama-8b"), LLAMA_8B, plan, LIMITS) == ()


def test_a_stand_in_that_is_no_smaller_carries_nothing_over() -> None:
    twin = replace(LLAMA_8B, id="twin")
    plan = with_stand_in(GROUND, whole_plan(machine(), data(), LLAMA_8B, GOAL), twin)
    lines = of_stand_in(PilotFacts(model="twin"), LLAMA_8B, plan, LIMITS)
    assert len(lines) == 1
    assert "is not larger: how far its gain carries over is not known" in lines[0].text
    assert (lines[0].estimate, lines[0].side) == (None, "against")


def test_a_verdict_on_a_stand_in_is_weak_and_names_the_pilot_that_would_firm_it() -> None:
    plan = with_stand_in(GROUND, whole_plan(machine(), data(), LLAMA_8B, GOAL), SMALL)
    gain = Gain("loss", Estimate(0.4, 0.3, 0.5, "nats", Basis.MEASURED), "base", 60, 3)
    none = replace(gain, estimate=Estimate(-0.2, -0.3, -0.1, "nats", Basis.MEASURED))
    for measured in (gain, none):
        gains = (measured, replace(gain, name="task"))
        own = PilotFacts(model="llama-8b", method="lora", gains=gains, complete=True)
        other = replace(own, model="small")
        firm, weak = (decide(machine(), data(), LLAMA_8B, GOAL, plan, each, LIMITS) for each in (own, other))
        assert firm.decision is weak.decision
        assert (weak.confidence, firm.confidence != "weak") == ("weak", True)
        assert "A pilot of llama-8b itself: small stood in for it." in weak.would_change
        assert not any("stood in" in each for each in firm.would_change)
