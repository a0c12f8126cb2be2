"""Cloud machines on which the full run would fit, with hours and cost."""

from dataclasses import dataclass, replace

from heuristics.basis import Basis, Estimate
from heuristics.duration import Speed, Work, load_time, training_time, utilisation
from heuristics.facts.market import CloudOffer
from heuristics.facts.model import ModelShape
from heuristics.limits import Limits
from heuristics.memory import predict
from heuristics.recipe import Offer, Recipe
from heuristics.settings import load_of

_SETUP_SPREAD = 2.0
"""Waiting for a machine and setting it up takes this many times more or less."""


@dataclass(frozen=True, slots=True)
class FullRun:
    """The run that would be rented for."""

    shape: ModelShape
    recipe: Recipe
    tokens: float


def fitting_offers(run: FullRun, market: tuple[CloudOffer, ...], limits: Limits) -> tuple[Offer, ...]:
    """Offers whose GPUs hold the run, cheapest first, the best of each provider and GPU; offers without a
    price or a known speed are left out."""
    found: dict[tuple[str, str, bool], Offer] = {}
    for each in market:
        for price, spot in ((each.usd_per_hour, False), (each.spot_usd_per_hour, True)):
            offer = _offer(run, each, price, spot, limits)
            if offer is None:
                continue
            key = (offer.provider, offer.gpu, spot)
            if key not in found or offer.cost.value < found[key].cost.value:
                found[key] = offer
    cheapest = sorted(found.values(), key=lambda offer: (offer.cost.value, offer.provider, offer.instance))
    return tuple(cheapest[: limits.offers.most])


def _offer(run: FullRun, each: CloudOffer, price: float | None, spot: bool, limits: Limits) -> Offer | None:
    if price is None or price <= 0 or each.tflops is None or each.tflops <= 0 or each.gpus < 1:
        return None
    recipe = rented_recipe(run, each.gpu_memory, limits)
    if recipe is None:
        return None
    hours = _hours(run, recipe, each, limits)
    # The allowance pays for one failed run, which the low end goes without.
    cost = hours.scaled(price * limits.offers.allowance, "USD")
    cost = replace(cost, low=hours.low * price)
    return Offer(
        provider=each.provider,
        instance=each.instance,
        gpu=each.gpu,
        gpus=each.gpus,
        usd_per_hour=price,
        spot=spot,
        hours=hours,
        cost=cost,
        date=each.date,
        source=each.source,
    )


def rented_recipe(run: FullRun, gpu_memory: int, limits: Limits) -> Recipe | None:
    """The recipe as it fits on one GPU of `gpu_memory` bytes: halved micro-batch, then recomputed
    activations; None when it does not fit at all."""
    precision = "bf16" if run.recipe.precision == "fp32" else run.recipe.precision
    rented = replace(run.recipe, precision="fp16" if precision == "fp16" else "bf16")
    for checkpointing in (rented.checkpointing, True):
        micro = run.recipe.effective_batch
        while micro >= 1:
            accumulation = max(1, round(run.recipe.effective_batch / micro))
            candidate = replace(
                rented, micro_batch=micro, accumulation=accumulation, checkpointing=checkpointing
            )
            fit = predict(load_of(run.shape, candidate), gpu_memory, False, limits.memory).fit
            if fit == "fits":
                return candidate
            micro //= 2
    return None


def _hours(run: FullRun, recipe: Recipe, each: CloudOffer, limits: Limits) -> Estimate:
    peak = (each.tflops or 0.0) * 1e12
    scale = 1 + (each.gpus - 1) * limits.offers.multi_gpu_efficiency
    speed = Speed(
        peak * utilisation(recipe.method, limits.time),
        limits.time.spread,
        Basis.FORMULA,
        f"{utilisation(recipe.method, limits.time):.0%} of {each.tflops:g} TFLOP/s per GPU",
        overlaps=True,
    )
    batches = recipe.samples * recipe.epochs / max(1, recipe.micro_batch)
    work = Work(run.shape, recipe.method, recipe.sequence_length, recipe.checkpointing, run.tokens, batches)
    seconds = training_time(work, speed, limits.time).scaled(1 / scale)
    fixed = load_time(run.shape, limits.time) / 3600 + limits.offers.setup_hours
    hours = seconds.scaled(1 / 3600, "h")
    return replace(
        hours,
        value=hours.value + fixed,
        low=hours.low + fixed / _SETUP_SPREAD,
        high=hours.high + fixed * _SETUP_SPREAD,
    )
