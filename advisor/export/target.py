"""What an export is: a name, the text files it gives, and how to run them."""

from collections.abc import Callable
from dataclasses import dataclass

from advisor.case import Case
from heuristics.facts.model import ModelFacts
from heuristics.recipe import Recipe

DATA = "data"
"""Folder inside an export that holds train.jsonl, validation.jsonl and test.jsonl."""


@dataclass(frozen=True, slots=True)
class Tune:
    """The part of a case that every export needs."""

    recipe: Recipe
    model: ModelFacts
    validation: int
    """Validation rows; 0 when nothing is held out."""

    @property
    def model_name(self) -> str:
        """What a trainer loads: the id of a public model, the folder of any other."""
        if self.model.where in ("local", "demo") and self.model.path is not None:
            return self.model.path
        return self.model.id


@dataclass(frozen=True, slots=True)
class TextFile:
    """One file of an export."""

    path: str
    """Relative to the export's folder, with forward slashes."""
    text: str


@dataclass(frozen=True, slots=True)
class Target:
    """One tool, or one format, that a case can be written for."""

    name: str
    """As typed and shown: "trl"."""
    title: str
    """What it is for, in a few words."""
    files: Callable[[Case, Tune], tuple[TextFile, ...]]
    """The files for one case; pure, so that they can be shown before they are written."""
    run: tuple[str, ...]
    """The command that uses the files, from inside the export's folder; empty when there is none."""
    packages: tuple[str, ...] = ()
    """Distributions that the command needs."""
