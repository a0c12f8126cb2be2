"""Which models were considered beside the chosen one, and why each was not taken."""

from dataclasses import dataclass, replace

from heuristics.facts.model import ModelFacts
from heuristics.memory.sizes import ladder, smallest_fit
from heuristics.pilot.time import run_time
from heuristics.planning.recipe import Alternative, Fit, Method
from heuristics.planning.samples import training_rows
from heuristics.planning.settings import Ground, can_quantise, memory_by_formula, pilot_recipe
from heuristics.words import duration


@dataclass(frozen=True, slots=True)
class Suitability:
    """What decides between models: whether one fits, how long its full run takes, and what speaks against
    it."""

    model: ModelFacts
    method: Method
    fit: Fit
    seconds: float
    """Of the full run on this machine."""
    against: tuple[str, ...]
    """Reasons not to take it, the weightiest first; empty when nothing forbids it."""


def suitability(ground: Ground, model: ModelFacts) -> Suitability:
    """How well one model suits this machine, data and goal."""
    there = replace(ground, model=model)
    recipe = pilot_recipe(there)
    fit = memory_by_formula(there, recipe).fit
    rows = max(1, training_rows(ground.data, ground.limits.samples))
    seconds = run_time(there, recipe, rows).value
    against = (
        *_files(model),
        *_room(ground, model, fit),
        *_time(ground, fit, seconds),
        *_context(ground, model),
    )
    return Suitability(model, recipe.method, fit, seconds, against)


def best_of(ground: Ground, candidates: tuple[ModelFacts, ...]) -> ModelFacts | None:
    """The largest candidate that nothing speaks against, preferring clear licences among equal sizes; None
    when there is none.

    A larger base helps more than more data (Zhang et al. 2402.17193, table 3).
    """
    ordered = sorted(candidates, key=lambda each: (-each.shape.parameters, not each.licence, each.id))
    return next((each for each in ordered if not suitability(ground, each).against), None)


def alternatives(ground: Ground, catalogue: tuple[ModelFacts, ...]) -> tuple[Alternative, ...]:
    """The models nearest in size to the chosen one, larger before smaller, each with why it was not taken."""
    size = ground.shape.parameters
    others = [each for each in ladder(catalogue, ground.limits) if each.id != ground.model.id]
    larger = [each for each in others if each.shape.parameters > size]
    smaller = [each for each in reversed(others) if each.shape.parameters <= size]
    most = ground.limits.plan.alternatives
    taken_smaller = smaller[: max(1, most - len(larger))] if smaller else []
    taken = larger[: most - len(taken_smaller)] + taken_smaller
    return tuple(_alternative(ground, suitability(ground, each)) for each in taken)


def sibling(ground: Ground, catalogue: tuple[ModelFacts, ...]) -> Alternative | None:
    """The largest smaller model of the chosen one's family whose pilot fits here; of any family when that
    has none; None when nothing fits."""
    smaller = [each for each in catalogue if each.shape.parameters < ground.shape.parameters]
    same = tuple(each for each in smaller if each.family == ground.model.family)
    for candidates, of in ((same, "the same family"), (tuple(smaller), "another family")):
        found = best_of(ground, candidates)
        if found is not None:
            ratio = found.shape.parameters / ground.shape.parameters
            reason = (
                f"A smaller model of {of} ({ratio:.0%} of the parameters) that fits here: a pilot with it "
                "says whether the data teaches the task; sizes and rates are worked out anew later"
            )
            return Alternative(found.id, reason, suitability(ground, found).fit)
    return None


def _alternative(ground: Ground, other: Suitability) -> Alternative:
    ratio = other.model.shape.parameters / max(1, ground.shape.parameters)
    if other.against:
        return Alternative(other.model.id, other.against[0], other.fit)
    times = f"{ratio:,.0f} times" if ratio >= 10 else f"{ratio:.2g} times"
    reason = f"{times} the size: faster, but less able"
    if ratio > 1:
        reason = (
            f"{times} the size: better answers are likely, and the full run takes {duration(other.seconds)}"
        )
    if other.method == "qlora":
        reason = f"Fits only with 4-bit weights (QLoRA); {reason}"
    licence = _licence(other.model)
    return Alternative(other.model.id, f"{reason}{licence}", other.fit)


def _files(model: ModelFacts) -> tuple[str, ...]:
    if model.remote_code:
        return ("Needs code from its own repository, which is not run here",)
    return (f"Not usable: {model.problems[0]}",) if model.problems else ()


def _room(ground: Ground, model: ModelFacts, fit: Fit) -> tuple[str, ...]:
    if fit in ("fits", "tight"):
        return ()
    quantised = smallest_fit(
        ground.machine, model.shape, "qlora", ground.limits.sequence.assumed, ground.limits
    )
    if quantised in ("fits", "tight") and not can_quantise(ground.machine):
        return ("Fits only with 4-bit weights, which need bitsandbytes here",)
    return (f"Does not fit into {ground.device.name}",)


def _time(ground: Ground, fit: Fit, seconds: float) -> tuple[str, ...]:
    hours = ground.goal.budget_hours
    if fit == "no" or seconds <= hours * 3600:
        return ()
    return (f"The full run takes {duration(seconds)} here, more than your {hours:g} h",)


def _context(ground: Ground, model: ModelFacts) -> tuple[str, ...]:
    tokens = ground.data.tokens if ground.data is not None else None
    context = model.shape.context
    if tokens is None or context is None or context >= tokens.total.p95:
        return ()
    return (f"Its context ends at {context:,} tokens; 5 of 100 rows are longer than {tokens.total.p95:,}",)


def _licence(model: ModelFacts) -> str:
    if not model.licence:
        return "; no licence is stated"
    return f"; licence {model.licence}{' (unverified)' if 'licence' in model.unverified else ''}"
