"""Power is read by whichever meter answers, and a silent one costs nothing."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from advisor.work.machine.power import Meter, meter_of, watched
from heuristics.facts.machine import Device

CPU = Device("cpu", 0, "Two cores", 1, 1, bf16=False)


def _counter(folder: Path, microjoules: int) -> Path:
    package = folder / "intel-rapl:0"
    package.mkdir(parents=True, exist_ok=True)
    (package / "energy_uj").write_text(f"{microjoules}\n")
    return package / "energy_uj"


def test_the_processor_s_counter_gives_watts_from_two_readings(tmp_path: Path) -> None:
    counter = _counter(tmp_path, 1_000_000)
    meter = meter_of(CPU, tmp_path, tmp_path / "none")
    assert meter is not None
    assert (meter.covers, meter.source) == ("package", "RAPL")
    began = time.monotonic()
    time.sleep(0.1)
    counter.write_text("6000000\n")
    watts = meter.watts()
    assert watts is not None
    assert watts == pytest.approx(5.0 / (time.monotonic() - began), rel=0.2)


def test_a_counter_that_wrapped_is_no_reading(tmp_path: Path) -> None:
    counter = _counter(tmp_path, 5_000_000)
    meter = meter_of(CPU, tmp_path, tmp_path / "none")
    assert meter is not None
    counter.write_text("10\n")
    assert meter.watts() is None


def test_a_battery_tells_only_while_it_is_emptied(tmp_path: Path) -> None:
    battery = tmp_path / "BAT0"
    battery.mkdir()
    (battery / "status").write_text("Discharging\n")
    (battery / "current_now").write_text("2000000\n")
    (battery / "voltage_now").write_text("12000000\n")
    meter = meter_of(CPU, tmp_path / "none", tmp_path)
    assert meter is not None
    assert (meter.covers, meter.watts()) == ("machine", 24.0)
    (battery / "power_now").write_text("-31000000\n")
    assert meter.watts() == 31.0
    (battery / "status").write_text("Charging\n")
    assert meter_of(CPU, tmp_path / "none", tmp_path) is None


def test_no_meter_means_no_reading(tmp_path: Path) -> None:
    assert meter_of(CPU, tmp_path / "none", tmp_path / "none") is None
    with watched(None) as seen:
        pass
    assert seen.reading is None


def test_the_median_of_what_was_read_during_the_work_stands() -> None:
    values = iter([100.0, 300.0, 310.0, 320.0, 9e9] * 20)
    with watched(Meter(lambda: next(values), "board", "NVML")) as seen:
        time.sleep(0.4)
    assert seen.reading is not None
    assert 100.0 < seen.reading.watts < 330.0


def test_a_meter_that_fails_tells_nothing() -> None:
    def broken() -> float:
        raise RuntimeError("gone")

    with watched(Meter(broken, "board", "NVML")) as seen:
        time.sleep(0.2)
    assert seen.reading is None


def test_all_packages_count_and_no_part_of_one_twice(tmp_path: Path) -> None:
    counters = [_counter(tmp_path, 0)]
    for name in ("intel-rapl:1", "intel-rapl:0:0"):
        (tmp_path / name).mkdir()
        counters.append(tmp_path / name / "energy_uj")
        counters[-1].write_text("0\n")
    meter = meter_of(CPU, tmp_path, tmp_path / "none")
    assert meter is not None
    began = time.monotonic()
    time.sleep(0.1)
    for counter in counters:
        counter.write_text("4000000\n")
    watts = meter.watts()
    assert watts is not None
    assert watts == pytest.approx(8.0 / (time.monotonic() - began), rel=0.2)


def test_a_counter_that_may_not_be_read_leaves_the_battery(tmp_path: Path) -> None:
    (tmp_path / "intel-rapl:0" / "energy_uj").mkdir(parents=True)
    assert meter_of(CPU, tmp_path, tmp_path / "none") is None
    battery = tmp_path / "BAT1"
    battery.mkdir()
    for name, text in (("status", "Discharging"), ("power_now", "17423000")):
        (battery / name).write_text(f"{text}\n")
    meter = meter_of(CPU, tmp_path, tmp_path)
    assert meter is not None
    assert (meter.source, meter.watts()) == ("battery", 17.423)


@pytest.mark.parametrize(("kind", "source"), [("cuda", "NVML"), ("rocm", "AMD SMI")])
def test_a_board_tells_milliwatts_of_its_own_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, source: str
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "power_draw", {1: 70_113}.__getitem__)
    meter = meter_of(replace(CPU, kind=kind, index=1), tmp_path, tmp_path)
    assert meter is not None
    assert (meter.covers, meter.source, meter.watts()) == ("board", source, 70.113)
    assert meter_of(replace(CPU, kind=kind, index=2), tmp_path, tmp_path) is None


def test_a_chip_of_apple_has_no_meter_that_answers_without_rights(tmp_path: Path) -> None:
    _counter(tmp_path, 1)
    assert meter_of(replace(CPU, kind="mps"), tmp_path, tmp_path / "none") is None
