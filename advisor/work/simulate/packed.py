"""Linear layers with 4-bit weights, as what bitsandbytes allocates for them."""

import torch
from torch import nn

BLOCK = 64
"""Weights that share one scale (QLoRA 2305.14314)."""
BLOCK_OF_SCALES = 256
"""Scales that share one scale of their own with double quantisation."""


class PackedLinear(nn.Linear):
    """A linear layer whose weight is kept in 4 bits and unpacked for each product."""

    def __init__(self, plain: nn.Linear, compute: torch.dtype, double: bool) -> None:
        nn.Module.__init__(self)
        self.in_features, self.out_features = plain.in_features, plain.out_features
        self.compute, self.double_scales = compute, double
        self.adapted = False
        """True when an adapter adds to the result, which peft copies before (peft/tuners/lora/bnb.py)."""
        packed = torch.empty(-(-plain.weight.numel() // 2), 1, dtype=torch.uint8, device="meta")
        self.weight = nn.Parameter(packed, requires_grad=False)
        self.bias = plain.bias
        for index, (numbers, dtype) in enumerate(scale_sizes(plain.weight.numel(), double)):
            self.register_buffer(f"scales{index}", torch.empty(numbers, dtype=dtype, device="meta"))

    def forward(self, input: torch.Tensor) -> torch.Tensor:
        """The product in the compute format, given back in the input's format."""
        cast = input.to(self.compute)
        bias = None if self.bias is None else self.bias.to(self.compute)
        shape = (self.out_features, self.in_features)
        out = _Product.apply(cast, self.weight, shape, bias).to(input.dtype)  # type: ignore[no-untyped-call]
        return out.clone() if self.adapted else out  # type: ignore[no-any-return]


class _Product(torch.autograd.Function):
    """bitsandbytes/autograd/_functions.py, `MatMul4Bit`: unpacked in 16 bits, once each way."""

    @staticmethod
    def forward(
        ctx: torch.autograd.function.FunctionCtx,
        source: torch.Tensor,
        packed: torch.Tensor,
        shape: tuple[int, int],
        bias: torch.Tensor | None,
    ) -> torch.Tensor:
        ctx.save_for_backward(packed)
        ctx.shape = shape  # type: ignore[attr-defined]
        weight = torch.empty(shape, dtype=source.dtype, device=source.device)
        return nn.functional.linear(source, weight, bias)

    @staticmethod
    def backward(
        ctx: torch.autograd.function.FunctionCtx, *gradients: torch.Tensor
    ) -> tuple[torch.Tensor | None, ...]:
        (gradient,) = gradients
        shape = ctx.shape  # type: ignore[attr-defined]
        weight = torch.empty(shape, dtype=gradient.dtype, device=gradient.device)
        return torch.matmul(gradient, weight), None, None, None


def scale_sizes(weights: int, double: bool) -> tuple[tuple[int, torch.dtype], ...]:
    """How many numbers of which format are kept beside the packed weights."""
    blocks = -(-weights // BLOCK)
    code = (16, torch.float32)
    if not double:
        return (code, (blocks, torch.float32))
    return (code, (blocks, torch.uint8), (-(-blocks // BLOCK_OF_SCALES), torch.float32), (256, torch.float32))
