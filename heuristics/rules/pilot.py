"""Rules about the pilot: what happened, what was gained, what was lost."""

from collections.abc import Callable

from heuristics.facts.pilot import Gain, PilotFacts, Run
from heuristics.finding import Finding, Level
from heuristics.goal import Metric
from heuristics.known import Known
from heuristics.thresholds.limits import Limits
from heuristics.words import alarm_name, gib, percent


def ended_early(pilot: PilotFacts, known: Known, limits: Limits) -> Finding | None:
    """A pilot that did not reach its end."""
    if pilot.complete:
        return None
    if not pilot.ended:
        return Finding(
            "pilot.unfinished",
            Level.UNKNOWN,
            "The pilot has not finished",
            "What it measured so far is shown.",
            "Wait for it, or run it again.",
        )
    return Finding(
        "pilot.unfinished",
        Level.RISK,
        f"The pilot ended early: {pilot.ended}",
        "What was measured before stays valid, but no verdict rests on it.",
        "Run the pilot again: it goes on where it was.",
    )


def alarms(pilot: PilotFacts, known: Known, limits: Limits) -> Finding | None:
    """The first serious alarm of any run."""
    if not pilot.alarms:
        return None
    serious = [each for each in pilot.alarms if each.kind in ("nan", "divergence")]
    first = (serious or list(pilot.alarms))[0]
    name = alarm_name(first.kind)
    more = f", and {len(pilot.alarms) - 1} more" if len(pilot.alarms) > 1 else ""
    return Finding(
        "pilot.alarms",
        Level.BLOCK if serious and not _measured(pilot) else Level.RISK,
        f"{name[0].upper()}{name[1:]} in run {first.run} at step {first.step}{more}",
        first.text,
        first.do,
        rows=first.rows,
    )


def gain(pilot: PilotFacts, known: Known, limits: Limits) -> Finding | None:
    """The gain on the goal's metric against the smallest that matters."""
    measured = smallest_measured(pilot, known.goal.metric)
    if measured is None:
        if not pilot.complete:
            return None
        why, do = _why_unmeasured(pilot, known.goal.metric)
        headline = f"The pilot did not measure {_METRICS[known.goal.metric]}"
        return Finding(
            "pilot.gain", Level.UNKNOWN, headline, f"The goal's own metric decides. {why}".strip(), do
        )
    estimate, least = measured.estimate, known.goal.smallest_gain
    text = f"{_METRICS[known.goal.metric]}: {gain_text(measured)}"
    detail = f"Over {measured.baseline}, {measured.items:,} test rows; {least:g} is the least that matters."
    if estimate.low > least:
        headline, level, do = f"Better, {text}", Level.OK, "Read the verdict."
    elif estimate.low > 0:
        headline, level = f"Better, but perhaps not by enough, {text}", Level.RISK
        do = "More test rows narrow the interval; more training rows raise the gain."
    else:
        headline, level = f"No measurable improvement, {text}", Level.RISK
        do = "Look at the samples and the data before training more."
    return Finding("pilot.gain", level, headline, detail, do, measured.method, count=measured.items)


def form_only(pilot: PilotFacts, known: Known, limits: Limits) -> Finding | None:
    """A gain that does not depend on the row's own prompt."""
    task = smallest_measured(pilot, "task")
    if task is None or task.estimate.low > 0:
        return None
    return Finding(
        "pilot.form_only",
        Level.OK if known.goal.format_counts else Level.RISK,
        "The tuned model learned the form of the answers, not what they depend on",
        f"With another row's prompt it does as well: {gain_text(task)}.",
        "Check that the answers follow from the prompts; add rows, or take a larger model.",
        task.method,
    )


def forgetting(pilot: PilotFacts, known: Known, limits: Limits) -> Finding | None:
    """General ability lost."""
    rise = forgotten(pilot)
    if rise is None or rise <= limits.pilot.forgetting_risk or not known.goal.keep_general:
        return None
    failed = rise > limits.pilot.forgetting_fail
    spread = pilot.forgetting.rise if pilot.forgetting is not None else None
    between = f" ({percent(spread.low)} to {percent(spread.high)})" if spread is not None else ""
    certain = spread is None or spread.low > 0
    return Finding(
        "pilot.forgetting",
        Level.BLOCK if failed else Level.RISK,
        f"Loss on general text rose by {percent(rise)}{between}",
        "The tuned model forgets what it could before."
        if certain
        else "The interval includes no change: more general text would tell.",
        "Mix in 1 to 5 % general text, lower the learning rate, or train fewer passes.",
        "warn at 3 %, fail at 10 %: judgement; replay of 1 %: 2502.06042",
        share=rise,
    )


def overfitting(pilot: PilotFacts, known: Known, limits: Limits) -> Finding | None:
    """Held-out loss that rose again before the end."""
    worst = max((_rise(run) for run in pilot.runs if not run.diverged), default=0.0)
    if worst <= limits.pilot.overfit_rise:
        return None
    return Finding(
        "pilot.overfitting",
        Level.RISK,
        f"Held-out loss ended {percent(worst)} above its best",
        "The last passes were learnt by heart.",
        "Train fewer passes, or collect more varied rows; the best point is kept.",
        share=worst,
    )


def memory_as_predicted(pilot: PilotFacts, known: Known, limits: Limits) -> Finding | None:
    """Measured peak memory beside the predicted one."""
    proof, plan = pilot.proof, known.plan
    if proof is None or plan is None or plan.memory.total.value <= 0:
        return None
    off = proof.peak_bytes / plan.memory.total.value - 1
    if abs(off) <= limits.pilot.memory_off:
        return None
    return Finding(
        "pilot.memory",
        Level.RISK if off > 0 else Level.OK,
        f"Peak memory {gib(proof.peak_bytes)} measured, {gib(plan.memory.total.value)} predicted",
        f"{percent(abs(off))} {'more' if off > 0 else 'less'} than the formula.",
        "Trust the measured figure on this device.",
    )


def retried(pilot: PilotFacts, known: Known, limits: Limits) -> Finding | None:
    """The planned micro-batch did not fit."""
    proof = pilot.proof
    if proof is None or proof.retries == 0:
        return None
    return Finding(
        "pilot.retries",
        Level.RISK,
        f"Memory ran out; micro-batch {proof.micro_batch} fits, with {proof.accumulation} accumulated",
        "The effective batch is unchanged; training is a little slower.",
        "Export uses the settings that worked.",
        count=proof.retries,
    )


def smallest_measured(pilot: PilotFacts, name: str) -> Gain | None:
    """The gain of one name over its best baseline: the one with the lowest lower bound."""
    named = [each for each in pilot.gains if each.name == name]
    return min(named, key=lambda each: each.estimate.low, default=None)


def gain_text(measured: Gain) -> str:
    """A gain with its interval in the unit that people read."""
    estimate = measured.estimate
    if estimate.unit == "share":
        low, high = estimate.low * 100, estimate.high * 100
        return f"{estimate.value * 100:+.1f} points ({low:+.1f} to {high:+.1f})"
    return f"{estimate.value:+.3f} {estimate.unit} ({estimate.low:+.3f} to {estimate.high:+.3f})"


def forgotten(pilot: PilotFacts) -> float | None:
    """Relative rise of the loss on general text from base to tuned, None when not measured."""
    base, tuned = pilot.score("base", "general"), pilot.score("tuned", "general")
    if base is None or tuned is None or base.loss <= 0:
        return None
    return tuned.loss / base.loss - 1


def _measured(pilot: PilotFacts) -> bool:
    return pilot.complete and bool(pilot.gains)


def _why_unmeasured(pilot: PilotFacts, metric: Metric) -> tuple[str, str]:
    """Why a complete pilot lacks the gain in a metric, as far as it tells, and what to do."""
    if any(each.diverged for each in pilot.runs) and pilot.score("tuned", "test") is None:
        return "No tuned model was left to test.", "Answer the alarm first, then run the pilot again."
    if metric != "loss" and pilot.schedule is not None and pilot.schedule.generated == 0:
        return "Its time left no room to generate answers.", "Give the pilot more time."
    return "", "Run the pilot again with this goal."


def _rise(run: Run) -> float:
    losses = [loss for _, loss in run.heldout_loss]
    if len(losses) < 2 or min(losses) <= 0:
        return 0.0
    return losses[-1] / min(losses) - 1


_METRICS: dict[Metric, str] = {
    "loss": "loss on held-out answers",
    "exact_match": "share of exactly right answers",
    "token_f1": "words in common with the right answers",
}

PILOT_RULES: tuple[Callable[[PilotFacts, Known, Limits], Finding | None], ...] = (
    ended_early,
    alarms,
    gain,
    form_only,
    forgetting,
    overfitting,
    retried,
    memory_as_predicted,
)
