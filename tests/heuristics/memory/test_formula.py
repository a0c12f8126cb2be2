"""The memory formula against published measurements and hand-worked sums."""

from dataclasses import replace

import pytest

from heuristics.facts.model import ModelShape
from heuristics.memory.formula import (
    Load,
    activation_bytes,
    available_on,
    fit_of,
    load_of,
    predict,
    weight_bytes,
)
from heuristics.memory.sizes import smallest_step
from heuristics.planning.recipe import Recipe
from tests.heuristics.known_cases import GIB, GPU, LIMITS, LLAMA_8B, TINY, machine

MEMORY = LIMITS.memory
LLAMA_3B = ModelShape(3072, 28, 24, 8, 128, 8192, 128256, True, 3_212_749_824, 3_212_749_824, 131072)
QWEN_8B = ModelShape(4096, 36, 32, 8, 128, 12288, 151936, False, 8_190_735_360, 8_190_735_360, 40960)


@pytest.mark.parametrize(("shape", "size"), [(LLAMA_8B.shape, 5.31), (QWEN_8B, 5.66), (LLAMA_3B, 2.09)])
def test_four_bit_weights_have_their_known_size(shape: ModelShape, size: float) -> None:
    unpacked = 2 * shape.hidden * shape.intermediate
    assert (weight_bytes(shape, "qlora", "bf16", MEMORY) - unpacked) / GIB == pytest.approx(size, abs=0.01)


def test_activations_explain_the_published_peak_of_a_3b_model() -> None:
    # torchtune README, pure bf16 AdamW (8 bytes per parameter), 2 x 4096 packed: 60.0 GiB on an A100.
    load = Load(LLAMA_3B, "full", 0, 2, 4096, "bf16", False)
    state, logits = 8 * LLAMA_3B.parameters, 10 * 8192 * LLAMA_3B.vocabulary
    assert (state + activation_bytes(load) + logits) / GIB == pytest.approx(60.0, rel=0.08)


def test_recomputing_activations_keeps_layer_inputs_and_one_layer() -> None:
    load = Load(LLAMA_3B, "full", 0, 2, 4096, "bf16", True)
    one_layer = 17 * 3072 + 6 * 3072 + 8 * 1024 + 8 * 8192
    assert activation_bytes(load) == 8192 * (28 * 2 * 3072 + one_layer)


@pytest.mark.parametrize(("length", "measured_gb"), [(256, 20.1), (1024, 21.5)])
def test_lora_of_a_7b_model_lies_inside_the_interval_of_the_published_peak(
    length: int, measured_gb: float
) -> None:
    # Qwen README, A100, LoRA on all linear layers, batch 1, recomputed activations.
    shape = ModelShape(4096, 32, 32, 32, 128, 11008, 151936, False, 7_721_324_544, 7_721_324_544, 8192)
    total = predict(Load(shape, "lora", 64, 1, length, "bf16", True), 80 * GIB, False, MEMORY).total
    assert total.low <= measured_gb * 1e9 <= total.high


def test_the_parts_add_up_to_the_total() -> None:
    for method in ("full", "lora", "qlora"):
        prediction = predict(Load(LLAMA_8B.shape, method, 16, 2, 1024, "bf16", False), GIB, False, MEMORY)
        assert sum(part.bytes for part in prediction.parts) == pytest.approx(prediction.total.value, abs=10)
        assert prediction.total.low < prediction.total.value < prediction.total.high


def test_full_fine_tuning_in_32_bits_keeps_sixteen_bytes_per_parameter() -> None:
    prediction = predict(Load(TINY.shape, "full", 0, 1, 32, "fp32", False), GIB, True, MEMORY)
    parts = {part.name: part.bytes for part in prediction.parts}
    assert parts["weights"] + parts["gradients"] + parts["optimizer"] == 16 * TINY.shape.parameters
    assert "adapter" not in parts


@pytest.mark.parametrize(("on_cpu", "each"), [(False, 2), (True, 12)])
def test_the_loss_is_computed_in_tiles_that_a_gpu_keeps_in_16_bits(on_cpu: bool, each: int) -> None:
    def logits(batch: int) -> int:
        load = Load(LLAMA_8B.shape, "lora", 16, batch, 4096, "bf16", True)
        parts = predict(load, GIB, on_cpu, MEMORY).parts
        return next(part.bytes for part in parts if part.name == "logits")

    assert logits(1) == logits(64) == each * 4096 * 32768


@pytest.mark.parametrize(("need", "fit"), [(95, "fits"), (96, "tight"), (100, "tight"), (101, "no")])
def test_a_step_fits_up_to_95_hundredths_of_the_free_memory(need: float, fit: str) -> None:
    assert fit_of(need, 100, MEMORY) == fit


def test_no_free_memory_fits_nothing() -> None:
    full = replace(GPU, memory_free=0)
    assert available_on(full) == 0
    load = Load(TINY.shape, "lora", 16, 1, 64, "fp32", False)
    assert predict(load, available_on(full), False, MEMORY).fit == "no"
    assert available_on(replace(GPU, memory_free=-5)) == 0


def test_more_of_anything_never_needs_less() -> None:
    base = Load(LLAMA_8B.shape, "lora", 16, 2, 512, "bf16", False)
    need = predict(base, GIB, False, MEMORY).total.value
    for larger in (replace(base, micro_batch=4), replace(base, length=1024), replace(base, rank=64)):
        assert predict(larger, GIB, False, MEMORY).total.value > need
    assert predict(replace(base, checkpointing=True), GIB, False, MEMORY).total.value < need
    assert predict(replace(base, method="qlora"), GIB, False, MEMORY).total.value < need


@pytest.mark.parametrize(
    ("batch", "packing", "precision", "capability", "kept"),
    [
        (1, False, "bf16", "8.0", "fused"),
        (4, False, "bf16", "8.0", "copied"),
        (4, True, "bf16", "9.0", "fused"),
        (1, False, "fp32", "9.0", "matrix"),
        (1, False, "fp16", "7.5", "matrix"),
        (1, False, "bf16", None, "fused"),
        (1, False, "bf16", "unknown", "fused"),
    ],
)
def test_what_attention_keeps_follows_from_batch_number_and_gpu(
    batch: int, packing: bool, precision: str, capability: str | None, kept: str
) -> None:
    recipe = Recipe("llama", "lora", 1e-4, batch, 1, 1, 1024, 1, precision=precision, packing=packing)  # type: ignore[arg-type]
    device = replace(GPU, compute_capability=capability)
    load = load_of(LLAMA_8B.shape, recipe, device)
    assert load.attention == kept
    assert load_of(replace(LLAMA_8B.shape, kv_heads=32), recipe, device).attention in ("fused", "copied")
    plain = activation_bytes(replace(load, attention="fused"))
    assert (activation_bytes(load) > plain) == (kept != "fused")
    if kept == "matrix":
        assert activation_bytes(load) - plain >= 32 * 32 * 1024 * 1024 * 4, "layers times heads times pairs"


def test_the_formula_promises_no_more_than_what_contexts_leave_open() -> None:
    tiny = replace(TINY.shape, parameters=10**5, active_parameters=10**5)
    total = predict(Load(tiny, "lora", 4, 1, 64, "bf16", True), GIB, False, MEMORY).total
    assert total.high - total.low > MEMORY.gpu_overhead - MEMORY.context_least - 1
    measured_here = predict(Load(tiny, "lora", 4, 1, 64, "fp32", True), GIB, True, MEMORY).total
    assert measured_here.high - measured_here.low < 0.1 * measured_here.value


def test_the_table_of_sizes_counts_what_an_old_gpu_keeps_without_flash() -> None:
    old, new = (
        smallest_step(machine(replace(GPU, compute_capability=each)), LLAMA_8B.shape, "lora", 2048, LIMITS)
        for each in ("7.5", "8.0")
    )
    matrix = 32 * 2048 * 2048 * 4
    assert old.total.value - new.total.value > matrix, "one layer's heads, rows and columns in 32 bits"
