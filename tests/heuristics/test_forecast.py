"""The forecast of learning curves: form, band, and what it refuses to say."""

import math
from dataclasses import replace

import pytest

from advisor import catalog
from heuristics.facts.experiment import Rung
from heuristics.facts.forecast import Forecast, LadderPoint
from heuristics.facts.pilot import PilotFacts
from heuristics.forecast import forecast, more_rows, of_points

LIMITS = catalog.limits().forecast
SIZES = ((50, 3), (100, 3), (200, 1), (400, 1))


def ladder(exponent: float, floor: float = 0.0, noise: float = 0.01) -> tuple[LadderPoint, ...]:
    """Losses that follow 5 · n^-exponent + floor, the seeds a little apart."""
    return tuple(
        LadderPoint(size, seed, (5 * size**-exponent + floor) * math.exp(noise * (seed - (seeds - 1) / 2)))
        for size, seeds in SIZES
        for seed in range(seeds)
    )


def made(points: tuple[LadderPoint, ...]) -> Forecast:
    found = of_points(points, "loss", "nats", LIMITS)
    assert isinstance(found, Forecast)
    return found


def test_a_power_law_is_continued() -> None:
    found = made(ladder(0.3))
    assert found.measurable
    truth = 5 * 1600**-0.3
    far = found.ahead[-1]
    assert (far.factor, far.samples) == (4.0, 1600)
    assert far.value.low < truth < far.value.high
    assert far.value.value == pytest.approx(truth, rel=0.1)
    assert far.gain.value == pytest.approx(found.now - far.value.value)


def test_a_floor_is_seen() -> None:
    found = made(ladder(1.0, floor=1.0, noise=0.002))
    assert found.ahead[-1].value.low > 0.8
    assert found.heldout_errors[0][1] <= found.heldout_errors[-1][1]


def test_a_flat_curve_has_no_measurable_slope() -> None:
    flat = tuple(replace(each, value=2.0 * math.exp(0.02 * (each.seed - 1))) for each in ladder(0.3))
    found = made(flat)
    assert not found.measurable
    assert found.ahead[-1].gain.low <= 0 <= found.ahead[-1].gain.high


def test_nothing_is_drawn_or_said_beyond_what_the_ladder_carries() -> None:
    found = made(ladder(0.3))
    assert max(size for size, *_ in found.curve) <= 4 * found.largest
    assert more_rows(found, 100.0, LIMITS) is None
    reached = more_rows(found, 0.05, LIMITS)
    assert reached is not None
    assert found.largest <= reached[0] <= (reached[1] or math.inf) <= LIMITS.farthest * found.largest


def test_two_sizes_are_too_few() -> None:
    few = tuple(each for each in ladder(0.3) if each.samples <= 100)
    assert "3 sizes" in str(of_points(few, "loss", "nats", LIMITS))


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_runs_without_a_finite_loss_do_not_count(value: float) -> None:
    broken = (*ladder(0.3), LadderPoint(800, 0, value))
    assert made(broken).largest == 400


def test_a_loss_of_zero_is_no_curve() -> None:
    assert "zero" in str(of_points((*ladder(0.3), LadderPoint(800, 0, 0.0)), "loss", "nats", LIMITS))


def rung(size: int, value: float | None, **changes: object) -> Rung:
    settings: dict[str, object] = {"metric": "exact_match", "value": value, "items": 80, "metric_items": 80}
    return Rung(f"r{size}", size, 17, 4 * size**-0.3, **{**settings, **changes})  # type: ignore[arg-type]


def test_the_goals_own_metric_is_forecast_within_its_range() -> None:
    pilot = PilotFacts(rungs=tuple(rung(n, v) for n, v in ((50, 0.3), (100, 0.45), (200, 0.6), (400, 0.7))))
    found = forecast(pilot, "exact_match", LIMITS)
    assert isinstance(found, Forecast)
    assert (found.metric, found.unit, found.instead_of) == ("exact_match", "share", "")
    assert found.now == pytest.approx(0.7, abs=0.005)
    for ahead in found.ahead:
        assert 0 <= ahead.value.low <= ahead.value.value <= ahead.value.high <= 1
    assert found.ahead[-1].value.value > 0.7


def test_without_the_goals_metric_the_loss_is_forecast_and_says_why() -> None:
    pilot = PilotFacts(rungs=tuple(rung(n, None) for n, _ in SIZES))
    found = forecast(pilot, "exact_match", LIMITS)
    assert isinstance(found, Forecast)
    assert found.metric == "loss"
    assert "the pilot had 0" in found.instead_of


def test_the_cleaned_arm_is_no_part_of_the_curve() -> None:
    rungs = tuple(rung(n, None) for n, _ in SIZES)
    raw = forecast(PilotFacts(rungs=rungs), "loss", LIMITS)
    both = forecast(PilotFacts(rungs=(*rungs, rung(400, None, cleaned=True))), "loss", LIMITS)
    assert raw == both
