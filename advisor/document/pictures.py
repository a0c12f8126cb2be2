"""The pictures of a case: what is drawn, with the numbers that the text also gives."""

from advisor import catalog, numbers
from advisor.case import Case
from advisor.document import readings
from advisor.document.blocks import Bars, Plot, Series, Stack
from heuristics.facts.forecast import Forecast
from heuristics.planning.recipe import Plan


def ladder_plot(case: Case) -> Plot | None:
    """The learning curve with its band."""
    made = curve_of(case)
    if made is None:
        return None
    share = made.unit == "share"
    points = tuple((float(each.samples), 1 - each.value if share else each.value) for each in made.points)
    fitted = tuple((float(size), value) for size, value, *_ in made.curve)
    name = made.metric.replace("_", " ")
    return Plot(
        f"Learning curve: {name} over training rows, with the 80 % band of the forecast",
        "training rows",
        f"{name}, {made.unit}",
        (Series(made.form, fitted), Series("measured", points, dotted=True)),
        readings.ladder(made),
        tuple((float(size), low, high) for size, _, low, high in made.curve),
        logarithmic=True,
        ticks=tuple(sorted({*(x for x, _ in points), *(float(each.samples) for each in made.ahead)})),
    )


def curve_of(case: Case) -> Forecast | None:
    """The forecast of the case's pilot, None when there is none."""
    if case.pilot is None or not case.pilot.rungs:
        return None
    from heuristics.forecast import forecast

    made = forecast(case.pilot, case.goal.metric, catalog.limits().forecast)
    return made if isinstance(made, Forecast) else None


def loss_plot(case: Case) -> Plot | None:
    """Training and held-out loss of the longest run."""
    runs = [each for each in case.pilot.runs if each.train_loss] if case.pilot else []
    if not runs:
        return None
    run = max(runs, key=lambda each: (each.phase == "ladder", each.samples, each.steps))
    train = tuple((float(step), loss) for step, loss in run.train_loss)
    heldout = tuple((float(step), loss) for step, loss in run.heldout_loss)
    series = [Series("training loss", train)] + ([Series("held-out loss", heldout)] if heldout else [])
    return Plot(f"Loss of run {run.id}", "step", "loss, nats", tuple(series), readings.losses(run))


def rate_plot(case: Case) -> Plot | None:
    """Held-out loss of the learning rates that were tried."""
    rate = case.pilot.rate if case.pilot else None
    if rate is None:
        return None
    tried = tuple(
        (each.learning_rate, each.heldout_loss) for each in rate.points if each.heldout_loss is not None
    )
    if len(tried) < 2:
        return None
    return Plot(
        "Learning rates tried",
        "learning rate",
        "held-out loss, nats",
        (Series("tried", tried, dotted=True),),
        readings.rates(rate),
        logarithmic=True,
        ticks=tuple(x for x, _ in tried),
    )


def memory_stack(case: Case) -> Stack | None:
    """Parts of the predicted peak, against what the device gives."""
    if case.plan is None:
        return None
    memory = case.plan.memory
    parts = tuple((each.name, float(each.bytes), numbers.size(each.bytes)) for each in memory.parts)
    words = f"{numbers.estimated(memory.total)}, of {numbers.size(memory.available)}: {memory.fit}."
    return Stack("Memory of one training step", parts, float(memory.available), words)


def length_bars(case: Case) -> Bars | None:
    """How long the rows are, without the empty lengths at both ends."""
    tokens = case.data.tokens if case.data else None
    held = [place for place, (_, count) in enumerate(tokens.histogram) if count] if tokens else []
    if tokens is None or not held:
        return None
    shown = tokens.histogram[held[0] : held[-1] + 1]
    return Bars(
        "Rows by length in tokens",
        tuple((f"to {edge:,}", float(count), f"{count:,}") for edge, count in shown),
        readings.lengths(tokens, case.plan.recipe.sequence_length if case.plan else None),
    )


def cost_bars(plan: Plan) -> Bars | None:
    """What each fitting offer costs, beside the electricity here."""
    if not plan.offers:
        return None
    here = (("this machine", plan.money.cost),) if plan.money is not None else ()
    rented = tuple(
        (f"{each.provider} {each.gpus}×{each.gpu}{' spot' if each.spot else ''}", each.cost)
        for each in plan.offers
    )
    bars = tuple((name, cost.value, numbers.quantity(cost.value, "USD")) for name, cost in (*here, *rented))
    title = "Cost of the full run: electricity here, rent in the cloud"
    return Bars(title, bars, readings.costs(plan))
