"""Attention kernels of CUDA as what they allocate: flash, memory-efficient, and step by step."""

import torch

from heuristics.facts.simulation import Attention

HALVES = (torch.float16, torch.bfloat16)
FLASH_WIDEST = 256
"""Widest heads of the flash kernel."""


def scaled_dot_product(  # noqa: PLR0913, PLR0917, the arguments are those of torch
    kernel: Attention,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attn_mask: torch.Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> torch.Tensor:
    """`torch.nn.functional.scaled_dot_product_attention` with the kernel that CUDA would choose.

    Flash needs 16 bits, no mask and heads of at most 256; the memory-efficient kernel needs as many key heads
    as query heads; what neither takes is computed step by step (aten/src/ATen/native/transformers/cuda/
    sdp_utils.cpp). A script that pins "expanded" copies the key heads first.
    """
    if torch.is_autocast_enabled("cpu"):
        number = torch.get_autocast_dtype("cpu")
        query, key, value = query.to(number), key.to(number), value.to(number)
    if kernel == "flash" and query.dtype in HALVES and attn_mask is None and query.shape[-1] <= FLASH_WIDEST:
        return _Flash.apply(query, key, value)  # type: ignore[no-any-return, no-untyped-call]
    groups = query.shape[1] // key.shape[1]
    if groups > 1 and kernel != "expanded":
        with torch.autocast("cpu", enabled=False):
            return _step_by_step(query, key, value, attn_mask, groups)
    if groups > 1:
        key, value = key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)
    bias = () if attn_mask is None else (_bias(attn_mask, query.dtype),)
    return _Efficient.apply(query, key, value, *bias)  # type: ignore[no-any-return, no-untyped-call]


def _bias(mask: torch.Tensor, number: torch.dtype) -> torch.Tensor:
    """A mask as numbers to add, with rows of a multiple of 16 bytes (aten/src/ATen/native/transformers/
    attention.cpp, `convert_boolean_attn_mask` and `pad_bias`)."""
    if mask.dtype is torch.bool:
        mask = torch.empty(mask.shape, dtype=number, device=mask.device)
    columns = mask.shape[-1]
    aligned = 16 // mask.element_size()
    if columns % aligned:
        wider = -(-columns // aligned) * aligned
        return torch.empty(*mask.shape[:-1], wider, dtype=mask.dtype, device=mask.device)
    return mask


def _step_by_step(
    query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: torch.Tensor | None, groups: int
) -> torch.Tensor:
    """aten/src/ATen/native/transformers/attention.cpp, `_scaled_dot_product_attention_math`: in fp32, with a
    causal mask of its own where none is given."""
    number = query.dtype
    query, key, value = (each.float() if number in HALVES else each for each in (query, key, value))
    query = query * 0.5
    if mask is None:
        mask = torch.ones(query.shape[-2], key.shape[-2], dtype=torch.bool, device=query.device).tril()
    if mask.dtype is torch.bool:
        mask = torch.empty(mask.shape, dtype=query.dtype, device=query.device)
    key, value = key.repeat_interleave(groups, 1), value.repeat_interleave(groups, 1)
    weights = torch.matmul(query, key.transpose(-2, -1) * 0.5)
    weights.add_(mask)
    weights = torch._safe_softmax(weights, -1)
    return torch.matmul(weights, value).to(number)


def _rows_first(like: torch.Tensor, width: int, number: torch.dtype | None = None) -> torch.Tensor:
    """An empty tensor with batch, length, heads and width, in this order in memory."""
    batch, heads, length, _ = like.shape
    return torch.empty(batch, length, heads, width, dtype=number or like.dtype, device=like.device)


def _kept(
    ctx: torch.autograd.function.FunctionCtx,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    multiple: int,
    *more: torch.Tensor,
) -> torch.Tensor:
    """The result of either kernel, kept for its backward beside the inputs and one fp32 number per row."""
    out = _rows_first(query, value.shape[-1]).transpose(1, 2)
    ctx.save_for_backward(query, key, value, out, _per_row(query, multiple), *more)
    return out


def _gradients(*inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Empty gradients of query, key and value, laid out as either kernel does."""
    return tuple(_rows_first(each, each.shape[-1]).transpose(1, 2) for each in inputs)


def _per_row(like: torch.Tensor, multiple: int) -> torch.Tensor:
    """An empty fp32 number for each head and row, with the rows rounded up."""
    batch, heads, length, _ = like.shape
    return torch.empty(
        batch, heads, -(-length // multiple) * multiple, dtype=torch.float32, device=like.device
    )


class _Efficient(torch.autograd.Function):
    """aten/src/ATen/native/transformers/cuda/attention.cu and attention_backward.cu,
    `_efficient_attention_forward` and `_efficient_attention_backward`."""

    @staticmethod
    def forward(
        ctx: torch.autograd.function.FunctionCtx,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        *bias: torch.Tensor,
    ) -> torch.Tensor:
        return _kept(ctx, query, key, value, 32, *bias)

    @staticmethod
    def backward(
        ctx: torch.autograd.function.FunctionCtx, *gradients: torch.Tensor
    ) -> tuple[torch.Tensor | None, ...]:
        query, key, value, _, _, *bias = ctx.saved_tensors  # type: ignore[attr-defined]
        results = _gradients(query, key, value)
        if query.dtype in HALVES:
            # The kernel sums the rows of gradient times output itself, and the query's gradient in fp32.
            _kept_sums = (_per_row(query, 1), _rows_first(query, query.shape[-1], torch.float32))
        else:
            _product = _rows_first(query, query.shape[-1], torch.float32)
            _sums = (_per_row(query, 1), _per_row(query, 1))
        return (*results, *(None for _ in bias))


class _Flash(torch.autograd.Function):
    """aten/src/ATen/native/transformers/cuda/flash_attn/flash_api.cpp, `mha_fwd` and `mha_bwd`."""

    @staticmethod
    def forward(
        ctx: torch.autograd.function.FunctionCtx, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor
    ) -> torch.Tensor:
        return _kept(ctx, query, key, value, 1)

    @staticmethod
    def backward(
        ctx: torch.autograd.function.FunctionCtx, *gradients: torch.Tensor
    ) -> tuple[torch.Tensor, ...]:
        query, key, value, _, _ = ctx.saved_tensors  # type: ignore[attr-defined]
        results = _gradients(query, key, value)
        batch, heads, length, width = query.shape
        rows, columns = -(-length // 128) * 128, -(-width // 32) * 32
        _sums = _per_row(query, 128)
        _in_fp32 = torch.empty(batch, rows, heads, columns, dtype=torch.float32, device=query.device)
        if heads != key.shape[1]:
            # With fewer key heads, each query head's part is kept and summed afterwards.
            _expanded = [_rows_first(query, width, key.dtype) for _ in range(2)]
        return results
