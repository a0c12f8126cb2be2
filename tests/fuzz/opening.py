"""Case files: a damaged or edited one is refused in one line, or everything that shows a case can show it."""

import tomllib
from functools import cache
from pathlib import Path

import tomli_w

from advisor.case import Case, case_of_toml
from advisor.cli.report.whole import Part, as_json, as_text
from advisor.document.write import documents
from advisor.errors import AdvisorError, BadCase
from advisor.export.all import preview
from advisor.journey import settle
from advisor.standing import step_states, verdict_line
from advisor.steps import STEPS
from screens.rows.bias import bias_section
from screens.rows.cleaning import cleaning_sections
from screens.rows.data import data_sections
from screens.rows.money import money_section
from screens.rows.pilot import pilot_sections
from screens.rows.quality import quality_section
from screens.rows.section import Section
from tests.fuzz.draw import Draw, spoiled
from tests.fuzz.reading import CONTROL
from tests.screens.sample_case import filled

NOWHERE = Path("/nonexistent")
PARTS: tuple[Part, ...] = ("machine", "data", "cleaning", "goal", "plan", "pilot", "verdict", "export")


@cache
def _whole() -> dict[str, object]:
    return tomllib.loads(filled(NOWHERE).to_toml())


def open_case(data: bytes) -> None:
    """Bytes as they are, or a whole case with spoiled values."""
    draw = Draw(data)
    if draw.below(6) == 0:
        text = draw.rest().decode("utf-8", "replace")
    else:
        try:
            written = tomli_w.dumps(_without_none(spoiled(draw, _whole())))  # type: ignore[arg-type]
        except (TypeError, AttributeError):
            return
        # A file cannot hold half of a surrogate pair.
        text = written.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    try:
        case = case_of_toml(text, NOWHERE)
    except BadCase as refused:
        assert refused.do and "\n" not in refused.message
        assert not CONTROL.search(refused.message)
        return
    assert repr(case_of_toml(case.to_toml(), NOWHERE)) == repr(case)
    show(case)


def show(case: Case) -> None:
    """Everything that a person or a script may see of a case; it is also judged anew."""
    text = as_text(case, PARTS)
    assert not CONTROL.search(text)
    as_json(case, PARTS, "open")
    for file in documents(case):
        file.text.encode("utf-8")
        assert not CONTROL.search(file.text), file.path
    for section in _sections(case):
        for row in section.rows:
            row.detail(60)
    step_states(case)
    for step in STEPS:
        verdict_line(case, step)
    try:
        for file in preview(case, NOWHERE):
            file.text.encode("utf-8")
        settle(case)
    except AdvisorError as refused:
        assert refused.message


def _sections(case: Case) -> tuple[Section, ...]:
    data = case.data
    of_data = (
        (
            *data_sections(case, data),
            *cleaning_sections(case, data),
            bias_section(data),
            quality_section(data),
        )
        if data
        else ()
    )
    return (*of_data, money_section(case), *pilot_sections(case, None, ()))


def _without_none(value: object) -> object:
    """The value as TOML can hold it."""
    if isinstance(value, dict):
        return {str(key): _without_none(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [_without_none(each) for each in value if each is not None]
    return value
