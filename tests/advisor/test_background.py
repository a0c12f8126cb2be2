"""A pilot that goes on without the command that began it."""

import io
import re
import signal
from pathlib import Path

import pytest

from advisor.case import load, new_case
from advisor.cli.background import running, to_watch
from advisor.cli.narrate import Narrator
from advisor.errors import BadInput
from advisor.events import EVENTS_FILE, Failed
from heuristics.facts.pilot import PilotFacts
from tests.advisor.cli.test_cli_journey import command, run, write_rows
from tests.advisor.tiny_model import make_tiny_model

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def left_alone(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A home, and the case in it whose pilot was begun and left."""
    home = tmp_path_factory.mktemp("home")
    rows, model = write_rows(home / "rows.jsonl"), make_tiny_model(home / "tiny")
    case = home / "study"
    words = ("pilot", str(rows), "--model", str(model), "--case", str(case), "--minutes", "0.5", "--detach")
    code, _, said = run(home, *words)
    assert code == 0, said
    assert re.search(r"the pilot goes on by itself in .*-pilot", said)
    return home, case


def test_it_is_watched_and_left_again_and_watched_to_its_end(left_alone: tuple[Path, Path]) -> None:
    home, case = left_alone
    code, _, said = run(home, "pilot", "--case", str(case))
    assert (code, "running already" in said) == (2, True)
    watching = command(home, "pilot", "--attach", "--case", str(case))
    assert watching.stderr is not None
    # A signal before the first line would end a program that does not watch yet.
    first = watching.stderr.readline()
    watching.send_signal(signal.SIGINT)
    _, said = watching.communicate(timeout=60)
    assert first, said
    assert (watching.returncode, "it goes on" in said) == (128 + signal.SIGINT, True)
    code, out, said = run(home, "pilot", "--attach", "--case", str(case))
    assert "Gains" in out or "loss gain" in out, said
    pilot = load(case).pilot
    assert pilot is not None and pilot.complete
    assert code in (0, 1)


def test_one_that_ended_meanwhile_is_told_and_cannot_be_ended(left_alone: tuple[Path, Path]) -> None:
    home, case = left_alone
    code, out, said = run(home, "pilot", "--attach", "--case", str(case))
    assert (code in (0, 1), "it has ended already" in said) == (True, True)
    assert "Gains" in out or "loss gain" in out
    code, _, said = run(home, "pilot", "--stop", "--case", str(case))
    assert (code, "No pilot of this case is running" in said) == (2, True)


def test_one_that_was_stopped_is_not_watched(tmp_path: Path) -> None:
    case = new_case(tmp_path / "case", "a case")
    stopped = case.runs / "20261101-090000-pilot"
    stopped.mkdir(parents=True)
    line = Failed(failure="stopped", message="Stopped", do="").model_dump_json()
    (stopped / EVENTS_FILE).write_text(f"{line}\n")
    with pytest.raises(BadInput, match="No pilot"):
        to_watch(case, Narrator(io.StringIO()))


def test_a_pilot_that_was_killed_is_not_lost_when_none_is_running(tmp_path: Path) -> None:
    case = new_case(tmp_path / "case", "a case")
    with pytest.raises(BadInput, match="No pilot") as never:
        running(case)
    assert never.value.do == "Begin one: advisor pilot FILE --detach"
    with pytest.raises(BadInput) as killed:
        running(case.but(pilot=PilotFacts(ended="killed")))
    assert "goes on where it was" in killed.value.do
