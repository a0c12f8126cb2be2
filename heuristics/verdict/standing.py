"""Where a case stands: the few numbers that the decision table looks at."""

import math
from dataclasses import dataclass
from functools import cached_property

from heuristics.assess import assess
from heuristics.basis import Basis, Estimate
from heuristics.facts.forecast import Forecast
from heuristics.facts.pilot import Gain, PilotFacts, Proof, Score
from heuristics.finding import Finding, Level
from heuristics.goal import Goal
from heuristics.known import Known
from heuristics.planning.recipe import Offer, Plan, StandIn
from heuristics.rules.pilot import forgotten, smallest_measured
from heuristics.statistics import share_difference
from heuristics.thresholds.limits import Limits


@dataclass(frozen=True)
class Standing:
    """Everything that a branch may look at."""

    known: Known
    limits: Limits

    @property
    def goal(self) -> Goal:
        """What the user wants."""
        return self.known.goal

    @property
    def plan(self) -> Plan | None:
        """The plan, None while there is none."""
        return self.known.plan

    @property
    def pilot(self) -> PilotFacts | None:
        """What was measured, None before the first pilot."""
        return self.known.pilot

    @cached_property
    def blocks(self) -> tuple[Finding, ...]:
        """Findings about the data, and about what the plan cuts off it, that forbid training."""
        known = self.known
        found = assess(None, known.data, known.model, known.goal, known.plan, None, self.limits)
        return tuple(
            each
            for each in found
            if each.level is Level.BLOCK and (each.rule.startswith("data.") or each.rule == "plan.truncation")
        )

    @property
    def stand_in(self) -> StandIn | None:
        """The smaller model that the pilot trained in place of the one that is meant, if it did."""
        plan, pilot = self.plan, self.pilot
        if plan is None or plan.stand_in is None or pilot is None or pilot.model != plan.stand_in.model:
            return None
        return plan.stand_in

    @property
    def gain(self) -> Gain | None:
        """The gain on the goal's own metric over the best baseline; None also when it is not a number."""
        return self._finite(self.goal.metric)

    @property
    def task_gain(self) -> Gain | None:
        """The gain that depends on the row's own prompt; None where prompts were not swapped."""
        return self._finite("task")

    def _finite(self, name: str) -> Gain | None:
        gain = smallest_measured(self.pilot, name) if self.pilot else None
        if gain is None or not math.isfinite(gain.estimate.value) or math.isnan(gain.estimate.low):
            return None
        return gain

    @property
    def form_may_be_all(self) -> bool:
        """True when the goal asks for more than form and nothing was measured beyond it."""
        return self.task_gain is None and self.goal.task != "continue" and not self.goal.format_counts

    @property
    def improved(self) -> bool:
        """True when even the lower bound of the gain matters, and it is not form alone."""
        gain, task = self.gain, self.task_gain
        if gain is None or gain.estimate.low <= self.goal.smallest_gain or self.form_may_be_all:
            return False
        return task is None or task.estimate.low > 0 or self.goal.format_counts

    @property
    def forgot(self) -> float | None:
        """Relative rise of the loss on general text, when the goal keeps general ability and it rose too
        much."""
        rise = forgotten(self.pilot) if self.pilot else None
        if rise is None or not self.goal.keep_general or rise <= self.limits.pilot.forgetting_fail:
            return None
        return rise

    @cached_property
    def forecast(self) -> Forecast | str:
        """The learning curve ahead, or why there is none."""
        if self.pilot is None:
            return "no pilot has run yet"
        # NumPy costs a tenth of a second, which only a pilot with a ladder must pay.
        if not self.pilot.rungs:
            return "the pilot ran no ladder of training sizes"
        from heuristics.forecast import forecast

        return forecast(self.pilot, self.goal.metric, self.limits.forecast)

    @cached_property
    def loss_forecast(self) -> Forecast | str:
        """The curve of the held-out loss, which tells a slope from fewer rows than the share of right answers
        does."""
        if self.goal.metric == "loss" or self.pilot is None or not self.pilot.rungs:
            return self.forecast
        from heuristics.forecast import forecast

        return forecast(self.pilot, "loss", self.limits.forecast)

    @property
    def still_falling(self) -> bool:
        """True when the curve of the goal's metric, or that of the loss, has a measurable slope, or the last
        step of the ladder lowered the loss by more than the seeds' noise explains."""
        curves = [each for each in (self.forecast, self.loss_forecast) if not isinstance(each, str)]
        if any(each.measurable for each in curves):
            return True
        loss = next((each for each in curves if each.metric == "loss"), None)
        if loss is None:
            return False
        from heuristics.forecast import last_fall

        fall, error = last_fall(loss.points)
        return fall > self.limits.forecast.fall_errors * error

    @property
    def out_of_reach(self) -> str:
        """How sure it is that four times the rows would not bring the gain that matters: "firm" when even the
        hopeful edge of the band does not, "likely" when its middle does not and no curve has a measurable
        slope; empty when they may, or when there is no curve of the goal's own metric."""
        gain, made = self.gain, self.forecast
        if gain is None or isinstance(made, str) or made.metric != self.goal.metric or not made.ahead:
            return ""
        missing = self.goal.smallest_gain - gain.estimate.value
        far = made.ahead[-1].gain
        if far.high < missing:
            return "firm"
        return "likely" if not self.still_falling and far.value < missing else ""

    @cached_property
    def more_rows(self) -> tuple[int, int | None] | None:
        """Rows that bring the gain that matters, by the curve on the goal's own metric; None when
        not known."""
        gain, made = self.gain, self.forecast
        if gain is None or isinstance(made, str) or made.metric != self.goal.metric:
            return None
        from heuristics.forecast import more_rows

        return more_rows(made, self.goal.smallest_gain - gain.estimate.low, self.limits.forecast)

    @property
    def shifted(self) -> float | None:
        """Mean change of preference on counterfactual pairs, nats, when enough runs agree on its
        direction."""
        shifts = [each.shift for each in self.pilot.shifts] if self.pilot else []
        seeds = {each.seed for each in self.pilot.shifts} if self.pilot else set()
        if len(seeds) < self.limits.pilot.shift_seeds or not (
            all(each > 0 for each in shifts) or all(each < 0 for each in shifts)
        ):
            return None
        mean = sum(shifts) / len(shifts)
        return mean if abs(mean) >= self.limits.pilot.shift_risk else None

    @property
    def smallest_in_nats(self) -> float:
        """The smallest gain that matters on the scale of losses."""
        return self.goal.smallest_gain if self.goal.metric == "loss" else self.limits.goal.gain_loss

    @property
    def prompting_gain(self) -> Estimate | None:
        """How much better the base model is with solved examples in its prompt, on the goal's metric; a loss
        has no interval of its own here."""
        base = self.pilot.score("base", "test") if self.pilot else None
        shown = self.pilot.score("base few-shot", "test") if self.pilot else None
        if base is None or shown is None:
            return None
        before, after = base.of(self.goal.metric), shown.of(self.goal.metric)
        if before is None or after is None:
            return None
        if self.goal.metric == "loss":
            fall = before - after
            return Estimate(fall, fall, fall, "nats", Basis.MEASURED, f"{base.items:,} test rows")
        low, high = share_difference(_counted(before, base), _counted(after, shown))
        source = f"{base.generated:,} answered test rows, Newcombe's interval"
        return Estimate(after - before, low, high, "share", Basis.MEASURED, source)

    @property
    def proof(self) -> Proof | None:
        """The measured step, when it is of the plan's model and method."""
        if self.pilot is None or self.plan is None:
            return None
        recipe = self.plan.recipe
        same = self.pilot.model in ("", recipe.model) and self.pilot.method in ("", recipe.method)
        return self.pilot.proof if same else None

    @cached_property
    def hours(self) -> Estimate | None:
        """The full run on this machine, as the plan has it: at the pilot's speed where it measured one."""
        return None if self.plan is None else self.plan.full_time.scaled(1 / 3600, "h")

    @property
    def fits(self) -> bool | None:
        """True when the full run fits this machine's memory, by measurement or formula; None when that is not
        known."""
        if self.plan is None:
            return None
        memory = self.plan.full_memory
        if memory is None and self.proof is not None:
            return True
        memory = memory or self.plan.memory
        return None if memory.fit == "unknown" else memory.fit in ("fits", "tight")

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


def _counted(share: float, score: Score) -> tuple[int, int]:
    """A share as right answers out of those that were generated."""
    return round(share * score.generated), score.generated
