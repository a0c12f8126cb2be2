"""The whole plan: sensible on any machine, every setting explained, every knob obeyed."""

import math
import subprocess
import sys
from dataclasses import fields, replace

import pytest

from advisor import catalog
from heuristics.basis import Basis
from heuristics.facts.experiment import RateEvidence
from heuristics.facts.machine import MachineFacts
from heuristics.facts.model import ModelFacts
from heuristics.facts.pilot import PilotFacts, Proof
from heuristics.goal import Goal
from heuristics.pilot.carry_over import carried_over, measured_rate, with_measurements
from heuristics.planning.knobs import Knobs
from heuristics.planning.plan import make_plan
from heuristics.planning.recipe import Plan
from heuristics.planning.settings import Ground
from tests.heuristics.known_cases import (
    CPU,
    GIB,
    GPU,
    LIMITS,
    LLAMA_8B,
    SMALL,
    TINY,
    data,
    machine,
    tokens,
    whole_plan,
)

GOAL = Goal(task="extract", metric="exact_match")
FREE = Knobs()


def plan(
    where: MachineFacts | None = None, model: ModelFacts = TINY, knobs: Knobs = FREE, goal: Goal = GOAL
) -> Plan:
    return whole_plan(where or machine(), data(), model, goal, knobs)


def test_a_tiny_model_on_two_cores_gets_a_pilot_of_about_a_minute() -> None:
    made = plan()
    recipe = made.recipe
    assert (recipe.method, recipe.precision, recipe.samples, recipe.epochs) == ("lora", "fp32", 200, 3)
    assert recipe.effective_batch == 4
    assert 1e-3 <= recipe.learning_rate <= 5e-3
    assert made.memory.fit == "fits"
    assert 10 < made.pilot_time.value < 180
    assert made.device == "Two cores"


def test_an_8b_model_on_a_24_gib_gpu_trains_with_bf16_lora() -> None:
    made = plan(machine(GPU), LLAMA_8B)
    recipe = made.recipe
    assert (recipe.method, recipe.precision, recipe.rank, recipe.alpha) == ("lora", "bf16", 16, 32)
    assert recipe.template == "chat"
    assert recipe.learning_rate == pytest.approx(3e-4 * (4 / 128) ** 0.33, rel=0.05)
    assert made.memory.fit == "fits"


def test_a_small_gpu_takes_four_bit_weights_when_they_can_be_used() -> None:
    small = replace(GPU, memory_total=12 * GIB, memory_free=11 * GIB)
    quantised = plan(machine(small, quantisation=True), LLAMA_8B)
    assert (quantised.recipe.method, quantised.memory.fit) == ("qlora", "fits")
    without = plan(machine(small), LLAMA_8B)
    assert (without.recipe.method, without.memory.fit) == ("lora", "no")
    assert any("bitsandbytes" in choice.reason for choice in without.choices)


def test_a_gpu_without_bf16_takes_fp16() -> None:
    assert plan(machine(replace(GPU, bf16=False)), SMALL).recipe.precision == "fp16"


def test_a_cpu_with_fast_bf16_uses_it_for_models_that_gain_from_it() -> None:
    fast = machine(replace(CPU, bf16=True))
    assert plan(fast, SMALL).recipe.precision == "bf16"
    assert plan(fast, TINY).recipe.precision == "fp32"


def test_every_setting_has_a_value_a_reason_a_source_and_a_basis() -> None:
    made = plan(machine(GPU), LLAMA_8B)
    explained = [choice.setting for choice in made.choices]
    assert len(set(explained)) == len(explained)
    for setting in ("method", "learning_rate", "micro_batch", "accumulation", "epochs", "sequence_length"):
        assert setting in explained
    for choice in made.choices:
        assert choice.setting in {field.name for field in fields(made.recipe)}
        assert choice.value
        assert choice.reason.endswith(".")
        assert choice.source


def test_an_extrapolated_rate_is_marked_as_assumed() -> None:
    rates = [choice for choice in plan().choices if choice.setting == "learning_rate"]
    assert rates[0].basis is Basis.ASSUMED
    assert rates[0].low is not None
    assert rates[0].low < plan().recipe.learning_rate


def test_every_knob_is_obeyed() -> None:
    knobs = Knobs(
        method="full",
        learning_rate=7e-4,
        micro_batch=2,
        accumulation=3,
        epochs=1.5,
        rank=4,
        sequence_length=96,
        samples=77,
        checkpointing=True,
        seed=0,
    )
    recipe = plan(knobs=knobs).recipe
    for field in fields(knobs):
        assert getattr(recipe, field.name) == getattr(knobs, field.name), field.name
    reasons = {choice.setting: choice.reason for choice in plan(knobs=knobs).choices}
    assert all("Set by you" in reasons[field.name] for field in fields(knobs))
    bases = {choice.setting: choice.basis for choice in plan(knobs=knobs).choices}
    assert all(bases[field.name] is Basis.ASSUMED for field in fields(knobs))


def test_a_knob_of_one_batch_part_leaves_the_other_to_the_rule() -> None:
    assert plan(knobs=Knobs(accumulation=4)).recipe.effective_batch == 4
    assert plan(knobs=Knobs(micro_batch=1)).recipe.micro_batch == 1


def test_more_samples_than_rows_are_not_promised() -> None:
    made = plan(knobs=Knobs(samples=5000))
    assert made.recipe.samples == 480
    assert any("the data set has 480" in choice.reason for choice in made.choices)


def test_the_full_run_has_its_own_passes_batch_and_rate() -> None:
    many = data(train=40_000, usable=50_000)
    made = make_plan(machine(), many, TINY, GOAL, Knobs(), LIMITS)
    full = made.full_recipe
    assert full is not None
    assert (made.full_rows, full.samples, full.epochs, full.effective_batch) == (40_000, 40_000, 2, 32)
    assert made.recipe.epochs == 3
    assert made.full_time.value > made.pilot_time.value


def test_raw_text_trains_all_tokens_without_a_template() -> None:
    recipe = plan(goal=Goal(task="continue")).recipe
    assert (recipe.trained_tokens, recipe.template) == ("all", "none")


def test_without_data_the_plan_says_what_it_assumes() -> None:
    made = make_plan(machine(), None, TINY, Goal(), Knobs(), LIMITS)
    assert made.recipe.sequence_length == 512
    assert any("Assumed until the tokens" in choice.reason for choice in made.choices)


def test_warm_up_is_at_least_five_steps_and_never_a_large_part_of_the_run() -> None:
    short = plan(knobs=Knobs(samples=50, epochs=1.0, micro_batch=4, accumulation=1)).recipe
    assert short.warmup_share == 0.2
    usual = plan().recipe
    assert usual.warmup_share * 150 >= 4.5


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_hardly_any_rows_make_no_absurd_plan(rows: int) -> None:
    few = replace(data(train=rows, usable=rows), tokens=None)
    made = whole_plan(machine(), few, TINY, GOAL)
    assert made.recipe.effective_batch >= 1
    assert 0 < made.full_time.low <= made.full_time.value <= made.full_time.high < 3600


def test_impossible_sizes_make_no_error() -> None:
    nothing = replace(
        TINY,
        shape=replace(
            TINY.shape, hidden=1, layers=1, heads=1, kv_heads=1, head_dim=1, intermediate=1, context=1
        ),
    )
    made = make_plan(machine(replace(GPU, memory_free=0)), data(), nothing, GOAL, Knobs(), LIMITS)
    assert made.memory.fit == "no"
    assert made.recipe.rank >= 1


def test_the_size_table_climbs_and_larger_models_never_fit_better() -> None:
    sizes = plan(machine(GPU), LLAMA_8B).sizes
    parameters = [row.parameters for row in sizes]
    assert parameters == sorted(parameters)
    assert len(sizes) >= 5
    order = ("fits", "tight", "no")
    lora = [order.index(row.lora) for row in sizes]
    assert lora == sorted(lora)
    assert sizes[0].lora == "fits"
    assert sizes[-1].full == "no"


def test_alternatives_say_why_they_were_not_taken() -> None:
    others = plan(machine(GPU), LLAMA_8B).alternatives
    assert 1 <= len(others) <= LIMITS.plan.alternatives
    assert all(other.model != LLAMA_8B.id and other.reason for other in others)


def test_longer_rows_take_longer_sequences_and_more_memory() -> None:
    long = replace(data(), tokens=tokens(p99=1000, largest=1000))
    short = plan(machine(GPU), LLAMA_8B)
    made = make_plan(machine(GPU), long, LLAMA_8B, GOAL, Knobs(micro_batch=1), LIMITS)
    assert made.recipe.sequence_length == 1024
    assert short.recipe.sequence_length == 232


def test_planning_needs_neither_numpy_nor_scipy() -> None:
    code = (
        "import sys, heuristics.planning.plan, heuristics.assess, heuristics.verdict.table;"
        "import heuristics.suggest;"
        "print([name for name in ('numpy', 'scipy', 'torch', 'pydantic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_full_run_says_why_its_settings_differ_from_the_pilots() -> None:
    many = data(train=40_000, usable=50_000)
    made = make_plan(machine(), many, TINY, GOAL, Knobs(), LIMITS)
    changed = {choice.setting: choice for choice in made.full_choices}
    assert {"samples", "learning_rate", "epochs"} <= set(changed)
    assert changed["samples"].value == "40,000"
    assert "no longer the factor 1.5" not in changed["learning_rate"].reason
    assert f"moved to {40_000 // 32 * 2:,} steps: batch 4 to 32" in changed["learning_rate"].reason
    assert all(choice.reason.endswith(".") and choice.source for choice in made.full_choices)


def test_a_full_run_over_the_pilots_rows_differs_in_nothing() -> None:
    made = plan(knobs=Knobs(samples=480))
    assert made.full_recipe == made.recipe
    assert made.full_choices == ()


def test_a_measured_rate_is_carried_over_to_the_full_run_alone() -> None:
    many = data(train=40_000, usable=50_000)
    made = make_plan(machine(), many, TINY, GOAL, Knobs(), LIMITS)
    ground = Ground(machine(), many, TINY, GOAL, Knobs(), LIMITS)
    carried = carried_over(ground, made, _rate_evidence())
    assert carried.recipe == made.recipe
    assert carried.full_recipe is not None
    assert carried.full_recipe.learning_rate == 1.5e-3
    rate = next(each for each in carried.full_choices if each.setting == "learning_rate")
    assert (rate.basis, rate.value) == (Basis.MEASURED, "0.0015")
    assert (rate.low, rate.high) == (8e-4, 3e-3)
    assert "Three rates were compared." in rate.reason
    fixed = replace(ground, knobs=Knobs(learning_rate=1e-3))
    assert carried_over(fixed, made, _rate_evidence()) == made


def test_only_a_pilot_that_compared_rates_for_this_model_has_measured_one() -> None:
    made = plan()
    pilot = PilotFacts(model=made.recipe.model, method=made.recipe.method, rate=_rate_evidence())
    assert measured_rate(made, pilot) == _rate_evidence()
    assert measured_rate(made, replace(pilot, rate=None)) is None
    assert measured_rate(made, replace(pilot, model="another/model")) is None
    diverged = replace(_rate_evidence(), basis="none")
    assert measured_rate(made, replace(pilot, rate=diverged)) is None
    broken = replace(_rate_evidence(), full_run=math.nan)
    assert measured_rate(made, replace(pilot, rate=broken)) is None


def _rate_evidence() -> RateEvidence:
    return RateEvidence(
        1e-3, 2e-3, 1e-3, 4e-3, "parabola", 0.01, (), 1.5e-3, 8e-4, 3e-3, "Three rates were compared."
    )


def test_a_model_that_does_not_fit_gets_a_smaller_sibling_for_the_pilot() -> None:
    small = replace(GPU, memory_total=6 * GIB, memory_free=5 * GIB)
    large = next(each for each in catalog.models() if each.shape.parameters > 7e9 and each.family == "qwen2")
    made = plan(machine(small, quantisation=True), large)
    assert made.memory.fit == "no"
    assert made.sibling is not None
    other = next(each for each in catalog.models() if each.id == made.sibling.model)
    assert other.family == "qwen2"
    assert other.shape.parameters < large.shape.parameters
    assert made.sibling.fit in ("fits", "tight")
    assert plan().sibling is None


def test_every_rung_names_what_limits_it() -> None:
    for row in plan(machine(GPU), LLAMA_8B).sizes:
        assert "RTX 4090" in row.limit
    gone = plan(machine(replace(GPU, memory_free=0)), LLAMA_8B)
    assert all(row.limit == "no memory of RTX 4090 is free" for row in gone.sizes)


def test_a_setting_says_what_changing_it_makes_stale() -> None:
    made = {choice.setting: choice for choice in plan().choices}
    assert "rate" in made["micro_batch"].invalidates
    assert made["optimizer"].invalidates == ""


def test_measured_tokens_per_second_replace_the_formula_for_the_same_model_alone() -> None:
    made = plan()
    ground = Ground(machine(), data(), TINY, GOAL, Knobs(), LIMITS)
    proof = Proof(4, 1, 232, 230, 1 << 28, 1 << 27, 0.1, 1_000.0, "cpu", "fp32")
    same = with_measurements(ground, made, PilotFacts(model="tiny", method="lora", proof=proof))
    assert same.full_time.basis is Basis.MEASURED
    assert same.full_time.value == pytest.approx(480 * 3 * 100 / 1_000 + 30, rel=0.01)
    other = with_measurements(ground, made, PilotFacts(model="small", method="lora", proof=proof))
    assert other == made
