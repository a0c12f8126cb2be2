"""The spread over seeds on the ladder, for each gain that a ladder run measures."""

from collections import defaultdict

from advisor.work.pilot.ladder import Climb
from advisor.work.pilot.scoring import mean_loss
from heuristics.seeds import SeedSpread, pooled_spread


def spreads(ladder: Climb) -> dict[str, SeedSpread]:
    """By name of the gain; the loss of the base model is the same for all seeds, so the spread of a gain is
    that of the tuned model."""
    values: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for step in ladder.steps:
        measured, size = step.validation, step.run.samples
        if measured is None or step.run.cleaned:
            continue
        values["loss"][size].append(mean_loss(measured.own))
        if len(measured.swapped) > 1:
            places = sorted(measured.swapped)
            tokens = sum(measured.own[each].tokens for each in places)
            swapped = sum(measured.swapped[each].nll for each in places) / tokens
            own = sum(measured.own[each].nll for each in places) / tokens
            values["task"][size].append(swapped - own)
            values["format"][size].append(swapped)
        score = measured.score("", "validation")
        for name in ("exact_match", "token_f1"):
            value = score.of(name)
            if value is not None:
                values[name][size].append(value)
    found = {name: pooled_spread(by_size) for name, by_size in values.items()}
    return {name: each for name, each in found.items() if each is not None}
