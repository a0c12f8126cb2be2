"""The LoRA adapter: how many parameters it has, which rank it needs, and what it can store."""

from heuristics.facts.model import ModelShape
from heuristics.thresholds.settings import AdapterLimits


def widths(shape: ModelShape) -> tuple[int, int]:
    """Output widths of the query and of the key (and value) projections."""
    return shape.heads * shape.head_dim, shape.kv_heads * shape.head_dim


def lora_parameters(shape: ModelShape, rank: int) -> int:
    """Parameters of an adapter on every linear layer of a gated-MLP transformer:
    rank * layers * [2(h + d_q) + 2(h + d_kv) + 3(h + f)]; experts each have their own MLP."""
    query, key = widths(shape)
    hidden = shape.hidden
    mlp = 3 * (hidden + shape.intermediate) * max(1, shape.experts)
    return rank * shape.layers * (2 * (hidden + query) + 2 * (hidden + key) + mlp)


def choose_rank(shape: ModelShape, trained_tokens: float, limits: AdapterLimits) -> int:
    """The rank for this many trained tokens, never more than a fraction of the model's width."""
    rank = limits.rank
    if trained_tokens > limits.most_tokens:
        rank = limits.rank_most
    elif trained_tokens > limits.many_tokens:
        rank = limits.rank_many
    return max(1, min(rank, shape.hidden // limits.widths_per_rank))


def capacity_used(shape: ModelShape, rank: int, trained_tokens: float, limits: AdapterLimits) -> float:
    """Bits that the answers ask to be stored over bits that the adapter can store; above 1 it binds."""
    have = limits.bits_per_parameter * lora_parameters(shape, rank)
    return trained_tokens * limits.bits_per_token / have if have > 0 else float("inf")
