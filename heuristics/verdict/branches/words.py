"""What the branches say alike: the gain, the hours, the evidence of the pilot."""

from heuristics.facts.pilot import PilotFacts
from heuristics.verdict import evidence
from heuristics.verdict.decision import Evidence
from heuristics.verdict.standing import Standing


def gain_words(case: Standing) -> str:
    """The measured gain with its interval."""
    return evidence.gain_words(case.gain) if case.gain else "the pilot improved"


def hours_words(case: Standing) -> str:
    """How long the full run takes, in brackets."""
    return "" if case.hours is None else f" ({evidence.duration_words(case.hours)})"


def pilot_evidence(case: Standing) -> tuple[Evidence, ...]:
    """Everything that was measured and predicted, the goal's own metric first."""
    pilot = case.pilot
    measured = evidence.of_pilot(pilot, case.goal, case.limits) if pilot else ()
    ahead = (evidence.of_forecast(case.forecast),) if pilot and pilot.rungs else ()
    shifted = (evidence.of_shift(case.shifted, _towards(pilot)),) if case.shifted is not None else ()
    known = case.known
    step = evidence.of_stand_in(pilot, known.model, known.plan, case.limits) if pilot else ()
    return (*measured, *step, *ahead, *shifted, *evidence.of_plan(case.plan, case.goal, case.hours))


def _towards(pilot: PilotFacts | None) -> str:
    """The word that gained; every measured run agrees on it where a shift is told."""
    return pilot.shifts[0].towards if pilot and pilot.shifts else ""


def own_pilot(case: Standing) -> tuple[str, ...]:
    """What would change a verdict that rests on a stand-in: a pilot of the model that is meant."""
    if case.stand_in is None or case.known.model is None:
        return ()
    return (f"A pilot of {case.known.model.id} itself: {case.stand_in.model} stood in for it.",)
