"""Loss kernels that never hold all logits, as what they allocate."""

import torch
from torch import nn

from heuristics.facts.simulation import LossKernel

TRL_ROWS, TRL_COLUMNS = 4096, 32768
"""Tile of TRL 1.16 when the installed one does not tell its own (trl/kernels/chunked_logprob.py)."""


def tiled_loss(kernel: LossKernel, hidden: torch.Tensor, head: nn.Module) -> torch.Tensor:
    """The mean loss over all positions from the last hidden states, by one of the fused kernels."""
    weight = head.weight
    assert isinstance(weight, torch.Tensor)
    source = hidden[:, :-1] if kernel == "trl" else hidden
    rows = source.reshape(-1, source.shape[-1])
    match kernel:
        case "trl":
            # Positions with an answer are gathered, which copies them.
            losses: torch.Tensor = _Trl.apply(rows.clone(), weight, *trl_tile())  # type: ignore[no-untyped-call]
            return losses.sum()
        case "liger":
            return _Liger.apply(rows, weight)  # type: ignore[no-any-return, no-untyped-call]
        case _:
            return _Cut.apply(rows, weight)  # type: ignore[no-any-return, no-untyped-call]


def trl_tile() -> tuple[int, int]:
    """Rows and vocabulary entries of one tile in the installed TRL."""
    try:
        from trl.kernels.chunked_logprob import TOKEN_CHUNK_SIZE
        from trl.trainer import utils
    except Exception:  # noqa: BLE001, a package that is broken raises anything when imported
        return TRL_ROWS, TRL_COLUMNS
    return int(TOKEN_CHUNK_SIZE), int(getattr(utils, "_CHUNKED_LOGPROB_CHUNK_SIZE", TRL_COLUMNS))


def _compute(hidden: torch.Tensor) -> torch.dtype:
    return torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else hidden.dtype


def _numbers(like: torch.Tensor, *shape: int, number: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.empty(*shape, dtype=number, device=like.device)


class _Trl(torch.autograd.Function):
    """trl/kernels/chunked_logprob.py, `ChunkedLogProbFunction`: tiles of logits, made anew in backward."""

    @staticmethod
    def forward(
        ctx: torch.autograd.function.FunctionCtx,
        hidden: torch.Tensor,
        weight: torch.Tensor,
        tile_rows: int,
        tile_columns: int,
    ) -> torch.Tensor:
        count, number = hidden.shape[0], _compute(hidden)
        running = [_numbers(hidden, count) for _ in range(7)]
        _tiles(hidden, weight, tile_rows, tile_columns, number)
        ctx.save_for_backward(hidden, weight, _numbers(hidden, count), _numbers(hidden, count))
        ctx.tile = (tile_rows, tile_columns, number)  # type: ignore[attr-defined]
        return running[0]

    @staticmethod
    def backward(
        ctx: torch.autograd.function.FunctionCtx, *gradients: torch.Tensor
    ) -> tuple[torch.Tensor | None, ...]:
        hidden, weight, _, _ = ctx.saved_tensors  # type: ignore[attr-defined]
        trained = ctx.needs_input_grad[1]  # type: ignore[attr-defined]
        to_weight = _numbers(hidden, *weight.shape) if trained else None
        to_hidden = _numbers(hidden, *hidden.shape)
        _tiles(hidden, weight, *ctx.tile)  # type: ignore[attr-defined]
        return (
            to_hidden.to(hidden.dtype),
            None if to_weight is None else to_weight.to(weight.dtype),
            None,
            None,
        )


def _tiles(hidden: torch.Tensor, weight: torch.Tensor, rows: int, columns: int, number: torch.dtype) -> None:
    height = min(rows, hidden.shape[0])
    buffer = _numbers(hidden, height, min(columns, weight.shape[0]), number=number)
    part = hidden[:height].to(number)
    slab = weight[: buffer.shape[1]].to(number)
    torch.mm(part, slab.t(), out=buffer)


class _Liger(torch.autograd.Function):
    """liger_kernel/ops/fused_linear_cross_entropy.py: as many pieces of rows as the vocabulary is wider than
    the hidden size, and all gradients already in the forward."""

    @staticmethod
    def forward(
        ctx: torch.autograd.function.FunctionCtx, hidden: torch.Tensor, weight: torch.Tensor
    ) -> torch.Tensor:
        count, width = hidden.shape
        number = _compute(hidden)
        ratio = -(-weight.shape[0] // width)
        pieces = -(-count // ratio)
        height = 1 << (pieces - 1).bit_length()
        to_hidden = torch.empty_like(hidden)
        trained = weight.requires_grad
        to_weight = _numbers(hidden, *weight.shape, number=weight.dtype) if trained else None
        losses = _numbers(hidden, count)
        logits = torch.mm(hidden[:height].to(number), weight.to(number).t())
        part = torch.mm(logits, weight.to(number))
        if to_weight is not None:
            torch.mm(logits.t(), hidden[:height].to(number))
        ctx.save_for_backward(to_hidden, *(() if to_weight is None else (to_weight,)))
        del logits, part
        return losses.sum()

    @staticmethod
    def backward(
        ctx: torch.autograd.function.FunctionCtx, *gradients: torch.Tensor
    ) -> tuple[torch.Tensor | None, ...]:
        to_hidden, *rest = ctx.saved_tensors  # type: ignore[attr-defined]
        return to_hidden, rest[0] if rest else None


class _Cut(torch.autograd.Function):
    """Cut cross-entropy (2411.09009): nothing as wide as the vocabulary but the head's own gradient."""

    @staticmethod
    def forward(
        ctx: torch.autograd.function.FunctionCtx, hidden: torch.Tensor, weight: torch.Tensor
    ) -> torch.Tensor:
        rows = _numbers(hidden, hidden.shape[0])
        ctx.save_for_backward(hidden, weight, _numbers(hidden, hidden.shape[0]))
        return rows.sum()

    @staticmethod
    def backward(
        ctx: torch.autograd.function.FunctionCtx, *gradients: torch.Tensor
    ) -> tuple[torch.Tensor | None, ...]:
        hidden, weight, _ = ctx.saved_tensors  # type: ignore[attr-defined]
        trained = ctx.needs_input_grad[1]  # type: ignore[attr-defined]
        to_weight = torch.empty_like(weight) if trained else None
        return torch.empty_like(hidden), to_weight
