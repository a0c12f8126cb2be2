"""The goal and the plan, as text."""

from advisor.cli.report.layout import field, hung, table, title
from advisor.numbers import count, decimal, duration, estimated, parameters, share, size
from heuristics.goal import Goal
from heuristics.planning.recipe import Choice, Offer, Plan
from heuristics.words import rows


def goal_lines(goal: Goal) -> list[str]:
    """What the user wants, or what the data suggests."""
    least = (
        f"{decimal(goal.smallest_gain)} nats per token"
        if goal.metric == "loss"
        else share(goal.smallest_gain)
    )
    general = "general ability must be kept" if goal.keep_general else "general ability may be lost"
    leave = "the data may leave this machine" if goal.data_may_leave else "the data must stay on this machine"
    lines = title("Goal")
    lines += field("task", goal.task)
    lines += field("better means", f"{goal.metric.replace('_', ' ')}, at least {least}")
    lines += field("limits", f"{general}; {leave}")
    return lines + field(
        "budget",
        f"{decimal(goal.budget_hours)} h and {decimal(goal.budget_money)} USD for the full run, "
        f"{decimal(goal.pilot_minutes)} min for the pilot",
    )


def plan_lines(plan: Plan) -> list[str]:
    """Recipe with reasons, predicted memory, time, alternatives and offers."""
    lines = title(f"Plan: {plan.recipe.method} on {plan.recipe.model}")
    lines += _choices(plan.choices)
    memory = plan.memory
    lines += field("memory", f"{estimated(memory.total)} of {size(memory.available)}: {memory.fit}")
    lines += field("", ", ".join(f"{part.name} {size(part.bytes)}" for part in memory.parts))
    lines += field("pilot", estimated(plan.pilot_time))
    lines += _pilot(plan)
    lines += field(
        "full run", f"{estimated(plan.full_time)}, for {count(plan.full_rows)} rows on {plan.device}"
    )
    if plan.full_memory is not None and plan.full_memory.total != memory.total:
        fits = f"{estimated(plan.full_memory.total)}: {plan.full_memory.fit}"
        lines += field("its memory", fits)
    if plan.full_choices:
        lines += [*title("Full run, where it differs from the pilot"), *_choices(plan.full_choices)]
    return lines + _sizes(plan) + _alternatives(plan) + _offers(plan) + _money(plan)


def _choices(choices: tuple[Choice, ...]) -> list[str]:
    lines: list[str] = []
    for choice in choices:
        bounds = (
            ""
            if choice.low is None or choice.high is None
            else f" ({decimal(choice.low)} to {decimal(choice.high)})"
        )
        lines += field(choice.label, f"{choice.value}{bounds}, {choice.basis}")
        lines += hung("                ", f"{choice.reason} Source: {choice.source or 'none'}")
    return lines


def _sizes(plan: Plan) -> list[str]:
    if not plan.sizes:
        return []
    rows = [("model", "parameters", "full", "lora", "qlora")]
    rows += [
        (each.model, parameters(each.parameters), each.full, each.lora, each.qlora) for each in plan.sizes
    ]
    limits = [line for each in plan.sizes if each.limit for line in hung("  ", f"{each.model}: {each.limit}")]
    return [*title("What this machine can train"), *table(rows, frozenset((1,))), *limits]


def _alternatives(plan: Plan) -> list[str]:
    lines = title("Considered") if plan.alternatives or plan.sibling else []
    if plan.sibling is not None:
        lines += hung("  ", f"{plan.sibling.model} ({plan.sibling.fit}): {plan.sibling.reason}")
    for each in plan.alternatives:
        lines += hung("  ", f"{each.model} ({each.fit}): {each.reason}")
    return lines


def _offers(plan: Plan) -> list[str]:
    lines = title("Cloud offers for the full run") if plan.offers else []
    for each in plan.offers:
        kind = "spot" if each.spot else "on demand"
        lines += hung(
            "  ",
            f"{each.provider} {each.instance}, {each.gpus} x {each.gpu}, {kind}: {estimated(each.hours)}; "
            f"{estimated(each.cost)}; {_memory_of(each)}price of {each.date}",
        )
    return lines


def _memory_of(offer: Offer) -> str:
    if offer.memory is None:
        return ""
    divided = ", weights divided" if offer.sharded else ""
    need = f"{size(offer.memory.value)} of {size(offer.gpu_memory)}"
    return f"{need} on each GPU ({offer.memory.basis}{divided}); "


def _money(plan: Plan) -> list[str]:
    if plan.money is None:
        return []
    lines = title("Time, energy and money")
    for line in plan.money.lines:
        lines += hung("  ", line)
    for each in plan.shares:
        how = f"{each.gpus} GPUs, {each.engine}, {rows(each.micro_batch)} at once"
        lines += hung("  ", f"{how}: {estimated(each.memory)} each")
    return lines


def _pilot(plan: Plan) -> list[str]:
    """What the pilot's budget is expected to decide, and what it would take to decide all."""
    schedule = plan.pilot_schedule
    if schedule is None:
        return []
    lines = field("", f"{len(schedule.runs)} training runs; all phases whole: {duration(plan.pilot_needed)}")
    for each in schedule.possible:
        lines += field("", f"{each.question} {'yes' if each.answered else f'no: {each.why} is missing'}")
    return lines
