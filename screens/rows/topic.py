"""What the rows should be about, as far as the user says: for the check of rows about something else."""

from dataclasses import replace

from advisor.case import Case
from advisor.errors import BadInput
from advisor.text import one_line
from heuristics.goal import Topic
from screens.rows.section import Field, Row, Section, told
from screens.words import heading, muted

_LONGEST = 1_000
_MOST_LINES = 200
_WHY = (
    "Rows whose words are far from those of the others are found without it; it says which of them "
    "are meant. Press r after a change."
)


def topic_section(case: Case) -> Section:
    """The topic in words, and by typical rows."""
    topic = case.topic or Topic()
    lines = ", ".join(str(each) for each in topic.lines)
    return Section(
        "Topic",
        (
            _row("topic", Field("Topic", _WHY, topic.text, _text), "in words that the rows use"),
            _row("typical", Field("Typical rows", _WHY, lines, _lines), "their lines, such as 3, 17, 240"),
        ),
    )


def _row(key: str, field: Field, note: str) -> Row:
    return Row(
        key,
        field.title,
        one_line(field.current, 60) or "most rows",
        note,
        detail=told(heading(field.title), field.why, field.current, muted("enter changes it")),
        field=field,
    )


def _text(case: Case, text: str) -> Case:
    if len(text) > _LONGEST:
        raise BadInput("That is too long for a topic", "A line of words is enough")
    return _with(case, replace(case.topic or Topic(), text=one_line(text, _LONGEST)))


def _lines(case: Case, text: str) -> Case:
    typed = [each.strip() for each in text.replace(",", " ").split()]
    wrong = next((each for each in typed if not each.isdecimal() or not 0 < int(each) < 2**63), None)
    if wrong is not None:
        raise BadInput(
            f"{one_line(wrong, 40)} is not the number of a line", "Type numbers from 1, such as 3, 17"
        )
    if len(typed) > _MOST_LINES:
        raise BadInput("That is more than is needed", f"Name at most {_MOST_LINES} rows")
    return _with(case, replace(case.topic or Topic(), lines=tuple(int(each) for each in typed)))


def _with(case: Case, topic: Topic) -> Case:
    return case.but(topic=topic if topic.text or topic.lines else None)
