"""The spread over seeds on the ladder, for each gain that a ladder run measures."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from advisor.work.pilot.ladder import Climb
from advisor.work.pilot.measuring import Measured
from heuristics.pilot.seeds import SeedSpread, pooled_spread


def spreads(ladder: Climb) -> dict[str, SeedSpread]:
    """By name of the gain; the loss of the base model is the same for all seeds, so the spread of a gain is
    that of the tuned model."""
    values: dict[str, dict[int, list[list[float]]]] = defaultdict(lambda: defaultdict(list))
    for step in ladder.steps:
        if step.validation is None or step.run.cleaned:
            continue
        for name, by_row in _by_row(step.validation):
            values[name][step.run.samples].append(by_row)
    found = {name: pooled_spread(by_size) for name, by_size in values.items()}
    return {name: each for name, each in found.items() if each is not None}


def _by_row(measured: Measured) -> Iterator[tuple[str, list[float]]]:
    """What each validation row adds to a measure: the mean over rows is the measure itself."""
    own = measured.own
    yield "loss", _per_token([each.nll for each in own], [each.tokens for each in own])
    places = sorted(measured.swapped)
    if len(places) > 1:
        tokens = [own[each].tokens for each in places]
        swapped = [measured.swapped[each].nll for each in places]
        rises = [nll - own[each].nll for nll, each in zip(swapped, places, strict=True)]
        yield "task", _per_token(rises, tokens)
        yield "format", _per_token(swapped, tokens)
    if measured.matches:
        asked = sorted(measured.matches)
        yield "exact_match", [float(measured.matches[each]) for each in asked]
        yield "token_f1", [measured.overlaps[each] for each in asked]


def _per_token(sums: Sequence[float], tokens: Sequence[int]) -> list[float]:
    """Sums over each row's tokens, scaled so that their mean over rows is the mean over tokens."""
    scale = len(tokens) / sum(tokens)
    return [each * scale for each in sums]
