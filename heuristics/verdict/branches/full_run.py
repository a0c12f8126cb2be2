"""Branches on the full run: where it fits, in memory, time and money."""

from heuristics.verdict import evidence
from heuristics.verdict.branches.words import gain_words, hours_words, own_pilot, pilot_evidence
from heuristics.verdict.decision import Decision, Verdict
from heuristics.verdict.standing import Standing
from heuristics.words import dollars


def no_plan(case: Standing) -> Verdict | None:
    """A proved gain, and nothing known about where to train."""
    if case.plan is not None and case.fits is not None:
        return None
    missing = "a plan" if case.plan is None else "the free memory of the device"
    return Verdict(
        Decision.UNKNOWN,
        f"{gain_words(case)}, but where to train is not yet known: {missing} is missing.",
        pilot_evidence(case),
        "none",
        ("The facts of this machine.",),
        ("Probe the machine.",),
    )


def scale_up(case: Standing) -> Verdict | None:
    """A proved gain, and this machine can do the full run in time."""
    if not (case.fits and case.in_time):
        return None
    return Verdict(
        Decision.SCALE_UP,
        f"Scale up here: {gain_words(case)}, and the full run fits this machine{hours_words(case)}.",
        pilot_evidence(case),
        _confidence(case),
        (
            *own_pilot(case),
            "A loss of general ability that you cannot accept.",
            "Less free memory or time than now.",
        ),
        ("Export the recipe and train on all rows here.",),
    )


def cloud(case: Standing) -> Verdict | None:
    """A proved gain that needs a rented machine, and one that may be rented."""
    offer = case.offer
    if not case.goal.data_may_leave or offer is None:
        return None
    return Verdict(
        Decision.CLOUD,
        f"Move to the cloud: {gain_words(case)}, but {_obstacle(case)}; "
        f"{offer.provider} {offer.instance} would do it for about {dollars(offer.cost.value)}.",
        (*pilot_evidence(case), evidence.of_offer(offer)),
        _confidence(case),
        (*own_pilot(case), "A larger budget of hours, or a smaller model that fits here."),
        ("Export the recipe and start it on that offer.",),
    )


def stuck(case: Standing) -> Verdict | None:
    """A proved gain, and no machine for the full run of this model."""
    if not case.goal.data_may_leave:
        why = "the data may not leave this machine"
    else:
        why = "no known cloud offer fits the budget"
    return Verdict(
        Decision.CHANGE_MODEL,
        f"Change the model: {gain_words(case)}, but {_obstacle(case)}, and {why}.",
        pilot_evidence(case),
        _confidence(case),
        ("Permission to use a cloud machine.", "A larger budget of hours or money."),
        ("Choose a smaller model or QLoRA on the Plan step.",),
    )


def _obstacle(case: Standing) -> str:
    if not case.fits:
        return "the full run does not fit this machine's memory"
    return f"the full run takes longer than your {case.goal.budget_hours:g} h{hours_words(case)}"


def _confidence(case: Standing) -> str:
    """ "firm" only when the lower bound is far above what matters and the whole interval of time, and the
    memory, leave room; never after a pilot of another model: how its gain carries over is a wide range."""
    gain = case.gain
    if gain is None:
        return "none"
    if case.pilot is None or not case.pilot.complete or case.stand_in is not None:
        return "weak"
    far = gain.estimate.low >= case.limits.pilot.firm_factor * case.goal.smallest_gain
    plan, hours = case.plan, case.hours
    roomy = plan is not None and (plan.full_memory or plan.memory).fit != "tight"
    budget = case.goal.budget_hours
    decided = hours is not None and not hours.low <= budget < hours.high
    calm = case.shifted is None
    return "firm" if far and roomy and decided and calm else "likely"
