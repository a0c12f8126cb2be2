"""Time, energy and money of the full run: here, rented, bought, and divided among several GPUs."""

from advisor import numbers
from advisor.document.blocks import Block, Lines, Part, Table
from advisor.document.pictures import cost_bars
from heuristics.planning.recipe import Offer, Plan, Share


def money_part(plan: Plan) -> Part:
    """Plain readings first, then what they rest on."""
    blocks: list[Block] = []
    if plan.money is None:
        blocks.append(f"The full run of {plan.full_rows:,} rows: {numbers.estimated(plan.full_time)}.")
    else:
        blocks += [Lines(plan.money.lines), _here(plan)]
    drawn = cost_bars(plan)
    if drawn is None:
        blocks.append("No known cloud offer fits, or none has a price.")
    else:
        head = ("offer", "price", "minutes that count", "time", "cost", "memory of each GPU", "price of")
        blocks += [drawn, Table(head, tuple(_offer(each) for each in plan.offers)), _HOW]
    if plan.shares:
        blocks += ["Divided among several GPUs, as the exported files do it:", _shares(plan.shares)]
        blocks.append(f"Memory: {plan.shares[0].memory.source}.")
    return Part("Time and money", tuple(blocks))


_HOW = (
    "Times and costs are ranges by formula. They hold set-up, transfer and, for spot machines, the "
    "interruptions to expect; costs hold an allowance for one failed run."
)


def _here(plan: Plan) -> Table:
    money = plan.money
    assert money is not None
    rows = (
        ("time", numbers.estimated(plan.full_time), plan.full_time.source),
        ("power", numbers.estimated(money.watts), money.watts.source),
        ("energy", numbers.estimated(money.energy), ""),
        ("electricity", f"{money.price.value:g} USD per kWh", money.price.source),
        ("cost", numbers.estimated(money.cost), ""),
    )
    return Table((f"on {plan.device or 'this machine'}", "value and basis", "source"), rows)


def _offer(each: Offer) -> tuple[str, ...]:
    memory = ""
    if each.memory is not None:
        need, room = numbers.size(each.memory.value), numbers.size(each.gpu_memory)
        memory = f"{need} of {room}, {each.memory.basis.value}{', weights divided' if each.sharded else ''}"
    return (
        f"{each.provider} {each.instance}, {each.gpus} × {each.gpu}",
        f"{each.usd_per_hour:.2f} USD/h {'spot' if each.spot else 'on demand'}",
        ", ".join(f"{name} {numbers.quantity(hours, 'h')}" for name, hours in each.parts if hours * 60 >= 1),
        numbers.spread(each.hours),
        numbers.spread(each.cost),
        memory,
        each.date,
    )


def _shares(shares: tuple[Share, ...]) -> Table:
    rows = tuple(
        (str(each.gpus), each.engine, str(each.micro_batch), numbers.estimated(each.memory))
        for each in shares
    )
    return Table(("GPUs", "engine", "rows at once", "memory of each GPU"), rows)
