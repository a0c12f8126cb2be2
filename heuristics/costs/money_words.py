"""Time, energy and money in sentences."""

from heuristics.basis import Estimate
from heuristics.goal import Goal
from heuristics.planning.recipe import Money, Offer, Plan, Purchase
from heuristics.words import dollars, duration, roughly

LARGE = 10**9
"""More rows than this is no limit to speak of."""


def money_lines(money: Money, plan: Plan, goal: Goal) -> tuple[str, ...]:
    """Plain readings, this machine first."""
    return tuple(
        line
        for line in (
            _here(money, plan, goal),
            _cloud(money, plan, goal),
            _faster(money, plan, goal),
            _bought(money.purchase, plan),
        )
        if line
    )


def offer_name(offer: Offer) -> str:
    """Such as "AWS g5.xlarge (1 × A10G, spot)"."""
    kind = ", spot" if offer.spot else ""
    return f"{offer.provider} {offer.instance} ({offer.gpus} × {offer.gpu}{kind})"


def _here(money: Money, plan: Plan, goal: Goal) -> str:
    energy, cost = money.energy, money.cost
    within = "within" if plan.full_time.value <= 3600 * goal.budget_hours else "over"
    said = (
        f"Here the full run takes {duration(plan.full_time.value)} ({within} your {goal.budget_hours:g} h) "
        f"and about {_energy(energy.value)}, {_between(cost)} of electricity at {money.price.value:g} USD/kWh"
    )
    if money.rows_in_time is not None and 0 < money.rows_in_time < LARGE:
        said += f"; {goal.budget_hours:g} h are enough for about {roughly(money.rows_in_time)} rows"
    return f"{said}."


def _cloud(money: Money, plan: Plan, goal: Goal) -> str:
    if not plan.offers:
        return "No cloud offer with a price is known to hold the full run."
    offer = plan.offers[0]
    said = (
        f"The cheapest offer that fits, {offer_name(offer)}, takes {duration(3600 * offer.hours.value)} and "
        f"{_between(offer.cost)}, price of {offer.date}"
    )
    if not goal.data_may_leave:
        return f"{said}; but you said that the data may not leave this machine."
    if offer.cost.value > goal.budget_money:
        said += f", over your {dollars(goal.budget_money)}"
        fitting = money.rows_for_money or 0
        said += (
            f"; that pays for about {roughly(fitting)} rows"
            if fitting
            else ", which does not even pay its set-up"
        )
    return f"{said}."


def _faster(money: Money, plan: Plan, goal: Goal) -> str:
    if not plan.offers or not goal.data_may_leave:
        return ""
    name = f"{plan.offers[0].provider} {plan.offers[0].instance}"
    if money.faster_from is None:
        return f"This machine is done sooner than {name}, however many rows there are."
    if money.faster_from >= LARGE:
        return ""
    rows = f"{roughly(money.faster_from)} rows on"
    if money.faster_from <= plan.full_rows:
        return f"{name} is done sooner than this machine from about {rows}, so it is now."
    return f"{name} is done sooner than this machine only from about {rows}."


def _bought(bought: Purchase | None, plan: Plan) -> str:
    if bought is None or not plan.offers:
        return ""
    price = f"A bought {bought.gpu} ({bought.usd:,.0f} USD at its launch, {bought.date}; board alone)"
    if bought.runs is None:
        return f"{price} never pays: its electricity costs more than renting."
    hours = bought.runs * bought.hours.value
    return (
        f"{price} is cheaper than renting from about {roughly(round(bought.runs))} such runs on, "
        f"{roughly(round(hours))} hours of training."
    )


def _between(cost: Estimate) -> str:
    if cost.high < 0.01:
        return "less than a cent"
    return f"{cost.low:,.2f} to {cost.high:,.2f} USD"


def _energy(kwh: float) -> str:
    return f"{kwh:.2g} kWh" if kwh >= 0.1 else f"{kwh * 1000:.2g} Wh"
