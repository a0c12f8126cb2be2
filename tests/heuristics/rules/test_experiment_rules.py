"""Findings about rate, learning curve, memorised rows and forgetting, and that every gain has words."""

from dataclasses import replace
from typing import Literal, get_args, get_type_hints

import pytest

from advisor import catalog
from heuristics.assess import assess
from heuristics.basis import Basis, Estimate
from heuristics.facts.experiment import Forgetting, Memorised, RateEvidence, RatePoint, Rung
from heuristics.facts.forecast import Forecast
from heuristics.facts.pilot import Gain, PilotFacts, Score
from heuristics.finding import Finding, Level
from heuristics.forecast import forecast
from heuristics.goal import Goal
from heuristics.verdict.evidence import of_pilot

LIMITS = catalog.limits()
GOAL = Goal()
RATE = RateEvidence(1e-3, 3e-3, 1e-3, 9e-3, "best tried", 0.01, (), 2e-3, 7e-4, 9e-3, "At the edge.")
MEMORISED = Memorised(20, 4, 1, 20, 1, 61, 50, (7, 1_200))


def found(pilot: PilotFacts) -> dict[str, Finding]:
    return {each.rule: each for each in assess(None, None, None, GOAL, None, pilot, LIMITS)}


@pytest.mark.parametrize(
    ("basis", "words"),
    [
        ("best tried", "0.003, lies at the edge"),
        ("none", "Every learning rate"),
        ("parabola", None),
        ("prior", None),
    ],
)
def test_a_rate_that_the_search_did_not_enclose_is_a_risk(
    basis: Literal["parabola", "prior", "best tried", "none"], words: str | None
) -> None:
    finding = found(PilotFacts(rate=replace(RATE, basis=basis))).get("pilot.rate_edge")
    assert (finding is None) == (words is None)
    if finding is not None and words is not None:
        assert words in finding.headline
        assert finding.level is Level.RISK


def test_a_rate_under_one_that_diverged_is_enclosed_and_no_risk() -> None:
    points = (RatePoint("a", 1e-3, 1.2), RatePoint("b", 3e-3, 1.0), RatePoint("c", 9e-3, None))
    assert "pilot.rate_edge" not in found(PilotFacts(rate=replace(RATE, points=points)))
    assert "pilot.rate_edge" in found(PilotFacts(rate=replace(RATE, points=points[:2])))


def test_rows_repeated_more_often_than_unseen_ones_are_memorised() -> None:
    finding = found(PilotFacts(memorised=MEMORISED))["pilot.memorised"]
    assert finding.level is Level.RISK
    assert finding.headline.startswith("4 of 20 training rows")
    assert "1,200" in finding.why


@pytest.mark.parametrize(
    "harmless",
    [
        replace(MEMORISED, by_base=4),
        replace(MEMORISED, heldout_reproduced=4),
        replace(MEMORISED, reproduced=0, by_base=0),
        Memorised(0, 0, 0, 0, 0, 0, 50),
    ],
)
def test_what_the_base_or_unseen_rows_repeat_as_often_is_not_memorised(harmless: Memorised) -> None:
    assert "pilot.memorised" not in found(PilotFacts(memorised=harmless))


def rungs(*losses: float) -> tuple[Rung, ...]:
    return tuple(Rung(f"r{place}", 40 * 2**place, 17, loss, items=100) for place, loss in enumerate(losses))


def test_a_flat_curve_has_no_slope_and_a_steep_one_has() -> None:
    flat = found(PilotFacts(rungs=rungs(1.0, 1.01, 0.99, 1.0)))["pilot.no_slope"]
    assert "1,280 rows may bring no more than 320" in flat.headline
    assert "pilot.no_slope" not in found(PilotFacts(rungs=rungs(3.2, 1.6, 0.8, 0.4)))
    assert "pilot.no_slope" not in found(PilotFacts(rungs=rungs(1.0)))


@pytest.mark.parametrize(("low", "words"), [(0.02, "forgets"), (-0.01, "includes no change")])
def test_forgetting_is_told_with_its_interval(low: float, words: str) -> None:
    scores = tuple(
        Score(name, "general", 50, 500, loss, 20.0, 0.3) for name, loss in (("base", 3.0), ("tuned", 3.15))
    )
    rise = Estimate(0.05, low, 0.08, "share", Basis.MEASURED)
    pilot = PilotFacts(scores=scores, forgetting=Forgetting(rise, 50, "ours"))
    finding = found(pilot)["pilot.forgetting"]
    assert "8.0 %)" in finding.headline
    assert words in finding.why
    assert any(line.estimate == rise for line in of_pilot(pilot, GOAL, LIMITS))


@pytest.mark.parametrize("name", get_args(get_type_hints(Gain)["name"]))
def test_every_gain_that_a_pilot_can_measure_has_words(
    name: Literal["loss", "task", "format", "exact_match", "token_f1", "cleaning"],
) -> None:
    gain = Gain(name, Estimate(0.1, 0.05, 0.2, "nats", Basis.MEASURED), "base", 40, 1)
    (line,) = of_pilot(PilotFacts(gains=(gain,)), GOAL, LIMITS)
    assert "40 test rows" in line.text


def test_a_forecast_of_a_share_promises_no_loss_beyond_nothing() -> None:
    noisy = tuple(
        Rung(f"r{place}", 25 * 2**size, seed, 1.0, None, "exact_match", value, 60, 32)
        for place, (size, seed, value) in enumerate(
            ((0, 1, 0.0), (0, 2, 0.03), (0, 3, 0.0), (1, 1, 0.03), (1, 2, 0.0), (2, 1, 0.0), (3, 1, 0.09))
        )
    )
    made = forecast(PilotFacts(rungs=noisy), "exact_match", LIMITS.forecast)
    assert isinstance(made, Forecast)
    for ahead in made.ahead:
        assert 0 <= ahead.value.low <= ahead.value.value <= ahead.value.high <= 1
        assert -made.now - 1e-9 <= ahead.gain.low <= ahead.gain.value <= ahead.gain.high <= 1
