"""Keeps what pilots on this machine measured beside what was predicted, for later plans; safe to delete."""

from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from advisor.caches import keep, kept
from advisor.case import Case
from advisor.errors import NoSpace
from heuristics.memory.residuals import Residual, residual_of

MOST = 200
"""Newest ones that are kept."""
_KIND, _KEY = "residuals", "memory"


def kept_residuals() -> tuple[Residual, ...]:
    """All of them, oldest first; none when they cannot be read."""
    raw = kept(_KIND, _KEY)
    if raw is None:
        return ()
    try:
        return _adapter().validate_json(raw)
    except ValidationError:
        return ()


def remember(case: Case) -> None:
    """Keep what the case's pilot measured, once; a full disk loses it and nothing else."""
    plan, pilot = case.plan, case.pilot
    if plan is None or pilot is None or pilot.proof is None or pilot.proof.retries:
        return
    if (pilot.model, pilot.method) != (plan.recipe.model, plan.recipe.method):
        return
    name = identity(case)
    found = residual_of(plan, pilot.proof.peak_bytes, name, datetime.now(UTC).date().isoformat())
    if found is None:
        return
    others = tuple(each for each in kept_residuals() if each.case != name)
    try:
        keep(_KIND, _KEY, _adapter().dump_json((*others, found)[-MOST:]))
    except (NoSpace, OSError):
        return


def identity(case: Case) -> str:
    """A name of the case that does not change with its folder."""
    return f"{case.name} {case.created}"


def _adapter() -> TypeAdapter[tuple[Residual, ...]]:
    return TypeAdapter(tuple[Residual, ...])
