"""One preset file as a typed value, or one error that names every fault in it."""

from importlib.resources import files
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from advisor.errors import BadInput
from advisor.preset_errors import faults_of
from advisor.text import one_line
from advisor.toml_text import tables_of

P = TypeVar("P", bound=BaseModel)


def read_toml(name: str) -> dict[str, object]:
    """The parsed file `name` below the presets; raises BadInput when it cannot be read."""
    try:
        return tables_of((files("presets") / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(
            f"presets/{name} cannot be read: {one_line(str(error))}", "Install the program again."
        ) from error


def read_preset(name: str, shape: type[P]) -> P:
    """The file `name` below the presets as a `shape`; raises BadInput naming every wrong key."""
    try:
        return shape.model_validate(read_toml(name))
    except ValidationError as error:
        raise BadInput(f"presets/{name}: {faults_of(error, shape)}", "Correct the preset.") from error
