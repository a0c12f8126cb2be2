"""The Data step while a profile runs, is done, failed or found what blocks; its panel on groups of people."""

from dataclasses import replace
from pathlib import Path

import pytest

from advisor.events import DataFound, Done, Event, Failed, Started, Step
from heuristics.facts.bias import Association, BiasFacts, GroupLength, GroupMentions, GroupRate, RateGap
from heuristics.facts.data import CheckResult, DataFacts
from screens.app import AdvisorApp
from screens.state.live import Live
from screens.state.running import JobSaid
from screens.widgets.plain_text import PlainText
from tests.screens.conftest import Golden
from tests.screens.sample_case import DATA, empty, filled

SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])
FOLDER = Path("/tmp/case")
RUN = "20261102-090000-profile"
STARTED = Started(job="profile", pid=1, time="2026-11-02T09:00:00Z")
READING = Step(phase="reading tickets.jsonl", done=400_000, total=1_234_567, unit="bytes", seconds_left=21.0)
EARLY = replace(
    DATA,
    rows=1_000,
    usable=981,
    tokens=None,
    split=None,
    sha256="",
    partial=True,
    checks=tuple(replace(each, rows=(), sampled=True) for each in DATA.checks),
)
SECRETS = replace(
    DATA, checks=(*DATA.checks, CheckResult("secrets", 3, 2406, (9, 71, 804), ("my key is [secret]",) * 3))
)
STATES: dict[str, tuple[Event, ...]] = {
    "running": (STARTED, DataFound(facts=EARLY), READING),
    "done": (STARTED, DataFound(facts=DATA), Done(seconds=12.0)),
    "failed": (
        STARTED,
        Failed(
            failure="bad_data",
            message="tickets.jsonl: none of the first 1,000 rows can be read; line 1: not valid JSON",
            do="Repair the file, or save it again as UTF-8 JSON Lines or CSV.",
        ),
    ),
    "blocked": (STARTED, DataFound(facts=SECRETS), Done(seconds=12.0)),
}


@SIZES
@pytest.mark.parametrize("state", STATES)
async def test_the_data_step_shows_its_state(state: str, size: tuple[int, int], golden: Golden) -> None:
    app = AdvisorApp(empty(FOLDER).but(data_path=DATA.path))
    app.live = Live("profile", "data")
    app.save = lambda: None  # type: ignore[method-assign]  # what is shown is looked at, not what is kept
    async with app.run_test(size=size) as pilot:
        await app.switch_mode("data")
        app.post_message(JobSaid(RUN, STATES[state]))
        await pilot.pause()
        await app.workers.wait_for_complete()
        await golden(app, f"data-{state}-{size[0]}x{size[1]}")


BIAS = BiasFacts(
    mentions=(
        GroupMentions("gender", "men", 900, 1_240, 0.731, 0.709, 0.752),
        GroupMentions("gender", "women", 402, 456, 0.269, 0.248, 0.291),
        GroupMentions("origin", "european", 61, 70, 0.636, 0.525, 0.735),
        GroupMentions("origin", "latin_american", 38, 40, 0.364, 0.265, 0.475),
    ),
    associations=(
        Association("gender", "men", "women", "leadership", 61, 1_240, 4, 456, 1.62, 3.4, 0.0007, (12, 48)),
        Association("gender", "men", "women", "care", 9, 1_240, 31, 456, -2.27, -6.2, 1e-9, (7,)),
    ),
    rates=(
        RateGap(
            "origin",
            "refusal",
            (
                GroupRate("latin_american", 38, 0.263, 0.150, 0.420),
                GroupRate("european", 61, 0.033, 0.009, 0.112),
            ),
            0.23,
            0.125,
            0.004,
        ),
    ),
    lengths=(
        GroupLength("gender", "men", 900, 61.2, 58.0, 64.4),
        GroupLength("gender", "women", 402, 44.9, 41.1, 48.7),
    ),
    tests=412,
)


async def shown(data: DataFacts, row: str, size: tuple[int, int], golden: Golden, name: str) -> None:
    app = AdvisorApp(filled(FOLDER).but(data=data))
    async with app.run_test(size=size) as pilot:
        await app.switch_mode("data")
        await pilot.pause()
        app.screen.rows.go_to(row)  # type: ignore[attr-defined]
        await pilot.pause()
        await golden(app, f"{name}-{size[0]}x{size[1]}")


@SIZES
@pytest.mark.parametrize(
    ("name", "row"),
    [("bias-named", "bias-named-gender"), ("bias-words", "bias-data.group_associations")],
)
async def test_differences_between_groups_are_drawn(
    name: str, row: str, size: tuple[int, int], golden: Golden
) -> None:
    await shown(replace(DATA, bias=BIAS), row, size, golden, name)


@SIZES
async def test_rates_of_groups_are_drawn_with_their_intervals(size: tuple[int, int], golden: Golden) -> None:
    await shown(replace(DATA, bias=BIAS), "bias-rate-origin-refusal", size, golden, "bias-rates")


async def test_every_difference_is_reached_by_keys_and_says_its_numbers(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path).but(data=replace(DATA, bias=BIAS)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        said = []
        for _ in range(60):
            await pilot.press("down")
            row = app.screen.rows.row  # type: ignore[attr-defined]
            if row is not None and row.id.startswith("bias-"):
                await pilot.pause()
                said.append(app.screen.query_one("#detail-text", PlainText).text)
        assert len(said) == 5
    words = "\n".join(said)
    for figure in ("1,240", "61 of 1,240", "412 comparisons", "3.3 %", "58 to 64"):
        assert figure in words, figure


async def test_groups_too_rarely_named_are_not_spoken_of(tmp_path: Path) -> None:
    app = AdvisorApp(filled(tmp_path).but(data=replace(DATA, bias=BiasFacts(tests=3))))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("2")
        await pilot.pause()
        titles = [str(each.prompt) for each in app.screen.rows.options]  # type: ignore[attr-defined]
    assert not any("Groups" in each for each in titles)
