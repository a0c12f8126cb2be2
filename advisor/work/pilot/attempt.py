"""Remembers across a kill which recipe was being tried, so that the next worker tries a smaller one."""

from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from advisor.files import write_atomic
from heuristics.planning.recipe import Recipe

FILE = "attempt.json"


class Attempt(BaseModel):
    """A recipe on trial; on disk only from before the model is loaded until the proof has passed."""

    model_config = ConfigDict(frozen=True)

    recipe: Recipe
    tries: int = 0
    """How often memory has run out before."""
    killed: bool = False
    """True when the worker was killed while it tried."""


def begin(state: Path, attempt: Attempt) -> None:
    """Put the attempt on record before its memory is asked for."""
    write_atomic(state / FILE, attempt.model_dump_json())


def passed(state: Path) -> None:
    """The recipe fits."""
    (state / FILE).unlink(missing_ok=True)


def mark_killed(state: Path) -> bool:
    """Note that the worker was killed; False when it was not trying anything."""
    attempt = left_over(state)
    if attempt is None:
        return False
    begin(state, attempt.model_copy(update={"killed": True}))
    return True


def left_over(state: Path) -> Attempt | None:
    """The attempt during which the last worker ended, None when there is none."""
    try:
        return Attempt.model_validate_json((state / FILE).read_bytes())
    except (OSError, ValidationError):
        return None


def smaller(recipe: Recipe, tries: int, most_halvings: int, can_quantise: bool) -> Recipe | None:
    """The next recipe to try after memory ran out, None when there is none.

    The micro-batch is halved first, the effective batch kept; then activations are recomputed instead of
    stored; then the frozen weights are quantised.
    """
    if tries < most_halvings and recipe.micro_batch > 1:
        half = recipe.micro_batch // 2
        return replace(recipe, micro_batch=half, accumulation=max(1, round(recipe.effective_batch / half)))
    if not recipe.checkpointing:
        return replace(recipe, checkpointing=True)
    if recipe.method == "lora" and can_quantise:
        return replace(recipe, method="qlora")
    return None


def words(recipe: Recipe) -> str:
    """What is tried next, for a person."""
    parts = [f"micro-batch {recipe.micro_batch} with accumulation {recipe.accumulation}"]
    if recipe.checkpointing:
        parts.append("activations recomputed")
    if recipe.method == "qlora":
        parts.append("4-bit weights")
    return ", ".join(parts)
