"""Time, energy and money as rows: this machine, offers as bars, break-even points, several GPUs."""

from textual.content import Content

from advisor import numbers
from advisor.case import Case
from heuristics.basis import Estimate
from heuristics.planning.recipe import Money, Offer, Plan, Share
from screens.rows.pictures import cost_bars
from screens.rows.section import Row, Section, told
from screens.words import columns, heading, labelled, lines, paragraphs


def money_section(case: Case) -> Section:
    """What the full run costs here and elsewhere; empty without a plan."""
    plan = case.plan
    if plan is None:
        return Section("Time, energy and money", ())
    rows = (*_here(plan), *_cloud(plan), *_points(plan.money), *_shared(plan.shares))
    return Section("Time, energy and money", rows)


def _here(plan: Plan) -> tuple[Row, ...]:
    money, hours = plan.money, plan.full_time.scaled(1 / 3600, "h")
    if money is None:
        return ()
    detail = told(
        heading(f"The full run of {plan.full_rows:,} rows on {plan.device or 'this machine'}"),
        lines(
            [
                labelled("Time", numbers.estimated(hours)),
                labelled("Power", f"{numbers.estimated(money.watts)}: {money.watts.source}"),
                labelled("Energy", numbers.estimated(money.energy)),
                labelled("Price", f"{money.price.value:g} USD per kWh, {money.price.source}"),
                labelled("Cost", numbers.estimated(money.cost)),
            ]
        ),
        money.lines[0] if money.lines else "",
    )
    value = f"{numbers.quantity(hours.value, 'h')}, {numbers.quantity(money.cost.value, 'USD')}"
    note = f"electricity, {money.cost.basis.value}"
    return (Row("money-here", "this machine", value, note, detail=detail),)


def _cloud(plan: Plan) -> tuple[Row, ...]:
    """Every offer as a bar beside this machine's electricity."""
    if not plan.offers:
        words = "No cloud offer with a price is known to hold the full run."
        return (Row("cost", "cloud", "no offer fits", detail=told(heading("Cloud"), words)),)
    cheapest = plan.offers[0]
    pairs: list[tuple[str, Estimate, str]] = [(_short(each), each.cost, _about(each)) for each in plan.offers]
    if plan.money is not None:
        pairs.insert(0, ("this machine", plan.money.cost, "electricity alone"))

    def detail(width: int) -> Content:
        said = lines(plan.money.lines) if plan.money is not None else ""
        dates = sorted(each.date for each in plan.offers)
        about = [labelled(name, f"{numbers.estimated(cost)}; {words}") for name, cost, words in pairs]
        return paragraphs(
            [
                heading("Cost of the full run"),
                cost_bars([(name, cost.value) for name, cost, _ in pairs], width),
                said,
                lines(about),
                f"Prices of {dates[0]} to {dates[-1]}.",
            ]
        )

    value = f"{numbers.quantity(cheapest.hours.value, 'h')}, {numbers.quantity(cheapest.cost.value, 'USD')}"
    return (Row("cost", "cloud", value, f"{_short(cheapest)}, {cheapest.date}", detail=detail),)


def _short(offer: Offer) -> str:
    return f"{offer.provider} {offer.gpus}×{offer.gpu}{' spot' if offer.spot else ''}"


def _about(offer: Offer) -> str:
    """Time by purpose, and the memory that lets it fit."""
    hours = ", ".join(f"{name} {numbers.quantity(value, 'h')}" for name, value in offer.parts)
    fits = ""
    if offer.memory is not None:
        need, there = numbers.size(offer.memory.value), numbers.size(offer.gpu_memory)
        how = ", weights divided" if offer.sharded else ""
        fits = f"; {need} of {there} on each GPU ({offer.memory.basis.value}{how})"
    return f"{hours}{fits}"


def _points(money: Money | None) -> tuple[Row, ...]:
    """Where the balance tips, one sentence each."""
    if money is None:
        return ()
    detail = told(heading("When another place is better"), *money.lines)
    return tuple(
        Row(f"money-{number}", "break-even", line, detail=detail)
        for number, line in enumerate(money.lines[2:])
    )


def _shared(shares: tuple[Share, ...]) -> tuple[Row, ...]:
    if not shares:
        return ()
    table = [("GPUs", "engine", "each GPU", "rows at once")]
    table += [
        (str(each.gpus), each.engine, numbers.quantity(each.memory.value, "bytes"), str(each.micro_batch))
        for each in shares
    ]
    first = shares[0]
    parts = ", ".join(f"{name} {numbers.size(size)}" for name, size in first.parts)
    detail = told(
        heading("The full run on several GPUs"),
        columns(table, right=frozenset((0, 2, 3))),
        labelled(f"{first.engine} on {first.gpus}", f"{numbers.estimated(first.memory)}: {parts}"),
        labelled("Source", first.memory.source),
    )
    value = f"{numbers.size(first.memory.value)} on each of {first.gpus}"
    return (
        Row("shares", "several GPUs", value, f"{first.engine}, {first.memory.basis.value}", detail=detail),
    )
