"""Arithmetic per token, speed of a device, and how long runs take."""

from dataclasses import replace

import pytest

from heuristics.basis import Basis
from heuristics.costs.duration import Work, device_speed, forward_time, measured_time, training_time
from heuristics.costs.flops import forward_flops, matmul_parameters, training_flops
from heuristics.planning.recipe import Method
from tests.heuristics.known_cases import CPU, GPU, LIMITS, LLAMA_8B, SMALL, TINY

TIME = LIMITS.time


def test_the_input_embedding_costs_nothing_unless_it_is_also_the_output() -> None:
    assert matmul_parameters(LLAMA_8B.shape) == 8_030_261_248 - 128_256 * 4096
    assert matmul_parameters(TINY.shape) == 260_032


def test_frozen_weights_save_a_third_and_recomputing_costs_two_more() -> None:
    count, attention = matmul_parameters(LLAMA_8B.shape), 6 * 32 * 4096 * 2048
    assert training_flops(LLAMA_8B.shape, "full", 2048, False) == 6 * count + attention
    assert training_flops(LLAMA_8B.shape, "lora", 2048, False) == 4 * count + attention
    assert training_flops(LLAMA_8B.shape, "qlora", 2048, True) == 6 * count + attention


def test_a_forward_pass_is_a_third_of_full_training() -> None:
    shape = LLAMA_8B.shape
    assert 3 * forward_flops(shape, 512) == pytest.approx(training_flops(shape, "full", 512, False))


def test_published_lora_speed_of_an_8b_model_on_a_4090_lies_in_the_interval() -> None:
    # torchtune README: 3083 tokens/s for LoRA at 2 x 2048; the datasheet peak is 165.2 TFLOP/s.
    speed = device_speed(GPU, LLAMA_8B.shape, "lora", "bf16", TIME)
    work = Work(LLAMA_8B.shape, "lora", 2048, False, 3083.0, 3083 / 4096)
    estimate = training_time(work, speed, TIME)
    assert estimate.low <= 1.0 <= estimate.high


def test_lora_of_a_135m_model_on_one_core_took_what_is_predicted() -> None:
    # Measured 2026-11-23 on one EPYC core with 0.085 TFLOP/s: 77 tokens/s at 1 x 256, 147.8M parameters.
    core = replace(CPU, throughput=(replace(CPU.throughput[0], tflops=0.085),))
    shape = replace(SMALL.shape, parameters=147_786_048, active_parameters=147_786_048)
    work = Work(shape, "lora", 256, False, 256.0, 1)
    estimate = training_time(work, device_speed(core, shape, "lora", "fp32", TIME), TIME)
    assert estimate.low <= 256 / 77 <= estimate.high


def test_small_models_on_a_large_gpu_wait_for_the_processor() -> None:
    # Measured 2026-11-26 on an H200 with 693 TFLOP/s: 24 layers, 896 wide, 8 x 512 tokens a step.
    gpu = replace(GPU, throughput=(replace(GPU.throughput[0], dtype="bf16", tflops=693.0),))
    shape = replace(LLAMA_8B.shape, parameters=494_032_768, active_parameters=494_032_768, hidden=896)
    shape = replace(shape, layers=24, heads=14, kv_heads=2, intermediate=4864, vocabulary=151936)
    measured: tuple[tuple[Method, float], ...] = (("full", 0.133), ("lora", 0.171), ("qlora", 0.273))
    for method, seconds in measured:
        work = Work(shape, method, 512, False, 4096.0, 1)
        speed = device_speed(gpu, shape, method, "bf16", TIME)
        estimate = training_time(work, speed, TIME)
        assert estimate.low <= seconds <= estimate.high, method
        recomputed = training_time(replace(work, checkpointing=True), speed, TIME)
        assert recomputed.value > 1.4 * estimate.value
        scored = (forward_time(replace(work, checkpointing=each), speed, TIME) for each in (False, True))
        assert len(set(scored)) == 1, "scoring recomputes nothing"


def test_a_narrow_model_on_one_core_took_what_is_predicted() -> None:
    # Measured on the same core: 52 ms for 4 x 128 tokens of a model 64 wide with 5 layers.
    core = replace(CPU, throughput=(replace(CPU.throughput[0], tflops=0.085),))
    work = Work(TINY.shape, "lora", 128, False, 512.0, 1)
    estimate = training_time(work, device_speed(core, TINY.shape, "lora", "fp32", TIME), TIME)
    assert estimate.low <= 0.052 <= estimate.high


def test_a_device_that_was_not_measured_gives_a_wide_assumed_speed() -> None:
    for device in (replace(CPU, throughput=()), replace(GPU, throughput=())):
        speed = device_speed(device, LLAMA_8B.shape, "lora", "bf16", TIME)
        assert speed.basis is Basis.ASSUMED
        assert speed.spread >= 5
        assert speed.flops > 0


def test_measured_speeds_replace_arithmetic() -> None:
    estimate = measured_time(12_000, (100.0, 200.0), TIME)
    assert estimate is not None
    assert (estimate.value, estimate.basis) == (80.0, Basis.MEASURED)
    assert estimate.low == pytest.approx(60 / 1.2)
    assert estimate.high == pytest.approx(120 * 1.2)


def test_a_speed_of_nothing_gives_no_duration() -> None:
    assert measured_time(100, (0.0,), TIME) is None
    assert measured_time(100, (), TIME) is None
