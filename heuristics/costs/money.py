"""What the full run costs here, and from how many rows or runs another place is better."""

from dataclasses import replace

from heuristics.costs.duration import added, load_time
from heuristics.costs.elsewhere import run_of
from heuristics.costs.energy import drawn_watts, energy_price, used_energy
from heuristics.costs.money_words import money_lines
from heuristics.costs.offers import FullRun, training_hours
from heuristics.costs.rented import Kept, nothing_kept, rented
from heuristics.facts.market import CloudOffer, GpuForSale
from heuristics.goal import Goal
from heuristics.planning.recipe import Money, Offer, Plan, Purchase
from heuristics.planning.settings import Ground
from heuristics.thresholds.limits import Limits

_MOST_ROWS = 10**12


def with_money(
    ground: Ground, plan: Plan, for_sale: tuple[GpuForSale, ...] = (), kept: Kept = nothing_kept
) -> Plan:
    """The plan with electricity, break-even points and a purchase beside its offers."""
    goal, limits, run = ground.goal, ground.limits, run_of(ground, plan)
    watts, price = drawn_watts(ground.machine, limits.energy), energy_price(goal, limits.energy)
    energy = used_energy(plan.full_time, watts)
    cheapest = plan.offers[0] if plan.offers else None
    # Rows that may not leave this machine have nobody to be compared with.
    offer = cheapest if goal.data_may_leave else None
    found = Money(
        watts=watts,
        price=price,
        energy=energy,
        cost=energy.scaled(price.value, "USD"),
        rows_in_time=rows_within(plan, run, goal.budget_hours, limits),
        faster_from=None if offer is None else faster_from(plan, run, offer, limits),
        rows_for_money=None if offer is None else rows_for(plan, offer, goal, limits),
        purchase=None if cheapest is None else purchase(run, cheapest, price.value, for_sale, limits, kept),
    )
    return replace(plan, money=replace(found, lines=money_lines(found, plan, goal)))


def rows_within(plan: Plan, run: FullRun, hours: float, limits: Limits) -> int | None:
    """Training rows that this machine gets through in so many hours; None when a row costs nothing."""
    fixed, each = _here(plan, run, limits)
    return None if each <= 0 else _rows((hours - fixed) / each)


def faster_from(plan: Plan, run: FullRun, offer: Offer, limits: Limits) -> int | None:
    """Training rows from which an offer, set-up and transfer counted, is done sooner than this machine;
    None when it never is."""
    fixed_here, each_here = _here(plan, run, limits)
    fixed, each = _there(plan, offer)
    if each >= each_here:
        return None
    return _rows((fixed - fixed_here) / (each_here - each))


def rows_for(plan: Plan, offer: Offer, goal: Goal, limits: Limits) -> int:
    """Training rows that an offer does within the budget of money."""
    fixed, each = _there(plan, offer)
    hours = goal.budget_money / (offer.usd_per_hour * limits.offers.allowance)
    return _MOST_ROWS if each <= 0 else _rows((hours - fixed) / each)


def purchase(
    run: FullRun,
    offer: Offer,
    usd_per_kwh: float,
    for_sale: tuple[GpuForSale, ...],
    limits: Limits,
    kept: Kept = nothing_kept,
) -> Purchase | None:
    """The cheapest GPU to buy that holds the full run, against renting the cheapest offer."""
    for each in sorted(for_sale, key=lambda gpu: gpu.usd):
        as_offer = _bought(each)
        there = rented(run.shape, run.recipe, as_offer, limits, kept)
        if there is None:
            continue
        hours = training_hours(run, there, as_offer, limits)
        start = load_time(run.shape, limits.time) / 3600
        hours = added((hours,), start)
        drawn = (each.watts + limits.energy.rest_high) / limits.energy.supply_efficiency
        electricity = hours.scaled(drawn / 1000 * usd_per_kwh, "USD")
        saved = offer.cost.value - electricity.value
        runs = each.usd / saved if saved > 0 else None
        return Purchase(each.gpu, each.usd, hours, electricity, each.date, each.source, runs)
    return None


def _bought(gpu: GpuForSale) -> CloudOffer:
    return CloudOffer(
        provider="",
        instance=gpu.gpu,
        gpu=gpu.gpu,
        gpus=1,
        gpu_memory=gpu.memory,
        usd_per_hour=None,
        spot_usd_per_hour=None,
        tflops=gpu.tflops,
        date=gpu.date,
        source=gpu.source,
        verified=gpu.verified,
        bf16=gpu.bf16,
        compute_capability=gpu.compute_capability,
    )


def _here(plan: Plan, run: FullRun, limits: Limits) -> tuple[float, float]:
    """Hours that do not depend on the rows, and hours of each row, on this machine."""
    fixed = min(load_time(run.shape, limits.time), plan.full_time.value)
    return fixed / 3600, (plan.full_time.value - fixed) / 3600 / max(1, plan.full_rows)


def _there(plan: Plan, offer: Offer) -> tuple[float, float]:
    """The same on an offer; the transfer of the weights outweighs that of the rows."""
    hours = dict(offer.parts)
    depends = hours.get("training", offer.hours.value) + hours.get("interruptions", 0.0)
    return max(0.0, offer.hours.value - depends), depends / max(1, plan.full_rows)


def _rows(value: float) -> int:
    return int(max(0.0, min(value, _MOST_ROWS)))
