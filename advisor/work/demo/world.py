"""Reads the demo's word lists and settings from the presets."""

from importlib.resources import files
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from advisor.preset_file import read_preset

Texts = dict[str, list[str]]


class Table(BaseModel):
    """A table of the file: unknown keys are errors, values do not change."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TicketSettings(Table):
    """How many tickets, and the share of them (0 to 1) that carry each optional part."""

    seed: int
    rows: int
    system: str
    answer: str
    share_greeting: float
    share_context: float
    share_distractor: float
    share_role: float
    share_signed: float
    share_normal_silent: float
    most_alike: float


class Planted(Table):
    """How many defects of each kind, and what they are made of."""

    exact_duplicates: int
    near_duplicates: int
    empty_answers: int
    mojibake: int
    pii: int
    label_variants: int
    skew: float
    near_at_least: float
    malformed: list[str]
    swaps: list[tuple[str, str]]
    empty: list[str]
    accented: list[str]
    variants: dict[str, Texts]
    pii_values: Texts
    pii_sentences: Texts


class World(Table):
    """Everything that `demo_world.toml` says."""

    source: str
    date: str
    lists: Texts
    products: Texts
    issues: Texts
    urgency: Texts
    filler: Texts
    roles: Texts
    tickets: TicketSettings
    planted: Planted


def demo_folder() -> Path:
    """Where the demo's files lie."""
    return Path(str(files("presets"))) / "demo"


def read_world() -> World:
    """The demo's word lists and settings; raises BadInput naming every wrong key."""
    return read_preset("demo_world.toml", World)
