"""The decision table: the first branch whose conditions hold speaks."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from heuristics import evidence
from heuristics.assess import assess
from heuristics.basis import Estimate
from heuristics.decision import Decision, Evidence, Verdict
from heuristics.facts.data import DataFacts
from heuristics.facts.machine import MachineFacts
from heuristics.facts.model import ModelFacts
from heuristics.facts.pilot import Gain, PilotFacts
from heuristics.finding import Finding, Level
from heuristics.goal import Goal
from heuristics.limits import Limits
from heuristics.recipe import Offer, Plan


@dataclass(frozen=True)
class Ground:
    """Everything that a branch may look at."""

    machine: MachineFacts | None
    data: DataFacts | None
    model: ModelFacts | None
    goal: Goal
    plan: Plan | None
    pilot: PilotFacts | None
    limits: Limits

    @cached_property
    def blocks(self) -> tuple[Finding, ...]:
        """Findings about the data that forbid training."""
        found = assess(None, self.data, self.model, self.goal, None, None, self.limits)
        return tuple(each for each in found if each.level is Level.BLOCK and each.rule.startswith("data."))

    @property
    def gain(self) -> Gain | None:
        """The gain on the goal's own metric."""
        return self.pilot.gain(self.goal.metric) if self.pilot else None

    @property
    def task_gain(self) -> Gain | None:
        """The gain that depends on the row's own prompt; None where prompts cannot be swapped."""
        return self.pilot.gain("task") if self.pilot else None

    @property
    def improved(self) -> bool:
        """True when even the lower bound of the gain matters, and it is not form alone."""
        gain, task = self.gain, self.task_gain
        if gain is None or gain.estimate.low <= self.goal.smallest_gain:
            return False
        return task is None or task.estimate.low > 0 or self.goal.format_counts

    @cached_property
    def hours(self) -> Estimate | None:
        """The full run on this machine."""
        return self.plan.full_time.scaled(1 / 3600, "h") if self.plan else None

    @property
    def fits(self) -> bool:
        """True when the full run fits this machine's memory."""
        return self.plan is not None and self.plan.memory.fit in ("fits", "tight")

    @property
    def in_time(self) -> bool:
        """True when the full run is expected within the budget of hours."""
        return self.hours is not None and self.hours.value <= self.goal.budget_hours

    @property
    def offer(self) -> Offer | None:
        """The cheapest cloud offer within the budgets."""
        offers = self.plan.offers if self.plan else ()
        good = [
            each
            for each in offers
            if each.cost.value <= self.goal.budget_money and each.hours.value <= self.goal.budget_hours
        ]
        return min(good, key=lambda each: each.cost.value, default=None)


def decide(
    machine: MachineFacts | None,
    data: DataFacts | None,
    model: ModelFacts | None,
    goal: Goal,
    plan: Plan | None,
    pilot: PilotFacts | None,
    limits: Limits,
) -> Verdict:
    """What the evidence allows to say; never more."""
    ground = Ground(machine, data, model, goal, plan, pilot, limits)
    return next(verdict for branch in BRANCHES if (verdict := branch(ground)) is not None)


def _fix_data(ground: Ground) -> Verdict | None:
    if not ground.blocks:
        return None
    first = ground.blocks[0]
    return Verdict(
        Decision.FIX_DATA,
        f"Fix the data first: {first.headline}.",
        tuple(evidence.of_finding(each) for each in ground.blocks),
        "firm",
        ("A file without these faults.",),
        tuple(each.do for each in ground.blocks if each.do),
    )


def _not_measured(ground: Ground) -> Verdict | None:
    if ground.gain is not None:
        return None
    pilot = ground.pilot
    if pilot is None:
        reason = "no pilot has run yet"
    elif pilot.ended:
        reason = f"the pilot ended early ({pilot.ended})"
    elif pilot.complete:
        reason = f"the pilot did not measure the goal's metric, {evidence.METRIC_NAMES[ground.goal.metric]}"
    else:
        reason = "the pilot is not finished"
    return Verdict(
        Decision.UNKNOWN,
        f"Not yet known: {reason}.",
        evidence.of_plan(ground.plan, ground.goal),
        "none",
        ("A complete pilot on this data.",),
        ("Run the pilot.",),
    )


def _no_improvement(ground: Ground) -> Verdict | None:
    gain = ground.gain
    if gain is None or gain.estimate.low > 0:
        return None
    worse = gain.estimate.high < 0
    words = "made the answers worse" if worse else "brought no measurable improvement"
    return Verdict(
        Decision.NO_IMPROVEMENT,
        f"The pilot {words}: {evidence.gain_words(gain)}.",
        _pilot_evidence(ground),
        "firm" if gain.estimate.high < ground.goal.smallest_gain else "weak",
        (f"A gain above {evidence.amount(ground.goal.smallest_gain, gain.estimate.unit)} on the test rows.",),
        (
            "Look at wrong answers and at the data findings before adding rows.",
            "Try the best prompt with a few examples, or a larger base model.",
        ),
    )


def _form_only(ground: Ground) -> Verdict | None:
    task = ground.task_gain
    if task is None or task.estimate.low > 0 or ground.goal.format_counts:
        return None
    return Verdict(
        Decision.NO_IMPROVEMENT,
        "The tuned model learned the form of the answers, not the task: "
        f"its gain from the row's own prompt is {evidence.gain_words(task)}.",
        _pilot_evidence(ground),
        "likely" if task.estimate.high < ground.goal.smallest_gain else "weak",
        ("A task gain whose interval excludes zero.", "A goal for which the form of the answers is enough."),
        ("Check that answers really follow from their prompts.", "Try more rows or a larger base model."),
    )


def _too_small_to_tell(ground: Ground) -> Verdict | None:
    gain = ground.gain
    if gain is None or ground.improved:
        return None
    smallest = evidence.amount(ground.goal.smallest_gain, gain.estimate.unit)
    if gain.estimate.high <= ground.goal.smallest_gain:
        return Verdict(
            Decision.COLLECT_DATA,
            f"Better, but by less than matters ({smallest}): {evidence.gain_words(gain)}.",
            _pilot_evidence(ground),
            "likely",
            ("A pilot with more training rows that gains more.", "A smaller gain that matters to you."),
            ("Collect more rows of the kinds that are answered wrongly, and run the pilot again.",),
        )
    return Verdict(
        Decision.UNKNOWN,
        f"Better, but it is not certain that the gain matters ({smallest}): {evidence.gain_words(gain)}.",
        _pilot_evidence(ground),
        "weak",
        ("More test rows, which narrow the interval.", "More training rows, which raise the gain."),
        ("Give the pilot more test rows (--eval FILE) or more time.",),
    )


def _scale_up(ground: Ground) -> Verdict | None:
    if not (ground.fits and ground.in_time):
        return None
    return Verdict(
        Decision.SCALE_UP,
        f"Scale up here: {_gain_words(ground)}, and the full run fits this machine{_hours_words(ground)}.",
        _pilot_evidence(ground),
        _confidence(ground),
        ("A loss of general ability that you cannot accept.", "Less free memory or time than now."),
        ("Export the recipe and train on all rows here.",),
    )


def _cloud(ground: Ground) -> Verdict | None:
    offer = ground.offer
    if not ground.goal.data_may_leave or offer is None:
        return None
    return Verdict(
        Decision.CLOUD,
        f"Move to the cloud: {_gain_words(ground)}, but {_obstacle(ground)}; "
        f"{offer.provider} {offer.instance} would do it for about {offer.cost.value:,.0f} USD.",
        (*_pilot_evidence(ground), evidence.of_offer(offer)),
        _confidence(ground),
        ("A larger budget of hours, or a smaller model that fits here.",),
        ("Export the recipe and start it on that offer.",),
    )


def _stuck(ground: Ground) -> Verdict | None:
    if not ground.goal.data_may_leave:
        why = "the data may not leave this machine"
    else:
        why = "no known cloud offer fits the budget"
    return Verdict(
        Decision.CHANGE_MODEL,
        f"Change the model: {_gain_words(ground)}, but {_obstacle(ground)}, and {why}.",
        _pilot_evidence(ground),
        _confidence(ground),
        ("Permission to use a cloud machine.", "A larger budget of hours or money."),
        ("Choose a smaller model or QLoRA on the Plan step.",),
    )


BRANCHES: tuple[Callable[[Ground], Verdict | None], ...] = (
    _fix_data,
    _not_measured,
    _no_improvement,
    _form_only,
    _too_small_to_tell,
    _scale_up,
    _cloud,
    _stuck,
)
"""In order; the last one always answers."""


def _gain_words(ground: Ground) -> str:
    return evidence.gain_words(ground.gain) if ground.gain else "the pilot improved"


def _obstacle(ground: Ground) -> str:
    if not ground.fits:
        return "the full run does not fit this machine's memory"
    return f"the full run takes longer than your {ground.goal.budget_hours:g} h{_hours_words(ground)}"


def _hours_words(ground: Ground) -> str:
    return "" if ground.hours is None else f" ({evidence.duration_words(ground.hours)})"


def _confidence(ground: Ground) -> str:
    gain = ground.gain
    firm = ground.limits.pilot.firm_factor * ground.goal.smallest_gain
    if gain is None:
        return "none"
    complete = ground.pilot is not None and ground.pilot.complete
    if not complete:
        return "weak"
    return "firm" if gain.estimate.low >= firm else "likely"


def _pilot_evidence(ground: Ground) -> tuple[Evidence, ...]:
    measured = evidence.of_pilot(ground.pilot, ground.goal, ground.limits) if ground.pilot else ()
    return (*measured, *evidence.of_plan(ground.plan, ground.goal))
