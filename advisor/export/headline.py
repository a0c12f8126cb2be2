"""The comment at the head of an exported file: what it is, for which version, and with which recipe."""

from collections.abc import Iterable

from advisor.export.target import Tune
from advisor.text import one_line
from heuristics.words import passes, rows


def head(what: str, tune: Tune, notes: Iterable[str] = (), mark: str = "#") -> str:
    """Comment lines; nothing from outside can leave its line."""
    recipe = tune.recipe
    lines = [
        what,
        f"Recipe of the full run: {recipe.method}, {rows(recipe.effective_batch)} per step, "
        f"{passes(recipe.epochs)} over {rows(tune.rows)}, seed {recipe.seed}.",
        tune.rate_reason,
        *notes,
    ]
    return "".join(f"{mark} {one_line(line, 400)}\n" for line in lines if line)
