"""Cloud offers: only those that hold the run, cheapest first, with honest costs."""

from dataclasses import replace

import pytest

from heuristics.facts.market import CloudOffer
from heuristics.offers import FullRun, fitting_offers, rented_recipe
from heuristics.recipe import Recipe
from tests.heuristics.known_cases import GIB, LIMITS, LLAMA_8B

RECIPE = Recipe("llama-8b", "lora", 2e-4, 8, 1, 2.0, 1024, 10_000, precision="bf16")
RUN = FullRun(LLAMA_8B.shape, RECIPE, tokens=10_000 * 2 * 600.0)
A100 = CloudOffer("P", "one", "A100", 1, 80 * GIB, 2.0, 1.0, 312.0, "2026-07-01", "list", "yes")


def test_hours_and_cost_are_worked_from_the_datasheet_peak() -> None:
    offer = fitting_offers(RUN, (replace(A100, spot_usd_per_hour=None),), LIMITS)[0]
    flops = 4 * (8_030_261_248 - 128_256 * 4096) + 6 * 32 * 4096 * 1024
    seconds = 12e6 * flops / (0.30 * 312e12)
    setup = LIMITS.offers.setup_hours
    assert seconds / 3600 + setup < offer.hours.value < seconds / 3600 + setup + 0.05
    assert offer.cost.value == pytest.approx(offer.hours.value * 2.0 * 1.3)
    assert offer.hours.low < offer.hours.value < offer.hours.high
    assert offer.date == "2026-07-01"


def test_spot_and_on_demand_are_offered_apart_cheapest_first() -> None:
    offers = fitting_offers(RUN, (A100,), LIMITS)
    assert [offer.spot for offer in offers] == [True, False]
    assert offers[0].cost.value < offers[1].cost.value


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


def test_more_gpus_are_faster_but_not_twice_as_fast() -> None:
    two = replace(A100, gpus=2)
    one_hours = fitting_offers(RUN, (A100,), LIMITS)[0].hours.value
    two_hours = fitting_offers(RUN, (two,), LIMITS)[0].hours.value
    assert one_hours / 2 < two_hours < one_hours


def test_the_rented_recipe_keeps_its_effective_batch() -> None:
    for memory in (22, 24, 40, 80):
        recipe = rented_recipe(RUN, memory * GIB, LIMITS)
        assert recipe is not None
        assert recipe.effective_batch == RECIPE.effective_batch


def test_an_empty_market_offers_nothing() -> None:
    assert fitting_offers(RUN, (), LIMITS) == ()
