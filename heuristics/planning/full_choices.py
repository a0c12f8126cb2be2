"""The settings in which the full run differs from the pilot, each with its own reason."""

from dataclasses import replace

from heuristics.basis import Basis
from heuristics.facts.experiment import RateEvidence
from heuristics.planning.batch import steps_of
from heuristics.planning.recipe import Choice, Recipe
from heuristics.planning.settings import Ground

CARRIED = "measured by the pilot, carried over by steps and batch"


def changed_for_full_run(
    ground: Ground,
    own: tuple[Choice, ...],
    full: tuple[Choice, ...],
    recipes: tuple[Recipe, Recipe],
    measured: RateEvidence | None,
) -> tuple[Choice, ...]:
    """The choices of the full run whose value is not the pilot's; `recipes` are the pilot's and the full
    run's, `measured` what the pilot found about the rate."""
    pilot, whole = recipes
    if pilot == whole:
        return ()
    before = {each.setting: each.value for each in own}
    found = [_rows(whole)]
    for choice in full:
        if choice.setting == "samples" or choice.value == before.get(choice.setting):
            continue
        rate = choice.setting == "learning_rate" and ground.knobs.learning_rate is None
        found.append(_rate(ground, choice, pilot, whole, measured) if rate else choice)
    return tuple(found)


def _rows(whole: Recipe) -> Choice:
    reason = "All rows of the training part; validation and test rows stay out."
    return Choice("samples", "Training rows", f"{whole.samples:,}", reason, "the split", Basis.MEASURED)


def _rate(
    ground: Ground, choice: Choice, pilot: Recipe, whole: Recipe, measured: RateEvidence | None
) -> Choice:
    """The rate with what moved it: batch, number of steps and, after a pilot, its measurement."""
    limits = ground.limits.rate
    steps = steps_of(whole.samples, whole.epochs, whole.effective_batch)
    few = steps_of(pilot.samples, pilot.epochs, pilot.effective_batch)
    moved = f"batch {pilot.effective_batch} to {whole.effective_batch}"
    if few < limits.short_steps <= steps:
        moved += (
            f", and no longer the factor {limits.short_factor:g} of runs under {limits.short_steps:g} steps"
        )
    value = f"{whole.learning_rate:.2g}"
    if measured is None:
        reason = f"The pilot's {pilot.learning_rate:.2g} moved to {steps:,} steps: {moved}."
        return replace(choice, value=value, reason=reason)
    reason = f"The pilot found {measured.best:.2g} best; moved to {steps:,} steps: {moved}. {measured.reason}"
    low, high = measured.full_low, measured.full_high
    return replace(
        choice, value=value, reason=reason, source=CARRIED, basis=Basis.MEASURED, low=low, high=high
    )
