"""Silent trouble with devices and disks becomes a finding."""

from dataclasses import replace

import pytest

from heuristics.facts.machine import Device, Disk, GpuProcess, MachineFacts
from heuristics.finding import Finding, Level
from heuristics.rules.machine import MACHINE_RULES
from tests.heuristics.known_cases import CPU, GIB, GPU, LIMITS, machine


def found(where: MachineFacts) -> dict[str, Finding]:
    findings = [rule(where, LIMITS) for rule in MACHINE_RULES]
    return {each.rule: each for each in findings if each is not None}


def test_a_quiet_machine_has_none_of_this_trouble() -> None:
    names = set(found(machine(GPU)))
    assert names == {"machine.device"}


def test_a_cpu_build_of_torch_beside_a_gpu_is_said() -> None:
    idle = replace(GPU, usable=False, why_not="this torch was built without CUDA")
    finding = found(replace(machine(idle), torch_backends=("cpu",)))["machine.gpu_unusable"]
    assert finding.headline == "torch was built for the CPU alone, and RTX 4090 stays idle"


def test_a_driver_that_is_too_old_is_said() -> None:
    why = "The NVIDIA driver on your system is too old (found version 11040)."
    old = replace(GPU, usable=False, why_not=why, driver="470.82")
    assert "470.82" in found(machine(old))["machine.driver_too_old"].headline
    other = replace(GPU, usable=False, why_not="hidden from this process")
    assert "machine.driver_too_old" not in found(machine(other))


def test_held_clocks_are_said_with_their_cause() -> None:
    finding = found(machine(replace(GPU, slowed_by=("heat (hardware)",), temperature=88)))["machine.slowed"]
    assert "88 degrees" in finding.headline
    assert "heat (hardware)" in finding.why


@pytest.mark.parametrize(("degrees", "said"), [(84, False), (85, True), (None, False)])
def test_a_hot_gpu_is_said_from_the_threshold_on(degrees: int | None, said: bool) -> None:
    assert ("machine.slowed" in found(machine(replace(GPU, temperature=degrees)))) == said


def test_a_gpu_that_draws_a_screen_is_said() -> None:
    assert "machine.display" in found(machine(replace(GPU, display=True)))


def test_spilling_is_said_under_windows_alone() -> None:
    assert "machine.spill" in found(replace(machine(GPU), container="wsl"))
    assert "machine.spill" not in found(replace(machine(GPU), container="docker"))
    assert "machine.spill" not in found(replace(machine(CPU), container="wsl"))


def test_two_gpus_of_different_kinds_are_planned_one_by_one() -> None:
    small = replace(GPU, index=1, name="RTX 3060", memory_free=2 * GIB)
    finding = found(machine(GPU, small))["machine.mixed"]
    assert finding.level is Level.RISK
    assert "RTX 4090, RTX 3060" in finding.headline
    assert "2.0 GiB" in finding.why
    twins = found(machine(GPU, replace(GPU, index=1)))
    assert twins["machine.several"].level is Level.OK
    assert "machine.mixed" not in twins


def test_a_gpu_without_free_memory_blocks_and_names_who_holds_it() -> None:
    holders = (GpuProcess(7, "python", 20 * GIB), GpuProcess(8, "game", None), GpuProcess(9, "chat", GIB))
    finding = found(machine(replace(GPU, memory_free=0, processes=holders)))["machine.device_busy"]
    assert finding.level is Level.BLOCK
    assert "python (7, 20.0 GiB), chat (9, 1.0 GiB), game (8)" in finding.why


@pytest.mark.parametrize(("speed", "said"), [(29.0, True), (30.0, False), (None, False)])
def test_a_slow_disk_is_said_below_the_threshold(speed: float | None, said: bool) -> None:
    disks = (Disk("case", "cases", 100 * GIB, speed),)
    assert ("machine.slow_disk" in found(replace(machine(), disks=disks))) == said


def test_a_device_type_without_facts_raises_nothing() -> None:
    bare = Device("xpu", 0, "GPU", 0, 0, False)
    assert isinstance(found(machine(bare)), dict)
