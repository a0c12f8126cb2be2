"""Memory of the full run, after a pilot."""

from dataclasses import replace

import pytest

from heuristics.basis import Basis
from heuristics.facts.pilot import PilotFacts, Proof
from heuristics.memory.full_run import with_memory
from heuristics.pilot.carry_over import with_measurements
from heuristics.planning.knobs import Knobs
from heuristics.planning.plan import make_plan
from heuristics.planning.recipe import Plan
from heuristics.planning.settings import Ground
from tests.heuristics.planning.test_plan import GOAL, LIMITS, TINY, data, machine

MIB = 1 << 20


def planned(free: int | None = None) -> tuple[Ground, Plan]:
    """A plan whose full run has a larger micro-batch than its pilot."""
    here = machine()
    if free is not None:
        here = replace(here, devices=(replace(here.device, memory_free=free),))
    many = data(train=40_000, usable=50_000)
    made = make_plan(here, many, TINY, GOAL, Knobs(), LIMITS)
    assert made.full_recipe is not None and made.full_recipe.micro_batch > made.recipe.micro_batch
    return Ground(here, many, TINY, GOAL, Knobs(), LIMITS), made


def measured(made: Plan, peak: int, micro_batch: int | None = None, retries: int = 0) -> PilotFacts:
    recipe = made.recipe
    batch = micro_batch or recipe.micro_batch
    proof = Proof(
        batch,
        recipe.effective_batch // batch,
        recipe.sequence_length,
        recipe.sequence_length,
        peak,
        100 * MIB,
        1.0,
        1000.0,
        "cpu",
        "fp32",
        retries,
    )
    return PilotFacts(model=recipe.model, method=recipe.method, proof=proof)


def test_before_a_pilot_the_full_run_has_a_prediction_of_its_own_batch() -> None:
    _, made = planned()
    assert made.full_memory is not None
    assert made.full_memory.total.value > made.memory.total.value


def test_after_a_pilot_it_is_the_measured_peak_and_what_the_larger_batch_adds() -> None:
    ground, made = planned()
    peak = round(made.memory.total.value) + 50 * MIB
    after = with_memory(ground, made, measured(made, peak)).full_memory
    assert after is not None and made.full_memory is not None
    assert after.total.value == pytest.approx(made.full_memory.total.value + 50 * MIB)
    assert peak < after.total.low < after.total.value < after.total.high
    assert after.total.basis is Basis.FORMULA


def test_a_full_run_of_the_pilots_batch_needs_what_was_measured() -> None:
    ground, made = planned()
    same = replace(made, full_recipe=made.recipe)
    after = with_memory(ground, same, measured(made, 700 * MIB)).full_memory
    assert after is not None
    assert after.total.value == after.total.high == 700 * MIB
    assert after.total.basis is Basis.MEASURED


def test_after_running_out_of_memory_the_full_run_takes_no_larger_batch() -> None:
    ground, made = planned()
    halved = made.recipe.micro_batch // 2
    after = with_memory(ground, made, measured(made, 700 * MIB, halved, retries=1))
    assert made.full_recipe is not None and after.full_recipe is not None
    assert after.full_recipe.micro_batch == halved
    assert after.full_recipe.effective_batch >= made.full_recipe.effective_batch


def test_the_settings_that_are_shown_are_those_of_the_smaller_batch() -> None:
    ground, made = planned()
    halved = made.recipe.micro_batch // 2
    after = with_measurements(ground, made, measured(made, 700 * MIB, halved, retries=1))
    shown = {each.setting: each.value for each in after.full_choices}
    assert after.full_recipe is not None
    assert shown["micro_batch"] == f"{halved} rows"
    assert shown["accumulation"].startswith(str(after.full_recipe.accumulation))


def test_a_batch_that_does_not_fit_after_the_measurement_is_made_smaller_and_what_ran_fits() -> None:
    ground, made = planned()
    free = ground.device.memory_free
    after = with_memory(ground, made, measured(made, free + MIB))
    assert after.full_recipe is not None and after.full_memory is not None
    assert after.full_recipe.micro_batch == made.recipe.micro_batch
    assert after.full_memory.fit == "tight"


def test_a_pilot_of_another_model_says_nothing() -> None:
    ground, made = planned()
    assert with_measurements(ground, made, replace(measured(made, MIB), model="other")) == made


def test_a_pilot_that_measured_no_step_leaves_the_prediction_as_it_was() -> None:
    ground, made = planned()
    assert with_memory(ground, made, PilotFacts(model=made.recipe.model, method=made.recipe.method)) == made
