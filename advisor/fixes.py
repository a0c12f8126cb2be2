"""The fixes that a cleaning can apply, read from the presets."""

from datetime import date
from functools import cache
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from advisor.errors import BadInput
from advisor.preset_file import read_preset
from advisor.text import one_line
from heuristics.facts.cleaning import Fix, FixKind

_Text = Annotated[str, AfterValidator(one_line)]


class _Fix(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    name: _Text
    title: _Text
    kind: FixKind
    checks: tuple[_Text, ...]
    ticked: bool
    why: _Text
    does: _Text
    version: int = Field(ge=1)


class _Fixes(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    source: _Text
    date: date
    fixes: tuple[_Fix, ...]


@cache
def fixes() -> tuple[Fix, ...]:
    """Every fix in the order of application; raises BadInput naming every fault of the preset."""
    return tuple(Fix(**each.model_dump()) for each in read_preset("fixes.toml", _Fixes).fixes)


def checked_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names as they are; raises BadInput naming the ones that no fix has, with all that there are."""
    known = [each.name for each in fixes()]
    wrong = [each for each in names if each not in known]
    if wrong:
        raise BadInput(
            f"No fix is called {', '.join(one_line(each, 40) for each in wrong)}",
            f"The fixes are: {', '.join(known)}.",
        )
    return names
