"""Which tools the exports are written for, and by what names clouds know a GPU: data from the presets."""

from datetime import date
from functools import cache

from pydantic import BaseModel, ConfigDict

from advisor.preset_file import read_preset


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    date: date


class Tool(_Entry):
    """One tool as it was installed and asked."""

    version: str
    pins: str
    """Libraries that it needs in other versions than the pilot used; empty when it pins none."""


class _Images(_Entry):
    training: str


class _SageMaker(_Entry):
    families: tuple[str, ...]


class _Accelerators(_Entry):
    accelerators: dict[str, str]


class Exports(BaseModel):
    """Everything that exports know about tools and clouds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    tools: dict[str, Tool]
    images: _Images
    sagemaker: _SageMaker
    vertex: _Accelerators
    skypilot: _Accelerators


@cache
def known() -> Exports:
    """The preset; raises BadInput naming every fault of it."""
    return read_preset("exports.toml", Exports)
