"""What an export is: a name, the text files it gives, and how to run them."""

from collections.abc import Callable
from dataclasses import dataclass

from advisor.case import Case
from heuristics.facts.model import ModelFacts
from heuristics.planning.recipe import Choice, Offer, Recipe, Share

DATA = "data"
"""Folder inside an export that holds train.jsonl, validation.jsonl and test.jsonl for the pilot's trainer."""
CONVERSATIONS = "conversations"
"""Folder inside an export with the same rows as lists of turns; only for recipes with a chat template."""

KEPT = "*.bak*"
"""Names of an export's older files, which no cloud gets: they may hold rows that were left out since."""


@dataclass(frozen=True, slots=True)
class Tune:
    """The part of a case that every export needs."""

    recipe: Recipe
    """Of the full run."""
    model: ModelFacts
    rows: int
    """Training rows of the full run."""
    validation: int
    """Validation rows; 0 when nothing is held out."""
    name: str
    """The case, as a word of letters, digits and dashes that every cloud accepts."""
    offers: tuple[Offer, ...] = ()
    """Cloud machines that fit, cheapest first."""
    rate_reason: str = ""
    """Where the learning rate comes from, in a sentence."""
    shares: tuple[Share, ...] = ()
    """Memory of each GPU when the run is divided among several."""
    changes: tuple[Choice, ...] = ()
    """Settings in which the full run differs from the pilot."""

    @property
    def local_model(self) -> str | None:
        """The model's folder when only this machine has it; None for a public model."""
        return self.model.path if self.model.where in ("local", "demo") else None

    @property
    def model_name(self) -> str:
        """What a trainer loads: the id of a public model, the folder of any other."""
        return self.local_model or self.model.id

    @property
    def steps(self) -> int:
        """Optimizer steps of the full run."""
        batches = -(-max(1, self.rows) // self.recipe.effective_batch)
        return max(1, round(batches * self.recipe.epochs))

    @property
    def warmup_steps(self) -> int:
        """Warm-up in whole steps, for trainers that know no share."""
        return -int(-self.recipe.warmup_share * self.steps // 1)

    def offer(self, provider: str | None = None) -> Offer | None:
        """The cheapest machine that fits, of one provider when it is named."""
        return next((each for each in self.offers if provider in (None, each.provider)), None)


@dataclass(frozen=True, slots=True)
class TextFile:
    """One file of an export."""

    path: str
    """Relative to the export's folder, with forward slashes."""
    text: str


def _no_commands(_tune: Tune) -> tuple[tuple[str, ...], ...]:
    return ()


def _no_options(_tune: Tune) -> tuple[str, ...]:
    return ()


def _no_notes(_tune: Tune) -> tuple[str, ...]:
    return ()


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
    needs: tuple[str, ...] = ()
    """Targets whose files the command reads."""
    own_quantisation: bool = False
    """Whether it makes 4-bit weights without bitsandbytes."""
    sends_rows: bool = False
    """Whether its commands copy the rows to another machine."""
    environment: str = ""
    """Folder of an environment of its own, for tools that pin other libraries than the pilot used."""
    options: Callable[[Tune], tuple[str, ...]] = _no_options
    """Words that follow the command for one case."""
    before: Callable[[Tune], tuple[tuple[str, ...], ...]] = _no_commands
    """Commands to run first."""
    notes: Callable[[Tune], tuple[str, ...]] = _no_notes
    """What to fill in, and where this tool differs from the pilot: one sentence each."""
