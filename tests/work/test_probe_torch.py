"""GPUs as torch itself tells them: AMD's under its CUDA names, Apple's, Intel's.

Fields are those of torch's documentation (notes/hip.rst; torch.xpu.get_device_properties and mem_get_info;
torch.mps.recommended_max_memory) and of torch/_C/__init__.pyi, version 2.13.
"""

from types import SimpleNamespace

import pytest
import torch

from advisor.work.machine.parts import Parts
from advisor.work.machine.torch_view import TorchView, look_through_torch

GIB = 1 << 30
MI250 = SimpleNamespace(
    name="AMD Instinct MI250X/MI250",
    major=9,
    minor=0,
    total_memory=64 * GIB,
    gcnArchName="gfx90a:sramecc+:xnack-",
    is_integrated=0,
    uuid="61646130-6536",
)
STRIX = SimpleNamespace(
    name="AMD Radeon Graphics",
    major=11,
    minor=5,
    total_memory=96 * GIB,
    gcnArchName="gfx1151",
    is_integrated=1,
    uuid="",
)
BATTLEMAGE = SimpleNamespace(
    name="Intel(R) Arc(TM) B580 Graphics",
    total_memory=12 * GIB - (1 << 20),
    has_bfloat16_conversions=True,
    is_integrated_gpu=False,
)
INSIDE = SimpleNamespace(name="Intel(R) Arc(TM) Graphics", total_memory=28 * GIB)
"""A torch that tells neither of the last two fields."""


@pytest.fixture(autouse=True)
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A torch for processors alone, to which each test adds."""
    monkeypatch.setattr(torch.version, "cuda", None)
    monkeypatch.setattr(torch.version, "hip", None)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    monkeypatch.setattr(torch.xpu, "is_available", lambda: False)


def looked() -> tuple[TorchView, list[str]]:
    parts = Parts()
    return look_through_torch(parts, ask_free=False), parts.problems


def test_amd_gpus_answer_under_the_names_of_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    cards = [MI250, STRIX]
    monkeypatch.setattr(torch.version, "hip", "6.4.43484-123eb5128")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: len(cards))
    monkeypatch.setattr(torch.cuda, "get_device_properties", cards.__getitem__)
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda index: (cards[index].total_memory - GIB, 0))
    view, problems = looked()
    assert (view.backends[:2], problems) == (("cpu", "rocm 6.4.43484-123eb5128"), [])
    large, inside = view.gpus
    assert (large.kind, large.compute_capability, large.bf16, large.why_not) == ("rocm", "gfx90a", True, "")
    assert (large.memory_total, large.memory_free, large.shared_memory) == (64 * GIB, 63 * GIB, False)
    assert (inside.index, inside.compute_capability, inside.shared_memory) == (1, "gfx1151", True)


def test_a_rocm_torch_without_a_gpu_says_so_in_its_own_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise RuntimeError("No HIP GPUs are available\n(hipInit)")

    monkeypatch.setattr(torch.version, "hip", "6.4.43484")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.cuda, "current_device", refuse)
    view, _ = looked()
    assert view.gpus == ()
    assert view.trouble.startswith("No HIP GPUs are available") and "\n" not in view.trouble


def test_an_apple_gpu_may_take_what_metal_recommends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.backends.mps, "is_built", lambda: True)
    monkeypatch.setattr(torch.mps, "recommended_max_memory", lambda: 22906503168)
    monkeypatch.setattr(torch.mps, "driver_allocated_memory", lambda: GIB)
    view, problems = looked()
    (gpu,) = view.gpus
    assert ("mps" in view.backends, problems) == (True, [])
    assert (gpu.kind, gpu.memory_total, gpu.shared_memory) == ("mps", 22906503168, True)
    assert gpu.memory_free == 22906503168 - GIB


def test_intel_gpus_answer_with_what_is_free_and_what_they_share(monkeypatch: pytest.MonkeyPatch) -> None:
    cards = [BATTLEMAGE, INSIDE]
    monkeypatch.setattr(torch.version, "xpu", "20250301")
    monkeypatch.setattr(torch.xpu, "is_available", lambda: True)
    monkeypatch.setattr(torch.xpu, "device_count", lambda: len(cards))
    monkeypatch.setattr(torch.xpu, "get_device_properties", cards.__getitem__)
    monkeypatch.setattr(torch.xpu, "mem_get_info", lambda index: (10 * GIB, cards[index].total_memory))
    view, problems = looked()
    assert ("xpu" in view.backends, problems) == (True, [])
    own, inside = view.gpus
    assert (own.kind, own.name, own.bf16) == ("xpu", "Intel(R) Arc(TM) B580 Graphics", True)
    assert (own.memory_total, own.memory_free, own.shared_memory) == (
        BATTLEMAGE.total_memory,
        10 * GIB,
        False,
    )
    assert (inside.index, inside.bf16) == (1, True)


def test_a_driver_that_breaks_costs_only_its_own_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(_index: int) -> object:
        raise RuntimeError("Native API failed. Native API returns: 20 (UR_RESULT_ERROR_DEVICE_LOST)")

    monkeypatch.setattr(torch.xpu, "is_available", lambda: True)
    monkeypatch.setattr(torch.xpu, "device_count", lambda: 1)
    monkeypatch.setattr(torch.xpu, "get_device_properties", lost)
    view, (problem,) = looked()
    assert view.gpus == ()
    assert problem.startswith("Intel GPUs in torch") and "DEVICE_LOST" in problem
