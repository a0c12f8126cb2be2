"""Cloud offers: only those that hold the run, in time first, then cheapest, with honest costs."""

from dataclasses import replace

import pytest

from heuristics.basis import Basis
from heuristics.costs.offers import FullRun, fitting_offers, unproved_steps
from heuristics.costs.rented import rented
from heuristics.facts.market import CloudOffer
from heuristics.facts.simulation import SimulationFacts, TrainingStep
from heuristics.planning.recipe import Recipe
from tests.heuristics.known_cases import GIB, LIMITS, LLAMA_8B

RECIPE = Recipe("llama-8b", "lora", 2e-4, 8, 1, 2.0, 1024, 10_000, precision="bf16")
RUN = FullRun(LLAMA_8B.shape, RECIPE, tokens=10_000 * 2 * 600.0)
A100 = CloudOffer("P", "one", "A100", 1, 80 * GIB, 2.0, 1.0, 312.0, "2026-07-01", "list", "yes")
EIGHT = replace(A100, instance="eight", gpus=8, usd_per_hour=16.0, spot_usd_per_hour=None)


def simulation(step: TrainingStep, size: int) -> SimulationFacts:
    parts = (("weights", size // 2), ("activations", size - size // 2))
    return SimulationFacts("m", step, size, size, (), parts, 1, 1, 0.1)


def test_hours_and_cost_are_worked_from_the_datasheet_peak() -> None:
    offer = fitting_offers(RUN, (replace(A100, spot_usd_per_hour=None),), LIMITS)[0]
    flops = 4 * (8_030_261_248 - 128_256 * 4096) + 6 * 32 * 4096 * 1024
    hours = 12e6 * flops / (0.30 * 312e12) / 3600
    weights = 2 * 8_030_261_248 / LIMITS.offers.download_bytes_per_second / 3600
    assert hours + LIMITS.offers.setup_hours + weights < offer.hours.value
    assert offer.hours.value < hours + LIMITS.offers.setup_hours + weights + 0.05
    assert offer.cost.value == pytest.approx(offer.hours.value * 2.0 * 1.3)
    assert offer.hours.low < offer.hours.value < offer.hours.high
    assert offer.date == "2026-07-01"
    assert sum(value for _, value in offer.parts) == pytest.approx(offer.hours.value)


def test_spot_and_on_demand_are_offered_apart_cheapest_first() -> None:
    offers = fitting_offers(RUN, (A100,), LIMITS)
    assert [offer.spot for offer in offers] == [True, False]
    assert offers[0].cost.value < offers[1].cost.value


def test_spot_machines_are_expected_to_be_taken_away() -> None:
    spot, steady = fitting_offers(RUN, (A100,), LIMITS)
    lost = dict(spot.parts)["interruptions"]
    training = dict(spot.parts)["training"]
    # Half a pass of two, and a new set-up, for each of 0.02 interruptions an hour.
    assert lost == pytest.approx(0.02 * training * (training / 4 + dict(spot.parts)["set-up"]), rel=1e-6)
    assert "interruptions" not in dict(steady.parts)
    assert spot.hours.high > steady.hours.high


def test_rows_and_weights_that_lie_only_here_are_sent_first() -> None:
    own = replace(RUN, own_model=True, data_bytes=10**9)
    public = dict(fitting_offers(RUN, (A100,), LIMITS)[0].parts)["transfer"]
    sent = dict(fitting_offers(own, (A100,), LIMITS)[0].parts)["transfer"]
    assert sent == pytest.approx((2 * 8_030_261_248 + 10**9) / 2.5e6 / 3600)
    assert public < sent / 10


def test_a_gpu_that_is_too_small_is_not_offered() -> None:
    assert fitting_offers(RUN, (replace(A100, gpu_memory=12 * GIB),), LIMITS) == ()


@pytest.mark.parametrize(
    "faulty",
    [
        replace(A100, usd_per_hour=None, spot_usd_per_hour=None),
        replace(A100, usd_per_hour=0.0, spot_usd_per_hour=None),
        replace(A100, tflops=None),
        replace(A100, tflops=0.0),
        replace(A100, gpus=0),
    ],
)
def test_an_offer_without_price_speed_or_gpu_is_left_out(faulty: CloudOffer) -> None:
    assert fitting_offers(RUN, (faulty,), LIMITS) == ()


def test_of_one_provider_and_gpu_only_the_cheapest_is_kept() -> None:
    dearer = replace(A100, instance="two", usd_per_hour=5.0, spot_usd_per_hour=None)
    offers = fitting_offers(RUN, (dearer, A100), LIMITS)
    assert {offer.instance for offer in offers} == {"one"}


def test_an_offer_in_time_comes_before_a_cheaper_one_that_is_late() -> None:
    one = replace(A100, spot_usd_per_hour=None)
    assert fitting_offers(RUN, (one, EIGHT), LIMITS)[0].instance == "one"
    slow = fitting_offers(RUN, (one,), LIMITS)[0].hours.value
    hurried = fitting_offers(replace(RUN, deadline=slow * 0.9), (one, EIGHT), LIMITS)
    assert hurried[0].instance == "eight"
    assert hurried[0].hours.value < slow * 0.9


def test_more_gpus_are_faster_but_not_twice_as_fast() -> None:
    two = replace(A100, gpus=2)
    one_hours = dict(fitting_offers(RUN, (A100,), LIMITS)[0].parts)["training"]
    two_hours = dict(fitting_offers(RUN, (two,), LIMITS)[0].parts)["training"]
    assert one_hours / 2 < two_hours < one_hours


def test_the_rented_recipe_keeps_its_rows_per_step() -> None:
    for memory, gpus in ((22, 1), (24, 2), (40, 4), (80, 8)):
        there = rented(LLAMA_8B.shape, RECIPE, replace(A100, gpu_memory=memory * GIB, gpus=gpus), LIMITS)
        assert there is not None
        assert there.recipe.effective_batch * gpus == RECIPE.effective_batch


def test_gpus_that_cannot_share_the_rows_of_a_step_are_not_offered() -> None:
    assert rented(LLAMA_8B.shape, replace(RECIPE, micro_batch=6), EIGHT, LIMITS) is None


def test_a_gpu_without_bf16_trains_in_fp16() -> None:
    t4 = replace(A100, gpu="T4", bf16=False, compute_capability="7.5", tflops=65.0)
    there = rented(LLAMA_8B.shape, RECIPE, t4, LIMITS)
    assert there is not None
    assert there.recipe.precision == "fp16"
    assert there.step is not None
    assert there.step.attention == "efficient"


def test_what_no_single_gpu_holds_is_divided_among_several() -> None:
    full = replace(RECIPE, method="full")
    assert rented(LLAMA_8B.shape, full, A100, LIMITS) is None
    there = rented(LLAMA_8B.shape, full, replace(EIGHT, gpus=8), LIMITS)
    assert there is not None
    assert there.sharded
    assert there.memory.total.value < 80 * GIB


def test_a_simulation_rules_an_offer_out_or_lets_it_in_against_the_formula() -> None:
    small = replace(A100, gpu_memory=24 * GIB)
    by_formula = rented(LLAMA_8B.shape, RECIPE, small, LIMITS)
    assert by_formula is not None
    assert by_formula.memory.total.basis is Basis.FORMULA
    assert rented(LLAMA_8B.shape, RECIPE, small, LIMITS, lambda step: simulation(step, 30 * GIB)) is None
    roomy = rented(LLAMA_8B.shape, RECIPE, small, LIMITS, lambda step: simulation(step, 9 * GIB))
    assert roomy is not None
    assert roomy.memory.total.basis is Basis.SIMULATED
    assert roomy.recipe.micro_batch == 8
    assert rented(LLAMA_8B.shape, RECIPE, replace(A100, gpu_memory=12 * GIB), LIMITS) is None
    tiny = replace(A100, gpu_memory=12 * GIB)
    assert rented(LLAMA_8B.shape, RECIPE, tiny, LIMITS, lambda step: simulation(step, 9 * GIB)) is not None


def test_each_offer_names_the_step_that_would_prove_it_once() -> None:
    market = (
        A100,
        replace(A100, provider="Q"),
        replace(A100, gpu="T4", bf16=False, compute_capability="7.5"),
    )
    offers = fitting_offers(RUN, market, LIMITS)
    steps = unproved_steps(RUN, offers, market, LIMITS)
    assert len(steps) == 2
    known = {steps[0]: simulation(steps[0], 20 * GIB)}
    assert unproved_steps(RUN, offers, market, LIMITS, known.get) == steps[1:]


def test_an_empty_market_offers_nothing() -> None:
    assert fitting_offers(RUN, (), LIMITS) == ()
