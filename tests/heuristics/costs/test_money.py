"""Electricity, and from how many rows or runs another place is better."""

from dataclasses import replace

import pytest

from heuristics.basis import Basis, Estimate
from heuristics.costs.energy import drawn_watts, energy_price, used_energy
from heuristics.costs.money import with_money
from heuristics.facts.machine import PowerReading
from heuristics.goal import Goal
from heuristics.planning.recipe import Plan
from heuristics.planning.settings import Ground
from tests.heuristics.known_cases import (
    CPU,
    FREE,
    GPU,
    LIMITS,
    LLAMA_8B,
    SMALL,
    TINY,
    data,
    machine,
    whole_plan,
)

LEAVE = Goal(data_may_leave=True)


def test_a_reading_goes_before_a_limit_and_a_limit_before_a_range() -> None:
    limited = replace(GPU, power_limit_w=450.0)
    read = replace(limited, power=PowerReading(380.0, "board", "NVML"))
    by = {
        each.power is not None or bool(each.power_limit_w): drawn_watts(machine(each), LIMITS.energy)
        for each in (GPU, limited)
    }
    assert by[False].basis is Basis.ASSUMED
    assert by[True].basis is Basis.FORMULA
    measured = drawn_watts(machine(read), LIMITS.energy)
    assert measured.basis is Basis.MEASURED
    assert "380 W on the board, read from NVML" in measured.source
    # The board's share while training, the machine around it, through the power supply.
    assert measured.high == pytest.approx((380 * 1.1 + 150) / 0.9)


def test_a_battery_sees_the_whole_machine() -> None:
    laptop = replace(CPU, power=PowerReading(40.0, "machine", "battery"))
    shown = drawn_watts(replace(machine(), devices=(laptop,)), LIMITS.energy)
    assert (shown.value, shown.basis) == (40.0, Basis.MEASURED)


def test_a_machine_without_a_meter_gets_a_stated_range() -> None:
    shown = drawn_watts(machine(), LIMITS.energy)
    assert (shown.low, shown.high) == (6.0, 40.0)
    assert "no meter answers" in shown.source


def test_a_mac_gets_the_range_of_its_kind_and_is_told_why_nothing_is_read() -> None:
    chip = replace(GPU, kind="mps", name="Apple M3", shared_memory=True, power_limit_w=None)
    mac = replace(machine(chip), system="Darwin 24.1.0 arm64")
    for device in (chip, CPU):
        shown = drawn_watts(replace(mac, devices=(device,)), LIMITS.energy)
        assert shown.basis is Basis.ASSUMED
        assert shown.low < shown.high
        assert "macOS tells the power to the administrator alone" in shown.source
    elsewhere = drawn_watts(replace(mac, devices=(chip,), system="Linux 6.1"), LIMITS.energy)
    assert (elsewhere.low, elsewhere.high) == (LIMITS.energy.chip_low, LIMITS.energy.chip_high)
    assert "no meter answers" in elsewhere.source


def test_energy_is_power_over_time_and_its_price_is_the_user_s_own() -> None:
    hour = Estimate(3600, 1800, 7200, "s", Basis.MEASURED)
    watts = Estimate(500, 400, 600, "W", Basis.MEASURED, "read")
    energy = used_energy(hour, watts)
    assert (energy.low, energy.value, energy.high) == (0.2, 0.5, 1.2)
    assert energy_price(Goal(electricity_price=0.4), LIMITS.energy).value == 0.4
    assert "EIA" in energy_price(Goal(), LIMITS.energy).source


def test_a_machine_that_is_always_sooner_is_said_to_be() -> None:
    small = whole_plan(machine(), data(), SMALL, LEAVE)
    quick = replace(small, full_time=small.full_time.scaled(1e-6))
    made = with_money(Ground(machine(), data(), SMALL, LEAVE, FREE, LIMITS), quick)
    assert made.money is not None
    assert made.money.faster_from is None
    assert f"sooner than {made.offers[0].provider}" in made.money.lines[2]
    assert "however many rows there are" in made.money.lines[2]


def test_a_bought_gpu_whose_electricity_costs_more_than_renting_never_pays() -> None:
    dear = whole_plan(machine(), data(), LLAMA_8B, replace(LEAVE, electricity_price=100.0))
    assert dear.money is not None and dear.money.purchase is not None
    assert dear.money.purchase.runs is None
    assert "never pays: its electricity costs more than renting" in dear.money.lines[-1]


def test_nothing_is_bought_where_no_gpu_for_sale_holds_the_run() -> None:
    ground = Ground(machine(), data(), LLAMA_8B, LEAVE, FREE, LIMITS)
    made = with_money(ground, whole_plan(machine(), data(), LLAMA_8B, LEAVE), ())
    assert made.money is not None
    assert made.money.purchase is None
    assert not any("bought" in each for each in made.money.lines)


def test_free_electricity_costs_nothing() -> None:
    made = whole_plan(machine(), data(), TINY, replace(LEAVE, electricity_price=0.0))
    assert made.money is not None
    assert made.money.cost.value == 0.0
    assert "less than a cent" in made.money.lines[0]


def test_the_break_even_points_hold_when_the_rows_are_that_many() -> None:
    small = whole_plan(machine(), data(), SMALL, LEAVE)
    assert small.money is not None
    rows = small.money.faster_from
    assert rows is not None and rows > 0
    offer = small.offers[0]
    fixed = offer.hours.value - dict(offer.parts)["training"] - dict(offer.parts).get("interruptions", 0.0)
    there = fixed + rows * (offer.hours.value - fixed) / small.full_rows
    assert _here(small, rows) == pytest.approx(there, rel=0.05)


def _here(made: Plan, rows: int) -> float:
    """Hours of `rows` rows here: the start does not grow with them."""
    start = LIMITS.time.startup_seconds + 2 * SMALL.shape.parameters / LIMITS.time.load_bytes_per_second
    return (start + rows * (made.full_time.value - start) / made.full_rows) / 3600


def test_the_deadline_says_how_many_rows_this_machine_gets_through() -> None:
    day = whole_plan(machine(), data(), TINY, LEAVE).money
    hour = whole_plan(machine(), data(), TINY, replace(LEAVE, budget_hours=1.0)).money
    assert day is not None and day.rows_in_time is not None
    assert hour is not None and hour.rows_in_time is not None
    assert day.rows_in_time == pytest.approx(24 * hour.rows_in_time, rel=0.05)


def test_no_money_at_all_is_said_in_words() -> None:
    made = whole_plan(machine(), data(), LLAMA_8B, replace(LEAVE, budget_money=0.0))
    assert made.money is not None
    assert made.money.rows_for_money == 0
    assert "does not even pay its set-up" in made.money.lines[1]


def test_data_that_may_not_leave_is_compared_with_nobody() -> None:
    made = whole_plan(machine(), data(), LLAMA_8B, Goal(data_may_leave=False))
    assert made.money is not None
    assert "may not leave this machine" in made.money.lines[1]
    assert made.money.faster_from is None


def test_without_a_fitting_offer_the_words_say_so() -> None:
    giant = replace(
        LLAMA_8B, shape=replace(LLAMA_8B.shape, layers=10_000, parameters=10**13, active_parameters=10**13)
    )
    made = whole_plan(machine(), data(), giant, LEAVE)
    assert made.offers == ()
    assert made.money is not None
    assert "No cloud offer with a price is known" in made.money.lines[1]
    assert made.money.purchase is None


def test_a_purchase_pays_when_the_saved_rent_reaches_its_price() -> None:
    made = whole_plan(machine(), data(train=40_000, usable=50_000), LLAMA_8B, LEAVE)
    assert made.money is not None
    bought = made.money.purchase
    assert bought is not None and bought.runs is not None
    saved = made.offers[0].cost.value - bought.electricity.value
    assert bought.runs * saved == pytest.approx(bought.usd)
    assert f"A bought {bought.gpu}" in made.money.lines[-1]
