"""Lines of evidence: measured facts in words, each with its number, interval and basis."""

from heuristics.basis import Basis, Estimate, exactly
from heuristics.facts.forecast import Forecast
from heuristics.facts.model import ModelFacts
from heuristics.facts.pilot import Gain, PilotFacts
from heuristics.finding import Finding
from heuristics.goal import Goal
from heuristics.pilot.stand_in import size_step
from heuristics.pilot.votes import preference
from heuristics.planning.recipe import Offer, Plan
from heuristics.thresholds.limits import Limits
from heuristics.verdict.decision import Evidence

METRIC_NAMES = {
    "loss": "loss on held-out answers",
    "exact_match": "exactly right answers",
    "token_f1": "overlap of words with the right answers",
}
_GAIN_NAMES = {
    "loss": "Loss on held-out answers fell by",
    "task": "Of that, what depends on the row's own prompt:",
    "format": "Of that, form and frequency of answers:",
    "exact_match": "Exactly right answers rose by",
    "token_f1": "Words shared with the right answers (F1) rose by",
    "cleaning": "Training on cleaned instead of raw rows, the loss fell by",
}


def amount(value: float, unit: str) -> str:
    """A gain in its unit: points for shares, nats for losses."""
    return f"{value * 100:.1f} points" if unit == "share" else f"{value:.3f} {unit}"


def gain_words(gain: Gain) -> str:
    """A gain with its interval, such as "+12.5 points (95 % interval 8.0 to 17.0)"."""
    shown = gain.estimate
    low, high = amount(shown.low, shown.unit), amount(shown.high, shown.unit)
    return (
        f"{'+' if shown.value >= 0 else ''}{amount(shown.value, shown.unit)} "
        f"({gain.confidence:.0%} interval {low.split()[0]} to {high.split()[0]})"
    )


def duration_words(hours: Estimate) -> str:
    """How long a run takes, rounded for reading."""
    minutes = hours.value * 60
    if minutes < 1:
        return "under a minute"
    return f"about {minutes:,.0f} min" if minutes < 60 else f"about {hours.value:,.1f} h"


def of_finding(finding: Finding) -> Evidence:
    """A finding of the data gate, which speaks against training."""
    count = None if finding.count is None else exactly(float(finding.count), "rows", source=finding.rule)
    return Evidence(f"{finding.headline}. {finding.why}".strip(), count, False)


def of_pilot(pilot: PilotFacts, goal: Goal, limits: Limits) -> tuple[Evidence, ...]:
    """What the pilot measured, the goal's own metric first."""
    ordered = sorted(pilot.gains, key=lambda gain: gain.name != goal.metric)
    lines = [_of_gain(gain, goal) for gain in ordered]
    voted = of_votes(pilot)
    if voted is not None:
        lines.append(voted)
    forgotten = _forgetting(pilot, goal, limits)
    if forgotten is not None:
        lines.append(forgotten)
    if pilot.proof is not None:
        proof = pilot.proof
        speed = exactly(proof.tokens_per_second, "tokens/s", source=f"measured on {proof.device}")
        words = f"Training runs at {proof.tokens_per_second:,.0f} tokens/s here"
        lines.append(Evidence(words, speed, weighed=False))
    return tuple(lines)


def of_plan(plan: Plan | None, goal: Goal, measured: Estimate | None = None) -> tuple[Evidence, ...]:
    """What the plan predicts about the full run on this machine; `measured` hours replace its own."""
    if plan is None:
        return ()
    memory = plan.full_memory or plan.memory
    total, there = memory.total, memory.available
    hours = measured or plan.full_time.scaled(1 / 3600, "h")
    needs = f"The full run needs {total.value / 2**30:,.2f} GiB of {there / 2**30:,.1f} GiB: {memory.fit}"
    takes = f"The full run of {plan.full_rows:,} rows takes {duration_words(hours)}"
    return (
        Evidence(needs, total, memory.fit in ("fits", "tight")),
        Evidence(f"{takes}; your budget is {goal.budget_hours:g} h", hours, hours.value <= goal.budget_hours),
        *_of_money(plan, goal),
    )


def _of_money(plan: Plan, goal: Goal) -> tuple[Evidence, ...]:
    """Electricity here and the best offer, in the plan's own sentences."""
    if plan.money is None:
        return ()
    here, cloud, *_ = plan.money.lines
    if not plan.offers:
        return (Evidence(here, plan.money.cost), Evidence(cloud, None, False))
    offer = plan.offers[0]
    paid = goal.data_may_leave and offer.cost.value <= goal.budget_money
    return (Evidence(here, plan.money.cost), Evidence(cloud, offer.cost, paid))


def of_forecast(made: Forecast | str) -> Evidence:
    """What more rows are expected to bring; never beyond what the curve allows to say."""
    if isinstance(made, str):
        return Evidence(f"No forecast for more rows: {made}", None, False)
    far = made.ahead[-1]
    low, high = amount(far.gain.low, made.unit), amount(far.gain.high, made.unit)
    name = METRIC_NAMES[made.metric]
    rows = f"With {far.factor:g} times the rows ({far.samples:,}) the {name} would improve by"
    band = f"80 % band {low.split()[0]} to {high.split()[0]}, {made.form}"
    shown = f"{rows} {amount(far.gain.value, made.unit)} ({band})"
    if not made.measurable:
        shown += ": no measurable slope"
    if made.instead_of:
        shown += f". It is about the loss, as there is no curve of the goal's metric: {made.instead_of}"
    return Evidence(shown, far.gain, made.measurable)


def of_stand_in(
    pilot: PilotFacts, model: ModelFacts | None, plan: Plan | None, limits: Limits
) -> tuple[Evidence, ...]:
    """The step from the model that the pilot trained to the one that is meant; nothing where they are one."""
    if model is None or plan is None or plan.stand_in is None or pilot.model != plan.stand_in.model:
        return ()
    smaller, larger = plan.stand_in.parameters, model.shape.parameters
    step = size_step(smaller, larger, plan.recipe, limits.sibling)
    said = f"The pilot trained {pilot.model} in place of {model.id}"
    if step is None:
        return (
            Evidence(f"{said}, which is not larger: how far its gain carries over is not known", None, False),
        )
    words = (
        f"{said}, {larger / smaller:.2g} times the size: of the loss that training can still remove, the "
        f"larger one is expected to keep {step.low:.0%} to {step.high:.0%}. It is better before and after: "
        "its gain may be smaller or larger than the measured one"
    )
    return (Evidence(words, step, False),)


def of_votes(pilot: PilotFacts) -> Evidence | None:
    """The user's blind choices between both models' answers, None when there are none."""
    found = preference(pilot.votes)
    if found is None:
        return None
    chosen = found.tuned + found.base
    source = f"{chosen} blind choices, {found.ties} ties; sign test p = {found.p_value:.2g}"
    share = Estimate(found.share, found.low, found.high, "share", Basis.MEASURED, source)
    words = f"In {chosen} blind choices the tuned model's answer was preferred {found.tuned} times"
    told = "beyond chance" if found.certain else "which may be chance"
    return Evidence(f"{words}, {told} (p = {found.p_value:.2g})", share, found.certain and found.share > 0.5)


def of_shift(shift: float, towards: str = "") -> Evidence:
    """A shift of preference between words that should count the same."""
    change = exactly(
        shift, "nats", Basis.MEASURED, "counterfactual pairs, tuned against base, all measured runs"
    )
    return Evidence(
        f"Tuning shifted the preference on counterfactual pairs by {shift:+.2f} nats{towards}", change, False
    )


def of_offer(offer: Offer) -> Evidence:
    """What renting would cost."""
    words = (
        f"{offer.provider} {offer.instance} ({offer.gpus} × {offer.gpu}) at {offer.usd_per_hour:.2f} USD/h"
    )
    return Evidence(f"{words}, price of {offer.date}", offer.cost)


def _of_gain(gain: Gain, goal: Goal) -> Evidence:
    name = _GAIN_NAMES[gain.name]
    # "Fell by" says the direction already.
    much = gain_words(gain).lstrip("+") if name.endswith("by") else gain_words(gain)
    words = f"{name} {much} against {gain.baseline}, {gain.items:,} test rows"
    least = goal.smallest_gain if gain.name == goal.metric else 0.0
    return Evidence(words, gain.estimate, gain.estimate.low > least)


def _forgetting(pilot: PilotFacts, goal: Goal, limits: Limits) -> Evidence | None:
    """What tuning did to the loss on general text; it speaks against a decision only where the goal asks to
    keep general ability."""
    base, tuned = pilot.score("base", "general"), pilot.score("tuned", "general")
    if base is None or tuned is None or base.loss <= 0:
        return None
    rise = tuned.loss / base.loss - 1
    if pilot.forgetting is not None:
        estimate = pilot.forgetting.rise
        between = f" (95% interval {estimate.low:.1%} to {estimate.high:.1%})"
    else:
        source = f"loss on {base.items} general texts, tuned against base"
        estimate, between = exactly(rise, "share", Basis.MEASURED, source), ""
    words = f"Loss on general text {'rose' if rise > 0 else 'fell'} by {abs(rise):.1%}{between}"
    if goal.keep_general:
        return Evidence(words, estimate, rise < limits.pilot.forgetting_risk)
    lost = "the model got worse at other things, which your goal allows" if rise > 0 else "nothing is lost"
    return Evidence(f"{words}: {lost}", estimate, weighed=False)
