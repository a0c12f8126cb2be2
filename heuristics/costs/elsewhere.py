"""The full run elsewhere: on rented machines, and divided among several GPUs."""

from dataclasses import replace

from heuristics.costs.offers import FullRun, fitting_offers, unproved_steps
from heuristics.costs.rented import Kept, nothing_kept, step_memory
from heuristics.facts.market import CloudOffer
from heuristics.facts.simulation import TrainingStep
from heuristics.memory.sharded import SHARED_GPUS, SHARING, gpus_of, shared_recipe, shares_of
from heuristics.memory.simulated import training_step
from heuristics.planning.recipe import Offer, Plan, Recipe, Share
from heuristics.planning.settings import Ground, run_tokens


def with_offers(
    ground: Ground, plan: Plan, market: tuple[CloudOffer, ...], kept: Kept = nothing_kept
) -> Plan:
    """The plan with the offers that hold its full run, and its memory on several GPUs; both by simulation
    where `kept` knows one, else by formula."""
    offers = fitting_offers(run_of(ground, plan), market, ground.limits, kept)
    return replace(plan, offers=offers, shares=_shares(ground, _full(plan), offers, kept))


def run_of(ground: Ground, plan: Plan) -> FullRun:
    """The full run as it would be rented for."""
    full, rows = _full(plan), plan.full_rows
    return FullRun(
        ground.shape,
        replace(full, samples=max(1, rows)),
        run_tokens(ground, full, rows),
        data_bytes=ground.data.bytes if ground.data is not None else 0,
        own_model=ground.model.where in ("local", "demo"),
        deadline=ground.goal.budget_hours,
    )


def steps_to_simulate(
    ground: Ground, plan: Plan, market: tuple[CloudOffer, ...], kept: Kept
) -> tuple[TrainingStep, ...]:
    """The steps whose simulation would prove what the plan says of rented and of shared machines."""
    each = shared_recipe(_full(plan), gpus_of(plan.offers))
    shared = None if each is None else training_step(each, SHARING)
    wanted = dict.fromkeys(unproved_steps(run_of(ground, plan), plan.offers, market, ground.limits, kept))
    if shared is not None and kept(shared) is None:
        wanted[shared] = None
    return tuple(wanted)[: ground.limits.offers.simulations]


def _full(plan: Plan) -> Recipe:
    return plan.full_recipe or plan.recipe


def _shares(ground: Ground, full: Recipe, offers: tuple[Offer, ...], kept: Kept) -> tuple[Share, ...]:
    """The full run on several GPUs, as the exported files divide it."""
    each = shared_recipe(full, gpus_of(offers))
    if each is None:
        return ()
    whole = step_memory(ground.shape, each, SHARING, ground.limits, kept)
    counts = tuple(gpus for gpus in SHARED_GPUS if full.effective_batch % gpus == 0)
    return shares_of(whole, ground.shape, each, counts, ground.limits)
