"""The plan foretells the whole pilot: its phases, its time within the budget, and what it can decide."""

from dataclasses import replace

import pytest

from heuristics.finding import Level
from heuristics.goal import Goal
from heuristics.known import Known
from heuristics.planning.knobs import Knobs
from heuristics.planning.plan import make_plan
from heuristics.planning.recipe import Plan
from heuristics.planning.settings import Extras
from heuristics.rules.pilot_budget import pilot_decides, pilot_in_time
from tests.heuristics.known_cases import LIMITS, TINY, data, machine


def plan_in(minutes: float, metric: str = "exact_match") -> tuple[Plan, Known]:
    goal = Goal(pilot_minutes=minutes, metric=metric)  # type: ignore[arg-type]
    made = make_plan(machine(), data(), TINY, goal, Knobs(), LIMITS)
    return made, Known(machine(), data(), TINY, goal, made, None)


def test_a_long_budget_pays_for_every_phase_and_decides_everything() -> None:
    made, known = plan_in(200)
    schedule = made.pilot_schedule
    assert schedule is not None and schedule.dropped == ()
    assert set(schedule.seconds) == {"baseline", "rate", "ladder", "final"}
    assert all(each.answered for each in schedule.possible)
    assert made.pilot_time.value > schedule.total and made.pilot_needed < 200 * 60
    assert pilot_decides(made, known, LIMITS) is None and pilot_in_time(made, known, LIMITS) is None


def test_the_whole_pilot_takes_longer_than_its_largest_run() -> None:
    schedule = plan_in(200)[0].pilot_schedule
    assert schedule is not None and len(schedule.runs) >= 8
    assert schedule.seconds["rate"] > 0 and schedule.seconds["ladder"] > schedule.seconds["rate"]


@pytest.mark.parametrize("minutes", [0.2, 1.0, 1.5])
def test_a_short_budget_is_kept_as_far_as_it_can_be_and_says_what_stays_open(minutes: float) -> None:
    made, known = plan_in(minutes)
    schedule = made.pilot_schedule
    assert schedule is not None and schedule.dropped
    found = pilot_decides(made, known, LIMITS)
    assert found is not None and found.level is Level.RISK
    for each in schedule.possible:
        assert (each.question in found.why) == (not each.answered)
    assert f"{-(-int(made.pilot_needed) // 60):,} min" in found.do
    assert made.pilot_time.low <= made.pilot_time.value <= made.pilot_time.high


def test_more_seeds_and_a_run_on_cleaned_rows_are_foretold() -> None:
    goal = Goal(pilot_minutes=200)
    plain, asked = (
        make_plan(machine(), data(), TINY, goal, Knobs(), LIMITS, extras=extras)
        for extras in (Extras(), Extras(seeds=5, cleaned=True))
    )
    assert plain.pilot_schedule is not None and asked.pilot_schedule is not None
    runs = len(asked.pilot_schedule.runs) - len(plain.pilot_schedule.runs)
    assert runs == 2 * 2 + 1, "two more seeds at two sizes, and the cleaned rows"
    assert asked.pilot_time.value > plain.pilot_time.value
    assert "Does cleaning help more than data?" in [each.question for each in asked.pilot_schedule.possible]


def test_rows_that_are_too_few_are_not_blamed_on_the_time() -> None:
    knobs = Knobs(samples=12)
    goal = Goal(pilot_minutes=200)
    made = make_plan(machine(), data(), TINY, goal, knobs, LIMITS)
    known = Known(machine(), data(), TINY, goal, made, None)
    assert made.pilot_schedule is not None and made.pilot_schedule.dropped == ()
    found = pilot_decides(made, known, LIMITS)
    assert found is not None and found.headline.startswith("With 12 rows")
    assert "gives up" not in found.why and "4 sizes" in found.why
    assert "rows" in found.do and " min" not in found.do


def test_with_the_time_that_the_finding_names_nothing_is_given_up() -> None:
    made, _ = plan_in(1.0)
    whole, _ = plan_in(made.pilot_needed / 60 + 0.1)
    assert whole.pilot_schedule is not None and whole.pilot_schedule.dropped == ()


def test_ten_seconds_are_too_short_even_for_the_smallest_pilot() -> None:
    made, known = plan_in(10 / 60)
    found = pilot_in_time(made, known, LIMITS)
    assert found is not None and found.headline.startswith("Even the smallest pilot")


def test_raw_text_has_no_question_that_needs_prompts() -> None:
    text = replace(data(), format=replace(data().format, name="text"))
    made = make_plan(machine(), text, TINY, Goal(), Knobs(), LIMITS)
    assert made.pilot_schedule is not None and made.pilot_schedule.shots == 0
    assert not any("solved examples" in each.question for each in made.pilot_schedule.possible)
