"""Memory of each GPU: what is divided, what each keeps for itself, and what is gathered."""

from dataclasses import replace

import pytest

from heuristics.basis import Basis, Estimate
from heuristics.memory.sharded import fully_sharded, optimizer_sharded, shared_recipe, shares_of
from heuristics.planning.recipe import MemoryPart, MemoryPrediction, Recipe
from tests.heuristics.known_cases import GIB, LIMITS, LLAMA_8B

LORA = Recipe("llama-8b", "lora", 2e-4, 4, 2, 1.0, 1024, 100, precision="bf16")
FULL = replace(LORA, method="full")
SHAPE = LLAMA_8B.shape


def whole(**sizes: float) -> MemoryPrediction:
    """One GPU's undivided step, as if it had been simulated."""
    total = sum(sizes.values()) * GIB
    return MemoryPrediction(
        tuple(MemoryPart(name, round(size * GIB)) for name, size in sizes.items()),  # type: ignore[arg-type]
        Estimate(total, total, total, "bytes", Basis.SIMULATED),
        80 * GIB,
        "fits",
    )


def parts(memory: MemoryPrediction) -> dict[str, float]:
    return {each.name: each.bytes / GIB for each in memory.parts}


def test_everything_that_can_be_is_divided_and_layers_are_gathered() -> None:
    step = whole(weights=15, adapter=0.2, gradients=0.2, optimizer=0.4, activations=6, logits=1, overhead=1)
    shown = parts(fully_sharded(step, SHAPE, LORA, 4, LIMITS))
    assert shown["weights"] == pytest.approx(15 / 4)
    assert shown["optimizer"] == pytest.approx(0.1)
    assert shown["activations"] == pytest.approx(6)
    # Embedding and output matrix, and three of 32 layers, 2 bytes a number.
    root = 2 * 128_256 * 4096
    layer = (8_030_261_248 - root) / 32
    assert shown["gathered layers"] == pytest.approx(2 * (root + 3 * layer) / GIB, rel=0.01)


def test_full_training_does_not_make_the_copies_of_autocast_when_divided() -> None:
    copies = 2 * SHAPE.parameters / GIB
    step = whole(weights=30, gradients=30, optimizer=60, activations=6 + copies)
    shown = parts(fully_sharded(step, SHAPE, FULL, 8, LIMITS))
    assert shown["activations"] == pytest.approx(6, abs=0.01)
    assert sum(shown.values()) < sum(parts(step).values()) / 3


def test_zero_2_keeps_the_weights_whole() -> None:
    step = whole(weights=15, adapter=0.2, gradients=0.2, optimizer=0.4, activations=6)
    shown = parts(optimizer_sharded(step, SHAPE, LORA, 4, LIMITS))
    assert shown["weights"] == pytest.approx(15)
    assert shown["gradients"] == pytest.approx(0.05)
    assert shown["adapter"] == pytest.approx(0.2 * 0.75)


def test_the_rows_of_a_step_are_shared_as_the_exported_script_shares_them() -> None:
    two = shared_recipe(LORA, 2)
    assert two is not None
    assert (two.micro_batch, two.accumulation) == (4, 1)
    eight = shared_recipe(LORA, 8)
    assert eight is not None
    assert (eight.micro_batch, eight.accumulation) == (1, 1)
    assert shared_recipe(LORA, 3) is None
    assert shared_recipe(LORA, 16) is None


def test_four_bit_weights_are_left_to_zero_2() -> None:
    step = whole(weights=5, activations=6)
    made = shares_of(step, SHAPE, replace(LORA, method="qlora"), (2, 4), LIMITS)
    assert [each.engine for each in made] == ["DeepSpeed ZeRO-2", "DeepSpeed ZeRO-2"]
    full = shares_of(step, SHAPE, FULL, (2,), LIMITS)
    assert [each.engine for each in full] == ["FSDP2", "DeepSpeed ZeRO-3"]
    assert all(each.memory.basis is Basis.SIMULATED for each in full)
    assert all("shard arithmetic over the simulated step" in each.memory.source for each in full)
