"""A model's sizes from its config.json, by arithmetic alone and with absurd values refused."""

from collections.abc import Mapping

from advisor.errors import BadModel
from advisor.text import one_line
from heuristics.facts.model import ModelShape

MOST = {
    "hidden_size": 10**6,
    "num_hidden_layers": 10**4,
    "num_attention_heads": 10**5,
    "num_key_value_heads": 10**5,
    "head_dim": 10**5,
    "intermediate_size": 10**7,
    "vocab_size": 10**8,
    "max_position_embeddings": 10**9,
    "experts": 10**5,
    "experts per token": 10**5,
    "shared experts": 10**3,
    "shared intermediate size": 10**7,
    "expert intermediate size": 10**7,
}
"""Larger values are mistakes or attacks, not models."""
MOST_PARAMETERS = 10**14

_NAMES = {
    "hidden_size": ("hidden_size", "n_embd", "d_model"),
    "num_hidden_layers": ("num_hidden_layers", "n_layer", "n_layers", "num_layers"),
    "num_attention_heads": ("num_attention_heads", "n_head", "n_heads", "num_heads"),
    "num_key_value_heads": ("num_key_value_heads", "num_kv_heads", "n_head_kv"),
    "head_dim": ("head_dim",),
    "intermediate_size": ("intermediate_size", "n_inner", "ffn_dim", "ffn_hidden_size", "d_ff"),
    "vocab_size": ("vocab_size",),
    "max_position_embeddings": ("max_position_embeddings", "n_positions", "n_ctx", "max_seq_len"),
    "experts": ("num_experts", "num_local_experts", "n_routed_experts"),
    "experts per token": ("num_experts_per_tok", "top_k_experts"),
    "shared experts": ("n_shared_experts",),
    "shared intermediate size": ("shared_expert_intermediate_size", "shared_intermediate_size"),
    "expert intermediate size": ("moe_intermediate_size", "expert_intermediate_size"),
}


def text_part(config: Mapping[str, object]) -> Mapping[str, object]:
    """The part of a config that describes the language model; others describe images or sound."""
    for key in ("text_config", "llm_config", "language_config"):
        inner = config.get(key)
        if isinstance(inner, dict) and not _has(config, "hidden_size"):
            return inner
    return config


def shape_of(
    config: Mapping[str, object], tied: bool, gated: bool = True, parameters: int | None = None
) -> ModelShape:
    """The sizes that a config describes; raises BadModel for missing or impossible ones.

    `tied` says whether the embeddings are one matrix, `gated` whether the feed-forward part has three
    matrices, `parameters` the count found in the weight files, which then replaces the arithmetic.
    """
    part = text_part(config)
    hidden, layers = _need(part, "hidden_size"), _need(part, "num_hidden_layers")
    heads, vocabulary = _need(part, "num_attention_heads"), _need(part, "vocab_size")
    kv_heads = _get(part, "num_key_value_heads") or (1 if part.get("multi_query") is True else heads)
    head_dim = _get(part, "head_dim") or hidden // heads
    experts = _get(part, "experts") or 0
    intermediate = _get(part, "expert intermediate size") if experts else None
    intermediate = intermediate or _get(part, "intermediate_size") or 4 * hidden
    if kv_heads > heads or head_dim < 1:
        raise _absurd(f"{heads} heads with {kv_heads} key/value heads and a hidden size of {hidden}")
    if heads % kv_heads or (hidden % heads and _get(part, "head_dim") is None):
        raise _absurd(f"{hidden} numbers shared among {heads} heads, and those among {kv_heads} of keys")
    matrices = 3 if gated else 2
    attention = 2 * hidden * head_dim * (heads + kv_heads)
    shared = _get(part, "shared intermediate size") or (_get(part, "shared experts") or 0) * intermediate
    outside = vocabulary * hidden * (1 if tied else 2) + layers * (attention + 2 * hidden) + hidden
    expert = layers * matrices * hidden * intermediate
    always = outside + layers * matrices * hidden * shared
    total = always + expert * max(1, experts)
    active = always + expert * (min(experts, _get(part, "experts per token") or 1) if experts else 1)
    if max(total, parameters or 0) > MOST_PARAMETERS:
        raise _absurd(f"{total:.1e} parameters")
    return ModelShape(
        hidden=hidden,
        layers=layers,
        heads=heads,
        kv_heads=kv_heads,
        head_dim=head_dim,
        intermediate=intermediate,
        vocabulary=vocabulary,
        tied=tied,
        parameters=parameters or total,
        active_parameters=min(active, parameters or total) if experts else parameters or total,
        context=_get(part, "max_position_embeddings"),
        experts=experts,
    )


def _has(config: Mapping[str, object], name: str) -> bool:
    return any(config.get(key) is not None for key in _NAMES[name])


def _get(config: Mapping[str, object], name: str) -> int | None:
    """A positive whole number, None when the config does not say; raises BadModel for anything else."""
    for key in _NAMES[name]:
        value = config.get(key)
        if value is None or (value == 0 and name not in ("hidden_size", "num_hidden_layers", "vocab_size")):
            continue
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST[name]:
            raise _absurd(f"{key} = {one_line(repr(value)[:80], 40)}")
        return value
    return None


def _need(config: Mapping[str, object], name: str) -> int:
    value = _get(config, name)
    if value is None:
        raise BadModel(
            f"config.json does not say {name}", "Choose a causal language model in the transformers layout."
        )
    return value


def _absurd(what: str) -> BadModel:
    return BadModel(f"config.json asks for something impossible: {what}", "Download the model again.")
