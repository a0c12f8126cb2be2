"""Step 3: five questions, each with a default and what it decides."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from advisor.case import Case
from advisor.standing import findings_of
from screens.fields.goal import goal_fields
from screens.rows.section import Field, Row, Section, finding_rows, told
from screens.state.live import Live
from screens.step_screen import StepScreen
from screens.words import heading, lines, muted


class GoalScreen(StepScreen):
    """The goal; enter changes an answer, c confirms all of them."""

    STEP = "goal"
    ABOUT = "Five short questions; the defaults come from the data.\nThe verdict is judged by these answers."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "c", "app.confirm_goal", "confirm", tooltip="Take all answers as they stand", id="goal-confirm"
        ),
    ]

    def sections(self, case: Case, live: Live | None) -> tuple[Section, ...]:
        """Findings, then the questions."""
        origin = "confirmed" if case.goal_confirmed else "suggested"
        questions = tuple(
            Section(title, tuple(_row(field, origin) for field in fields))
            for title, fields in goal_fields(case.goal)
        )
        return (*questions, finding_rows(findings_of(case, "goal")))


def _row(field: Field, origin: str) -> Row:
    value = f"{field.current} {field.unit}".rstrip() if field.current else "not set"
    choices = [f"{name:<12} {what}" for name, what in field.choices if what]
    return Row(
        f"goal-{field.title}",
        field.title,
        value,
        origin,
        detail=told(
            heading(field.title), field.why, lines(choices), muted("enter changes it   c confirms all")
        ),
        field=field,
    )
