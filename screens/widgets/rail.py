"""The one line that says where the journey stands."""

from textual.content import Content

from advisor.steps import STEPS, StepState
from screens.widgets.plain_text import PlainText

_STYLE = {
    StepState.EMPTY: "$text-muted",
    StepState.RUNNING: "$text-primary",
    StepState.OK: "$text-success",
    StepState.RISK: "$text-warning",
    StepState.BLOCKED: "$text-error",
}
_SHORT = {
    StepState.EMPTY: "-",
    StepState.RUNNING: "..",
    StepState.OK: "ok",
    StepState.RISK: "!",
    StepState.BLOCKED: "X",
}
"""At 80 columns seven whole words do not fit."""
_ROOM_FOR_WORDS = 110
_ROOM_FOR_NAMES = 78


class Rail(PlainText):
    """Seven steps with their states; the present one stands in brackets."""

    def show_states(self, states: dict[str, StepState], here: str) -> None:
        """Draw the states; at narrow widths they are shortened to two characters."""
        self.show(lambda width: _line(states, here, width))


def _line(states: dict[str, StepState], here: str, width: int) -> Content:
    wide = width >= _ROOM_FOR_WORDS
    parts: list[str | tuple[str, str]] = []
    for number, step in enumerate(STEPS, 1):
        state = states[step]
        name = f"{number} {step.capitalize()}" if step == here or width >= _ROOM_FOR_NAMES else str(number)
        if step == here:
            parts.append((f"[{name}]", "bold $text-primary"))
        else:
            parts.append(f" {name} " if wide else f" {name}")
        word = state.value if wide else _SHORT[state]
        parts.append((f" {word} " if wide else f" {word}", _STYLE[state]))
    return Content.assemble(*parts)
