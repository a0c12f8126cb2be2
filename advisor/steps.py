"""The names of the seven steps and their states: all that the first paint needs to know."""

from enum import StrEnum

STEPS = ("machine", "data", "goal", "plan", "pilot", "verdict", "export")


class StepState(StrEnum):
    """One word on the rail."""

    EMPTY = "empty"
    RUNNING = "running"
    OK = "ok"
    RISK = "risk"
    BLOCKED = "blocked"
