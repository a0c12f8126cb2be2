"""How each step of a case stands, in a word and a line, and what to do next."""

from dataclasses import dataclass
from typing import Literal

from advisor import catalog
from advisor.case import Case
from advisor.steps import STEPS, StepState
from heuristics.assess import assess
from heuristics.finding import Finding, Level, worst, worst_first
from heuristics.verdict.decision import Decision, Verdict

Action = Literal[
    "probe",
    "choose_data",
    "profile",
    "confirm_goal",
    "choose_model",
    "pilot",
    "export",
    "look",
    "outside",
]
"""`outside`: the user goes on without this program."""


@dataclass(frozen=True, slots=True)
class Next:
    """The one recommended thing to do now."""

    step: str
    text: str
    action: Action


def findings_of(case: Case, step: str | None = None) -> tuple[Finding, ...]:
    """Findings about one step, or about all, worst first."""
    found = _judged.findings(case)
    return found if step is None else _about(found, step)


def step_states(case: Case, running: str | None = None) -> dict[str, StepState]:
    """The state of each step; `running` is the step whose job is under way."""
    found = findings_of(case)
    return {step: StepState.RUNNING if step == running else _state(case, step, found) for step in STEPS}


def verdict_line(case: Case, step: str) -> str:
    """One line in words for the head of a step."""
    found = findings_of(case)
    if _state(case, step, found) is StepState.EMPTY:
        return _MISSING[step]
    if step == "verdict" and case.verdict is not None:
        return case.verdict.headline
    findings = _about(found, step)
    if findings and findings[0].level is not Level.OK:
        return f"{findings[0].level}: {findings[0].headline}"
    return _FINE[step]


def next_of(case: Case) -> Next:
    """The next recommended thing to do."""
    if case.machine is None:
        return Next("machine", "probe this machine", "probe")
    if case.data_path is None:
        return Next("data", "choose a data file", "choose_data")
    if case.data is None:
        return Next("data", "profile the data", "profile")
    if case.data.tokens is None and case.model is not None and case.model.can_count:
        return Next("data", "count the tokens", "profile")
    if _state(case, "data", findings_of(case)) is StepState.BLOCKED:
        return Next("data", "look at the findings", "look")
    if not case.goal_confirmed:
        return Next("goal", "confirm the goal", "confirm_goal")
    if case.plan is None:
        return Next("plan", "choose a model", "choose_model")
    if case.model is not None and not case.model.can_count and case.pilot is not None and case.pilot.ended:
        # A pilot was tried, and did not bring the model here.
        return Next("plan", "choose a model that is on this machine", "choose_model")
    if case.pilot is None or not case.pilot.complete:
        return Next("pilot", "run the pilot", "pilot")
    if case.verdict is not None and not case.verdict.ready and case.verdict.next_steps:
        return Next("verdict", case.verdict.next_steps[0], "outside")
    if not case.exported:
        return Next("export", "write the files", "export")
    return Next("export", _OUTSIDE, "outside")


class _Judged:
    """The case that was judged last: one screen asks about it four times. A case never changes."""

    def __init__(self) -> None:
        self._last: tuple[Case, tuple[Finding, ...]] | None = None

    def findings(self, case: Case) -> tuple[Finding, ...]:
        """All findings, worst first."""
        last = self._last
        if last is None or last[0] is not case:
            facts = (case.machine, case.data, case.model, case.goal, case.plan, case.pilot)
            last = self._last = (case, worst_first(assess(*facts, catalog.limits())))
        return last[1]


_judged = _Judged()


def _state(case: Case, step: str, found: tuple[Finding, ...]) -> StepState:
    known = {
        "machine": case.machine is not None,
        "data": case.data is not None,
        "goal": case.goal_confirmed,
        "plan": case.plan is not None,
        "pilot": case.pilot is not None,
        "verdict": case.verdict is not None,
        "export": bool(case.exported),
    }
    if not known[step]:
        return StepState.EMPTY
    if step == "verdict" and case.verdict is not None:
        return _verdict_state(case, case.verdict)
    match worst(_about(found, step)):
        case Level.BLOCK:
            return StepState.BLOCKED
        case Level.RISK | Level.UNKNOWN:
            return StepState.RISK
        case _:
            return StepState.OK


def _about(found: tuple[Finding, ...], step: str) -> tuple[Finding, ...]:
    return tuple(each for each in found if each.rule.startswith(f"{step}."))


def _verdict_state(case: Case, verdict: Verdict) -> StepState:
    if verdict.decision is Decision.FIX_DATA:
        return StepState.BLOCKED
    if case.pilot is None:
        return StepState.EMPTY
    return StepState.OK if verdict.ready else StepState.RISK


_OUTSIDE = "type in your shell what RUN.md in the exported folder says"

_MISSING = {
    "machine": "This machine is not probed yet",
    "data": "No data profiled yet",
    "goal": "The goal is not confirmed yet",
    "plan": "No plan yet: it needs the machine and a model",
    "pilot": "No pilot run yet",
    "verdict": "No verdict yet: it needs a plan and a pilot",
    "export": "Nothing exported yet",
}

_FINE = {
    "machine": "This machine can train",
    "data": "The data can be trained on",
    "goal": "The goal is set",
    "plan": "The plan fits this machine",
    "pilot": "The pilot has evidence",
    "verdict": "The verdict stands",
    "export": "The files are written",
}
