"""GPUs are listed once each, with what the driver and torch say, usable or not."""

import os
import time
from pathlib import Path

import pytest
import torch

from advisor.catalog import gpus
from advisor.errors import Stopped
from advisor.work.machine.amd import amd_gpus
from advisor.work.machine.cards import Card
from advisor.work.machine.devices import SPLIT, best_first, cpu_device, gpu_devices
from advisor.work.machine.gpu_names import preset_of
from advisor.work.machine.intel import intel_gpus
from advisor.work.machine.measure import measured, undisturbed
from advisor.work.machine.nvidia import NvidiaGpu, nvidia_gpus, nvidia_on_bus
from advisor.work.machine.parts import Parts, within
from advisor.work.machine.speed import number_formats, throughput_of
from advisor.work.machine.torch_view import TorchGpu, TorchView, kernels_missing
from heuristics.facts.machine import Cpu, Device, Memory, Throughput
from tests.work.fake_nvml import FakeError, FakeGpu, FakeNvml, Running

GIB = 1 << 30
CPU = Cpu("AMD EPYC", 2, 2, ("avx512_bf16",))
CUDA = TorchView("2.9.0+cu128", ("cpu", "cuda 12.8"))


def named(pid: int) -> str:
    return f"program {pid}"


def read(*fakes: FakeGpu) -> list[NvidiaGpu]:
    return nvidia_gpus(FakeNvml(fakes), named)[0]


def seen(**changes: object) -> TorchView:
    """A CUDA torch that sees one RTX 4090."""
    gpu = TorchGpu("cuda", 0, "NVIDIA GeForce RTX 4090", 23 * GIB, uuid="1111", bf16=True)
    for name, value in changes.items():
        object.__setattr__(gpu, name, value)
    return TorchView(CUDA.version, CUDA.backends, (gpu,))


def devices(nvidia: list[NvidiaGpu], view: TorchView, cards: tuple[Card, ...] = ()) -> list[Device]:
    return gpu_devices(nvidia, cards, view, CPU, gpus())


def test_a_gpu_is_read_from_the_driver() -> None:
    programs = (Running(7, 2 * GIB), Running(8, None), Running(os.getpid(), GIB))
    library = FakeNvml([FakeGpu(programs=programs)])
    (gpu,), problems = nvidia_gpus(library, named)
    assert problems == []
    assert (gpu.name, gpu.driver, gpu.memory_free) == ("NVIDIA GeForce RTX 4090", "570.86.10", 20 * GIB)
    assert (gpu.compute_capability, gpu.power_limit_w, gpu.utilisation) == ("8.9", 450.0, 0.37)
    assert [(each.pid, each.name, each.memory) for each in gpu.processes] == [
        (7, "program 7", 2 * GIB),
        (8, "program 8", None),
    ]
    assert library.shut


def test_calls_that_fail_cost_only_their_own_answer() -> None:
    refuses = {"power": "Not Supported", "utilisation": "Unknown Error", "memory": "GPU is lost"}
    (gpu,), (problem,) = nvidia_gpus(FakeNvml([FakeGpu(refuses=refuses)]), named)
    assert (gpu.power_limit_w, gpu.utilisation, gpu.memory_total) == (None, None, None)
    assert gpu.name == "NVIDIA GeForce RTX 4090"
    assert "GPU is lost" in problem
    assert "power" not in problem


def test_one_lost_gpu_does_not_hide_the_other() -> None:
    found, problems = nvidia_gpus(FakeNvml([FakeGpu(refuses={"handle": "lost"}), FakeGpu()]), named)
    assert [each.index for each in found] == [1]
    assert len(problems) == 1


def test_a_split_gpu_is_listed_with_its_parts() -> None:
    part = FakeGpu(name="NVIDIA A100-SXM4-80GB MIG 1g.10gb", uuid="MIG-2222", total=10 * GIB, free=9 * GIB)
    whole, one = read(FakeGpu(name="NVIDIA A100-SXM4-80GB", total=80 * GIB, parts=(None, part)))
    assert whole.split
    assert (one.part, one.memory_total, one.compute_capability) == (1, 10 * GIB, "8.9")
    view = TorchView("2.9", CUDA.backends, (TorchGpu("cuda", 0, part.name, 10 * GIB, uuid="2222"),))
    usable, unusable = devices([whole, one], view)
    assert (usable.usable, usable.memory_free) == (True, 9 * GIB)
    assert (unusable.usable, unusable.why_not) == (False, SPLIT)


def test_a_driver_that_does_not_start_raises_its_own_error() -> None:
    with pytest.raises(FakeError, match="mismatch"):
        nvidia_gpus(FakeNvml([], start="version mismatch"), named)


def test_a_machine_without_gpus_has_none() -> None:
    assert nvidia_gpus(FakeNvml([]), named) == ([], [])


def test_a_driver_that_hangs_is_left_behind() -> None:
    began = time.monotonic()
    with pytest.raises(TimeoutError, match=r"no answer within 0\.1 s"):
        within(0.1, lambda: nvidia_gpus(FakeNvml([], delay=3), named))
    assert time.monotonic() - began < 2


def test_what_a_part_raises_becomes_one_line() -> None:
    parts = Parts()

    def fail() -> int:
        raise RuntimeError("two\nlines \x1b[31m")

    assert parts.attempt("Fan", fail, 3) == 3
    (problem,) = parts.problems
    assert problem.startswith("Fan: two lines")
    assert "\x1b" not in problem


def test_a_stop_is_not_taken_for_a_fault_of_the_part_that_it_came_in() -> None:
    def stopped() -> None:
        raise Stopped("Stopped")

    parts = Parts()
    with pytest.raises(Stopped):
        parts.attempt("torch", stopped, None)
    assert parts.problems == []


def test_driver_and_torch_are_joined_by_identity_not_by_order() -> None:
    first = FakeGpu(uuid="GPU-0000", free=1 * GIB)
    (device, hidden) = devices(read(first, FakeGpu(free=9 * GIB)), seen())
    assert (device.usable, device.memory_free, device.driver) == (True, 9 * GIB, "570.86.10")
    assert device.preset == "RTX 4090"
    assert not hidden.usable
    assert "CUDA_VISIBLE_DEVICES" in hidden.why_not


@pytest.mark.parametrize(
    ("view", "word"),
    [
        (TorchView(), "does not import"),
        (TorchView("2.9.0+cpu", ("cpu",)), "built without CUDA"),
        (TorchView("2.9", ("cpu", "cuda 12.8"), trouble="driver too old"), "driver too old"),
        (CUDA, "CUDA_VISIBLE_DEVICES"),
    ],
)
def test_a_gpu_that_torch_cannot_use_says_why(view: TorchView, word: str) -> None:
    (device,) = devices(read(FakeGpu()), view)
    assert not device.usable
    assert word in device.why_not
    assert device.memory_total == 24 * GIB


def test_a_gpu_known_to_torch_alone_is_listed() -> None:
    (device,) = devices([], seen(memory_free=5 * GIB))
    assert (device.memory_total, device.memory_free, device.driver) == (23 * GIB, 5 * GIB, None)


def test_a_gpu_that_shares_main_memory_takes_its_size_from_torch() -> None:
    nvidia = read(FakeGpu(refuses={"memory": "Not Supported"}))
    (device,) = devices(nvidia, seen(memory_free=3 * GIB, shared_memory=True))
    assert (device.memory_total, device.memory_free, device.shared_memory) == (23 * GIB, 3 * GIB, True)


def test_an_apple_gpu_is_named_by_its_chip() -> None:
    view = TorchView(
        "2.9", ("cpu", "mps"), (TorchGpu("mps", 0, "Apple GPU", 36 * GIB, memory_free=30 * GIB),)
    )
    (device,) = gpu_devices([], (), view, Cpu("Apple M3 Max", 12, 12), gpus())
    assert (device.name, device.preset) == ("Apple M3 Max", "Apple M3 Max")


def test_an_amd_gpu_without_rocm_torch_says_why(tmp_path: Path) -> None:
    card = tmp_path / "card1" / "device"
    card.mkdir(parents=True)
    (tmp_path / "card1-HDMI-A-1").mkdir()
    for name, text in {
        "vendor": "0x1002",
        "device": "0x744c",
        "product_name": "AMD Radeon RX 7900 XTX",
        "mem_info_vram_total": str(24 * GIB),
        "mem_info_vram_used": str(GIB),
        "gpu_busy_percent": "5",
    }.items():
        (card / name).write_text(text + "\n")
    sensors = card / "hwmon" / "hwmon3"
    sensors.mkdir(parents=True)
    (sensors / "power1_cap").write_text("303000000\n")
    (sensors / "temp1_input").write_text("52000\n")
    amd = tuple(amd_gpus(tmp_path))
    (device,) = devices([], TorchView("2.9.0+cpu", ("cpu",)), amd)
    assert (device.kind, device.usable, device.memory_free) == ("rocm", False, 23 * GIB)
    assert (device.preset, device.utilisation) == ("Radeon RX 7900 XTX", 0.05)
    assert (device.power_limit_w, device.temperature) == (303.0, 52)
    assert "ROCm" in device.why_not


def test_graphics_inside_the_processor_are_no_training_device(tmp_path: Path) -> None:
    card = tmp_path / "card0" / "device"
    card.mkdir(parents=True)
    (card / "vendor").write_text("0x1002")
    (card / "mem_info_vram_total").write_text(str(GIB // 2))
    assert amd_gpus(tmp_path) == []


def intel_card(root: Path, place: str, device: str, window: int, driver: str = "xe") -> None:
    """A card as the kernel shows it: its folder is a link to its place on the bus."""
    bus = root / "devices" / place
    (root / "drivers" / driver).mkdir(parents=True, exist_ok=True)
    (bus / "hwmon" / "hwmon2").mkdir(parents=True)
    (bus / "driver").symlink_to(root / "drivers" / driver)
    (bus / "vendor").write_text("0x8086\n")
    (bus / "device").write_text(f"{device}\n")
    unused = f"{0:#018x} {0:#018x} {0:#018x}\n"
    (bus / "resource").write_text(
        f"{0x8E000000:#018x} {0x8EFFFFFF:#018x} {0x14020C:#018x}\n{unused}"
        f"{0x4000000000:#018x} {0x4000000000 + window - 1:#018x} {0x14220C:#018x}\n{unused}"
    )
    (bus / "hwmon" / "hwmon2" / "power1_max").write_text("190000000\n")
    (bus / "hwmon" / "hwmon2" / "temp2_input").write_text("47000\n")
    card = root / "drm" / f"card{len(list(root.glob('devices/*')))}"
    card.mkdir(parents=True)
    (card / "device").symlink_to(bus)


def test_an_intel_gpu_without_xpu_torch_says_why(tmp_path: Path) -> None:
    intel_card(tmp_path, "0000:03:00.0", "0xe20b", 1 << 34)
    (device,) = devices([], TorchView("2.9.0+cpu", ("cpu",)), tuple(intel_gpus(tmp_path / "drm")))
    assert (device.kind, device.usable, device.preset) == ("xpu", False, "Arc B580")
    assert (device.memory_total, device.memory_free) == (12 * GIB, 12 * GIB), "windows are powers of two"
    assert (device.power_limit_w, device.temperature) == (190.0, 47)
    assert "XPU" in device.why_not


def test_an_intel_gpu_with_a_narrow_window_takes_its_size_from_the_preset(tmp_path: Path) -> None:
    intel_card(tmp_path, "0000:03:00.0", "0x56a0", 1 << 28, "i915")
    (device,) = devices([], TorchView("2.9.0+cpu", ("cpu",)), tuple(intel_gpus(tmp_path / "drm")))
    assert (device.name, device.memory_total) == ("Intel Arc A770 16GB", 16 * GIB)


def test_intel_graphics_inside_the_processor_are_no_training_device(tmp_path: Path) -> None:
    intel_card(tmp_path, "0000:00:02.0", "0x7d55", 1 << 28, "i915")
    assert intel_gpus(tmp_path / "drm") == []


@pytest.mark.parametrize("text", ["", "nonsense", "0x0 0x0 0x0\n" * 6, "1\n2\nx y z\n"])
def test_a_garbled_resource_file_means_an_unknown_size(tmp_path: Path, text: str) -> None:
    intel_card(tmp_path, "0000:03:00.0", "0xabcd", 1 << 34)
    (tmp_path / "devices" / "0000:03:00.0" / "resource").write_text(text)
    (card,) = intel_gpus(tmp_path / "drm")
    assert card.memory_total == 0


def test_a_plugged_in_gpu_without_driver_is_noticed(tmp_path: Path) -> None:
    assert not nvidia_on_bus(tmp_path)
    device = tmp_path / "0000:01:00.0"
    device.mkdir()
    (device / "vendor").write_text("0x10de\n")
    (device / "class").write_text("0x030000\n")
    assert nvidia_on_bus(tmp_path)


@pytest.mark.parametrize(
    ("capability", "built_for", "missing"),
    [
        ((8, 9), ["sm_80", "sm_90"], False),
        ((6, 1), ["sm_75", "sm_80"], True),
        ((12, 0), ["sm_80", "sm_90"], True),
        ((12, 0), ["sm_80", "compute_90"], False),
        ((10, 3), ["sm_100"], False),
        ((8, 0), ["sm_86"], True),
        ((9, 0), ["sm_90a"], False),
        ((9, 0), [], False),
    ],
)
def test_missing_kernels_are_foreseen(
    capability: tuple[int, int], built_for: list[str], missing: bool
) -> None:
    assert bool(kernels_missing(capability, built_for)) == missing


def test_the_best_usable_gpu_comes_first_and_the_cpu_last() -> None:
    cpu = cpu_device(CPU, Memory(8 * GIB, 4 * GIB, "host"))
    slow = Device("cuda", 0, "slow", 24 * GIB, 24 * GIB, True, (Throughput("bf16", 10, 9, 11),))
    fast = Device("cuda", 1, "fast", 16 * GIB, 16 * GIB, True, (Throughput("bf16", 90, 80, 99),))
    broken = Device("cuda", 2, "broken", 80 * GIB, 80 * GIB, True, usable=False, why_not="x")
    assert [each.name for each in best_first([cpu, broken, slow, fast])] == [
        "fast",
        "slow",
        "broken",
        "AMD EPYC",
    ]
    assert cpu.bf16
    assert cpu.shared_memory


@pytest.mark.parametrize(
    ("name", "gib", "preset"),
    [
        ("NVIDIA GeForce RTX 3060 Laptop GPU", 6, "RTX 3060 Laptop"),
        ("NVIDIA GeForce RTX 3060", 12, "RTX 3060 12GB"),
        ("NVIDIA GeForce RTX 4060 Ti", 8, "RTX 4060 Ti 8GB"),
        ("NVIDIA GeForce RTX 4060 Ti", 16, "RTX 4060 Ti 16GB"),
        ("NVIDIA A100-SXM4-40GB", 40, "A100 SXM4 40GB"),
        ("NVIDIA A100 80GB PCIe", 80, "A100 PCIe 80GB"),
        ("NVIDIA H100 80GB HBM3", 79.6, "H100 SXM5"),
        ("Tesla T4", 15, "T4"),
        ("Tesla V100-SXM2-32GB", 32, "V100 SXM2 32GB"),
        ("NVIDIA RTX 6000 Ada Generation", 48, "RTX 6000 Ada"),
        ("AMD Instinct MI300X", 192, "Instinct MI300X"),
        ("Apple M1", 16, "Apple M1"),
        ("NVIDIA A100-SXM4-80GB MIG 1g.10gb", 9.6, None),
        ("NVIDIA GeForce GTX 1080 Ti", 11, None),
        ("NVIDIA GeForce RTX 4090", 48, None),
        ("", 1, None),
    ],
)
def test_a_device_gets_the_preset_of_its_own_kind_only(name: str, gib: float, preset: str | None) -> None:
    found = preset_of(name, int(gib * GIB), gpus())
    assert (found.name if found else None) == preset


def test_throughput_is_the_median_with_its_spread() -> None:
    seconds = [1.0] * 8 + [0.5, 4.0]
    assert throughput_of("fp32", 2e12, seconds) == Throughput("fp32", 2.0, 2.0, 2.0)
    assert throughput_of("fp32", 2e12, [1.0, 2.0, 4.0]) == Throughput("fp32", 1.0, 0.5, 2.0)


def test_number_formats_suit_the_device() -> None:
    assert number_formats("cpu") == ("fp32", "bf16")
    assert "tf32" in number_formats("cuda", "8.9")
    assert "tf32" not in number_formats("cuda", "7.5")


def test_a_crowded_processor_is_judged_by_one_cores_own_time() -> None:
    crowded = Device("cpu", 0, "x", 1, 1, True, (Throughput("fp32", 0.01, 0.005, 0.02),), 2.0)
    alone = Device("cpu", 0, "x", 1, 1, True, (Throughput("fp32", 0.1, 0.09, 0.11),), 8.0)
    device = undisturbed(crowded, alone, cores=4)
    (speed,) = device.throughput
    assert (speed.tflops, speed.low) == (0.4, 0.01)
    assert speed.high == pytest.approx(0.44)
    assert device.bandwidth_gb_per_s == 8.0


def test_a_measurement_gives_the_threads_back(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def speeds(device: Device, *_: object) -> Device:
        seen.append(torch.get_num_threads())
        return device

    monkeypatch.setattr("advisor.work.machine.measure._with_speeds", speeds)
    before = torch.get_num_threads()
    measured(Device("cpu", 0, "x", 1, 1, True), before + 1, Parts())
    assert seen[0] == before + 1
    assert torch.get_num_threads() == before


def test_held_clocks_heat_and_screens_are_read_from_the_driver() -> None:
    (gpu,) = read(FakeGpu(clock_reasons=0x01 | 0x04 | 0x40, temperature=91, display=1))
    assert gpu.slowed_by == ("the power limit", "heat (hardware)")
    (device,) = devices([gpu], seen())
    assert (device.slowed_by, device.temperature, device.display) == (gpu.slowed_by, 91, True)
    (idle,) = read(FakeGpu())
    assert (idle.slowed_by, idle.display) == ((), False)


def test_an_old_driver_that_does_not_know_these_calls_costs_nothing_else() -> None:
    refuses = {"clocks": "Not Supported", "temperature": "Not Supported", "display": "Not Supported"}
    (gpu,), problems = nvidia_gpus(FakeNvml([FakeGpu(refuses=refuses)]), named)
    assert (gpu.slowed_by, gpu.temperature, gpu.display, problems) == ((), None, False, [])
