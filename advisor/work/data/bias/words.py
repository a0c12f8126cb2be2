"""Words for groups of people and for fields of life, ours and the user's."""

from functools import cache

from pydantic import BaseModel, ConfigDict, ValidationError

from advisor.cases import cases_home
from advisor.errors import BadInput
from advisor.preset_errors import faults_of
from advisor.preset_file import read_preset
from advisor.text import one_line
from advisor.toml_text import tables_in

_FILE = "groups.toml"

Words = dict[str, tuple[str, ...]]


class GroupLimits(BaseModel):
    """From when a difference is worth saying."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    least_mentions: int
    least_sentences: int
    least_log_odds: float
    least_z: float
    false_discovery: float
    least_difference: float


class AddedWords(BaseModel):
    """Words of the user's own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    axes: dict[str, Words] = {}
    """Axis, such as "gender" -> group -> words in lower case."""
    domains: Words = {}
    """Field of life -> words in lower case."""


class GroupWords(AddedWords):
    """Everything that `groups.toml` says."""

    source: str
    date: str
    limits: GroupLimits


@cache
def group_words() -> GroupWords:
    """Our words together with the user's; raises BadInput when the user's file is at fault."""
    ours, added = read_preset(_FILE, GroupWords), _added()
    axes = {
        name: _joined(ours.axes.get(name, {}), added.axes.get(name, {}))
        for name in dict.fromkeys((*ours.axes, *added.axes))
    }
    return ours.model_copy(update={"axes": axes, "domains": _joined(ours.domains, added.domains)})


def _added() -> AddedWords:
    path = cases_home().parent / _FILE
    try:
        return AddedWords.model_validate(tables_in(path))
    except FileNotFoundError:
        return AddedWords()
    except ValidationError as error:
        raise BadInput(
            f"{one_line(str(path))}: {faults_of(error, AddedWords)}", "Correct the file."
        ) from error
    except (OSError, ValueError) as error:
        raise BadInput(
            f"{one_line(str(path))} cannot be read: {one_line(str(error))}", "Correct the file."
        ) from error


def _joined(ours: Words, added: Words) -> Words:
    names = dict.fromkeys((*ours, *added))
    return {
        name: tuple(dict.fromkeys((*ours.get(name, ()), *map(str.lower, added.get(name, ())))))
        for name in names
    }
