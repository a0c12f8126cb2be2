"""Golden text screens: what an 80 by 24 terminal without colour would show."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from textual.app import App

GOLDEN = Path(__file__).parent.parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write the golden screens anew")


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setattr("screens.state.simulation_keeper.SimulationKeeper.SIMULATES", False)


def screen_lines(app: App[None]) -> list[str]:
    """The lines on the screen, without styles."""
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


async def settled_lines(app: App[None]) -> list[str]:
    """The lines once the layout has come to rest: equal in three looks in a row."""
    looks = [screen_lines(app)]
    while len(looks) < 3 or any(look != looks[-1] for look in looks[-3:]):
        assert len(looks) < 100, "the screen never came to rest"
        await asyncio.sleep(0.1)
        looks.append(screen_lines(app))
    return looks[-1]


def _without_size(line: str) -> str:
    """The case file grows by a line with every new fact: how long it is says nothing about the screen."""
    return re.sub(
        r"(advisor\.toml +)([\d,]+)( lines)", lambda found: f"{found[1]}{'#' * len(found[2])}{found[3]}", line
    )


async def until(holds: Callable[[], bool], seconds: float = 90) -> None:
    """Wait for what a screen or a child process is about to do."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came to that"
        await asyncio.sleep(0.05)


Golden = Callable[[App[None], str], Awaitable[None]]


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """Compare the screen with tests/golden/<name>.txt."""

    async def check(app: App[None], name: str) -> None:
        seen = "\n".join(map(_without_size, await settled_lines(app))) + "\n"
        path = GOLDEN / f"{name}.txt"
        if request.config.getoption("--update-golden"):
            path.parent.mkdir(exist_ok=True)
            path.write_text(seen, encoding="utf-8")
        assert path.exists(), f"no golden screen {path.name}: run with --update-golden and look at it"
        assert seen == path.read_text(encoding="utf-8")

    return check
