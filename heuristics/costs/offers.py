"""Cloud machines on which the full run would fit, with hours and cost."""

import math
from dataclasses import dataclass, replace

from heuristics.basis import Basis, Estimate
from heuristics.costs.duration import Speed, Work, load_time, training_time, utilisation
from heuristics.costs.rented import Kept, Rented, nothing_kept, rented
from heuristics.facts.market import CloudOffer
from heuristics.facts.model import ModelShape
from heuristics.facts.simulation import TrainingStep
from heuristics.planning.recipe import HoursPart, Offer, Recipe
from heuristics.thresholds.limits import Limits

_SETUP_SPREAD = 2.0
"""Waiting for a machine and setting it up takes this many times more or less."""


@dataclass(frozen=True, slots=True)
class FullRun:
    """The run that would be rented for."""

    shape: ModelShape
    recipe: Recipe
    tokens: float
    data_bytes: int = 0
    """Of the rows that must be sent there."""
    own_model: bool = False
    """True when the weights lie only here and must be sent too."""
    deadline: float = math.inf
    """Hours after which a run is too late."""


def fitting_offers(
    run: FullRun, market: tuple[CloudOffer, ...], limits: Limits, kept: Kept = nothing_kept
) -> tuple[Offer, ...]:
    """Offers whose GPUs hold the run, those in time first, then the cheapest: the best few, and the best of
    every other provider. Offers without a price or a known speed are left out."""
    found: dict[tuple[str, str, bool], Offer] = {}
    fits: dict[tuple[str, int, int], Rented | None] = {}
    for each in market:
        if each.tflops is None or each.tflops <= 0 or each.gpus < 1:
            continue
        board = (each.gpu, each.gpus, each.gpu_memory)
        if board not in fits:
            fits[board] = rented(run.shape, run.recipe, each, limits, kept)
        there = fits[board]
        for price, spot in ((each.usd_per_hour, False), (each.spot_usd_per_hour, True)):
            if there is None or price is None or price <= 0:
                continue
            offer = _offer(run, each, there, (price, spot), limits)
            key = (offer.provider, offer.gpu, spot)
            if key not in found or _rank(run, offer) < _rank(run, found[key]):
                found[key] = offer
    ranked = sorted(found.values(), key=lambda offer: _rank(run, offer))
    best = ranked[: limits.offers.most]
    seen = {each.provider for each in best}
    for offer in ranked:
        if offer.provider not in seen:
            seen.add(offer.provider)
            best.append(offer)
    return tuple(best)


def _rank(run: FullRun, offer: Offer) -> tuple[bool, float, str, str]:
    return offer.hours.value > run.deadline, offer.cost.value, offer.provider, offer.instance


def unproved_steps(
    run: FullRun,
    offers: tuple[Offer, ...],
    market: tuple[CloudOffer, ...],
    limits: Limits,
    kept: Kept = nothing_kept,
) -> tuple[TrainingStep, ...]:
    """The steps whose simulation would prove that the offers fit, each once."""
    by_name = {(each.provider, each.instance, each.gpu): each for each in market}
    wanted: dict[TrainingStep, None] = {}
    for offer in offers:
        each = by_name.get((offer.provider, offer.instance, offer.gpu))
        there = rented(run.shape, run.recipe, each, limits, kept) if each is not None else None
        if there is not None and there.step is not None and kept(there.step) is None:
            wanted[there.step] = None
    return tuple(wanted)


def _offer(run: FullRun, each: CloudOffer, there: Rented, price: tuple[float, bool], limits: Limits) -> Offer:
    usd, spot = price
    hours, parts = rented_hours(run, there, each, spot, limits)
    # The allowance pays for one failed run, which the low end goes without.
    cost = replace(hours.scaled(usd * limits.offers.allowance, "USD"), low=hours.low * usd)
    return Offer(
        provider=each.provider,
        instance=each.instance,
        gpu=each.gpu,
        gpus=each.gpus,
        usd_per_hour=usd,
        spot=spot,
        hours=hours,
        cost=cost,
        date=each.date,
        source=each.source,
        parts=parts,
        memory=there.memory.total,
        gpu_memory=each.gpu_memory,
        micro_batch=there.recipe.micro_batch,
        checkpointing=there.recipe.checkpointing,
        precision=there.recipe.precision,
        sharded=there.sharded,
    )


def rented_hours(
    run: FullRun, there: Rented, each: CloudOffer, spot: bool, limits: Limits
) -> tuple[Estimate, tuple[tuple[HoursPart, float], ...]]:
    """Billed hours and what they are for."""
    training = training_hours(run, there, each, limits)
    ready = limits.offers.setup_hours + load_time(run.shape, limits.time) / 3600
    moved = _transfer_hours(run, limits)
    rates = limits.offers
    lost = _interrupted(training.value, run, rates.spot_interruptions_per_hour, ready) if spot else 0.0
    most_lost = _interrupted(training.high, run, rates.spot_interruptions_high, ready) if spot else 0.0
    wide = limits.offers.transfer_spread
    total = replace(
        training,
        value=training.value + ready + moved + lost,
        low=training.low + ready / _SETUP_SPREAD + moved / wide,
        high=training.high + ready * _SETUP_SPREAD + moved * wide + most_lost,
    )
    parts: list[tuple[HoursPart, float]] = [
        ("training", training.value),
        ("set-up", ready),
        ("transfer", moved),
        ("interruptions", lost),
    ]
    return total, tuple((name, hours) for name, hours in parts if hours > 0)


def training_hours(run: FullRun, there: Rented, each: CloudOffer, limits: Limits) -> Estimate:
    """Hours of training alone on all GPUs of a machine."""
    recipe, share = there.recipe, utilisation(there.recipe.method, limits.time)
    further = limits.offers.sharded_efficiency if there.sharded else limits.offers.multi_gpu_efficiency
    scale = 1 + (each.gpus - 1) * further
    peak = (each.tflops or 0.0) * 1e12
    source = f"{share:.0%} of {each.tflops:g} TFLOP/s per GPU"
    speed = Speed(peak * share, limits.time.spread, Basis.FORMULA, source, overlaps=True)
    batches = recipe.samples * recipe.epochs / max(1, recipe.micro_batch)
    work = Work(run.shape, recipe.method, recipe.sequence_length, recipe.checkpointing, run.tokens, batches)
    return training_time(work, speed, limits.time).scaled(1 / scale / 3600, "h")


def _transfer_hours(run: FullRun, limits: Limits) -> float:
    """Rows, and weights that nobody else has, go up from here; public weights come from their hub."""
    weights = 2.0 * run.shape.parameters
    sent = run.data_bytes + (weights if run.own_model else 0.0)
    fetched = 0.0 if run.own_model else weights
    seconds = sent / limits.offers.upload_bytes_per_second + fetched / limits.offers.download_bytes_per_second
    return seconds / 3600


def _interrupted(hours: float, run: FullRun, rate: float, ready: float) -> float:
    """Hours lost: each interruption costs a new set-up and half a pass, as each pass ends with a checkpoint;
    never more than training everything once again for each."""
    each = ready + hours / max(1.0, run.recipe.epochs) / 2
    return rate * hours * each
