"""Refuses what would take for ever to simulate, or would end in a number that nobody can believe."""

from collections.abc import Mapping

from advisor.errors import BadModel
from advisor.models.shape import shape_of
from heuristics.facts.simulation import MOST_TOKENS, TrainingStep

MOST_LAYERS = 400
"""Deeper models exist nowhere; each layer costs the simulation time."""


def check(config: Mapping[str, object], step: TrainingStep) -> None:
    """Raises BadModel for impossible sizes, for remote code and for absurdly large batches."""
    if config.get("auto_map"):
        raise BadModel(
            "its config asks to run code from its repository (auto_map), which is not done",
            "Only the formula can estimate it.",
        )
    shape = shape_of(config, tied=bool(config.get("tie_word_embeddings")))
    if shape.layers > MOST_LAYERS:
        raise BadModel(f"{shape.layers:,} layers are more than any model has", "Check its config.json.")
    tokens = step.micro_batch * step.length
    if tokens > MOST_TOKENS:
        raise BadModel(
            f"a micro-batch of {tokens:,} tokens is more than any device holds",
            "Choose a shorter sequence or fewer rows.",
        )
