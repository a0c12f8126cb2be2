"""The config from which a model is simulated: its own, or one made from its sizes."""

import json
from collections.abc import Mapping
from pathlib import Path

from transformers import CONFIG_MAPPING

from advisor.errors import BadModel
from advisor.models.folder import LARGEST_CONFIG
from advisor.text import one_line
from heuristics.facts.model import ModelFacts, ModelShape


def config_of(model: ModelFacts) -> Mapping[str, object]:
    """The model's own config where its folder is here, else one made from its sizes; raises BadModel."""
    if model.remote_code:
        raise BadModel(
            "its config asks to run code from its repository (auto_map), which is not done",
            "Only the formula can estimate it.",
        )
    if model.path is None:
        return config_of_shape(model.family, model.shape)
    path = Path(model.path) / "config.json"
    try:
        config = json.loads(path.read_bytes()) if path.stat().st_size <= LARGEST_CONFIG else None
    except (OSError, ValueError, RecursionError):
        config = None
    if not isinstance(config, dict):
        raise BadModel("its config.json cannot be read", "Choose the model again.")
    return config


def config_of_shape(family: str, shape: ModelShape) -> Mapping[str, object]:
    """A config of `family` with these sizes; raises BadModel when its other settings cannot be guessed.

    Only families whose config knows every size by the usual names are made; experts have too many spellings.
    """
    if family not in CONFIG_MAPPING:
        raise BadModel(
            f"the installed transformers does not know the architecture {one_line(family, 40)}",
            "Only the formula can estimate it.",
        )
    sizes: dict[str, object] = {
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "num_key_value_heads": shape.kv_heads,
        "intermediate_size": shape.intermediate,
        "vocab_size": shape.vocabulary,
    }
    known = CONFIG_MAPPING[family]()
    if shape.experts or any(not hasattr(known, name) for name in sizes):
        raise BadModel(
            f"a {one_line(family, 40)} is more than its sizes, and its config.json is not on this machine",
            "Only the formula can estimate it until its files are here.",
        )
    return {
        "model_type": family,
        **sizes,
        "head_dim": shape.head_dim,
        "tie_word_embeddings": shape.tied,
        "max_position_embeddings": shape.context or 1 << 17,
    }
