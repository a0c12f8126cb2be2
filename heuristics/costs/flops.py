"""Arithmetic of one training token."""

from heuristics.facts.model import ModelShape
from heuristics.planning.adapter import widths
from heuristics.planning.recipe import Method


def matmul_parameters(shape: ModelShape) -> int:
    """Parameters that take part in matrix products for one token: the input embedding is only looked up,
    unless it is also the output matrix."""
    looked_up = 0 if shape.tied else shape.vocabulary * shape.hidden
    return max(1, shape.active_parameters - looked_up)


def training_flops(shape: ModelShape, method: Method, length: int, checkpointing: bool) -> float:
    """Floating point operations per token, forward and backward: k * N + 6 * L * d_q * s, where k is 6 for
    full fine-tuning and 4 with frozen weights, 2 more when activations are recomputed."""
    factor = (6 if method == "full" else 4) + (2 if checkpointing else 0)
    return factor * matmul_parameters(shape) + 6.0 * shape.layers * widths(shape)[0] * length


def forward_flops(shape: ModelShape, length: int) -> float:
    """Floating point operations per token of a forward pass: 2 * N + 2 * L * d_q * s."""
    return 2 * matmul_parameters(shape) + 2.0 * shape.layers * widths(shape)[0] * length
