"""The class of each step's screen, imported when it is asked for: no step pays for the others."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from screens.step_screen import StepScreen


def step_class(step: str) -> "type[StepScreen]":
    """The screen of a step."""
    found: type[StepScreen] = getattr(import_module(f"screens.{step}"), f"{step.capitalize()}Screen")
    return found
