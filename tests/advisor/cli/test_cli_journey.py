"""The whole journey with real child processes on a tiny model, and commands that go on from it."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from advisor.case import case_of_toml, load
from tests.advisor.tiny_model import make_tiny_model

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[3]
COLOURS = ("red", "green", "blue", "grey", "white", "black")
CLI = "import sys; from advisor.cli.main import main; sys.exit(main(sys.argv[1:]))"


WATCHMAN = Path(__file__).parents[1] / "watchman"
SECRETS = {
    "HF_TOKEN": "hf_canary_of_the_hub",
    "WANDB_API_KEY": "canary-of-weights-and-biases",
    "AWS_SECRET_ACCESS_KEY": "canary-of-the-cloud",
    "ADVISOR_HOOK": "https://example.invalid/canary-of-the-hook",
}
"""What the environment holds and nobody may write down."""


def calls_of(home: Path) -> Path:
    """The file that lists every attempt to reach another machine; it is there only after one."""
    return home.with_name(f"{home.name}.calls")


@dataclass(frozen=True)
class Journey:
    """One finished `advisor run`."""

    folder: Path
    code: int
    document: dict[str, object]
    narration: str


def environment_of(home: Path) -> dict[str, str]:
    """An environment with secrets, in which no other machine can be reached."""
    return {
        # An earlier test may have made this process offline; what is looked for is the wish to go online.
        **{name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"},
        "ADVISOR_HOME": str(home),
        "HF_HOME": str(home / "hub"),
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": f"{WATCHMAN}{os.pathsep}{ROOT}",
        "ADVISOR_TEST_CALLS": str(calls_of(home)),
        **SECRETS,
    }


def command(home: Path, *argv: str) -> subprocess.Popen[str]:
    """The headless program as a user starts it, in a home of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", CLI, *argv],
        cwd=home,
        env=environment_of(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(home: Path, *argv: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    process = command(home, *argv)
    out, err = process.communicate(timeout=240)
    return process.returncode, out, err


def write_rows(path: Path, count: int = 160) -> Path:
    """Questions whose answer stands in the question."""
    rows = [
        {"question": f"Box {number} is {COLOURS[number % 6]}. What colour?", "answer": COLOURS[number % 6]}
        for number in range(count)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a model and rows whose names need quoting."""
    home = tmp_path_factory.mktemp("home")
    make_tiny_model(home / "tiny model's", COLOURS)
    write_rows(home / 'rows "of" $(x).jsonl')
    return home


@pytest.fixture(scope="module")
def journey(home: Path) -> Journey:
    """Everything in one command."""
    code, out, err = run(
        home,
        "run",
        'rows "of" $(x).jsonl',
        *("--model", "./tiny model's", "--case", "study", "--samples", "64"),
        *("--goal", "answer", "--metric", "loss", "--minutes", "1", "--epochs", "1", "--seq", "64", "--json"),
    )
    assert "Traceback" not in err
    assert code in (0, 1), err
    return Journey(home / "study", code, json.loads(out), err)


def test_a_run_ends_with_a_verdict_that_rests_on_measurements(journey: Journey) -> None:
    case = load(journey.folder)
    assert case.pilot is not None
    assert case.pilot.complete
    assert case.verdict is not None
    assert case.verdict.ready == (journey.code == 0)
    bases = {each.estimate.basis for each in case.verdict.evidence if each.estimate}
    assert "measured" in bases
    assert all(
        each.estimate.low <= each.estimate.value <= each.estimate.high
        for each in case.verdict.evidence
        if each.estimate
    )


def test_no_secret_of_the_environment_is_written_anywhere(journey: Journey, home: Path) -> None:
    files = [path for path in home.rglob("*") if path.is_file()]
    assert len(files) > 30
    written = b"".join(path.read_bytes() for path in files) + journey.narration.encode()
    found = [name for name, secret in SECRETS.items() if secret.encode() in written]
    assert not found


def test_nothing_is_asked_of_another_machine(journey: Journey, home: Path) -> None:
    calls = calls_of(home)
    assert not calls.exists(), calls.read_text()
    for act in ("connect({})", "connect_ex({})", "sendto(b'x', {})"):
        code = f"import socket; socket.socket(type=socket.SOCK_DGRAM).{act.format(('203.0.113.1', 9))}"
        refused = subprocess.run(
            [sys.executable, "-c", code], env=environment_of(home), check=False, capture_output=True
        )
        assert refused.returncode == 1 and "203.0.113.1" in calls.read_text(), "the watchman is asleep"
        calls.unlink()


def test_only_the_user_can_read_a_case(journey: Journey) -> None:
    assert journey.folder.stat().st_mode & 0o777 == 0o700
    assert (journey.folder / "case.toml").stat().st_mode & 0o777 == 0o600


def test_settings_fixed_by_hand_are_kept(journey: Journey) -> None:
    plan = load(journey.folder).plan
    assert plan is not None
    assert plan.recipe.epochs == 1
    assert plan.recipe.sequence_length == 64
    assert plan.recipe.samples <= 64


def test_the_answer_on_stdout_is_the_saved_case(journey: Journey) -> None:
    saved = json.loads(load(journey.folder).model_dump_json())
    assert journey.document["case"] == saved


def test_the_narration_tells_each_job(journey: Journey) -> None:
    for job in ("probe", "profile", "pilot", "export"):
        assert f"{job} started" in journey.narration


def test_a_run_exports_rows_and_files(journey: Journey) -> None:
    folder = journey.folder / "export"
    settings = yaml.safe_load((folder / "trl.yaml").read_text())
    assert Path(settings["model_name_or_path"]).is_dir()
    rows = [json.loads(line) for line in (folder / "data" / "train.jsonl").read_text().splitlines()]
    assert rows
    assert all("prompt" in row and "completion" in row for row in rows)
    exported = case_of_toml((folder / "advisor.toml").read_text(), journey.folder)
    assert exported.verdict == load(journey.folder).verdict
    assert (folder / "RUN.md").is_file()


def test_the_verdict_can_be_asked_for_again(journey: Journey, home: Path) -> None:
    code, out, err = run(home, "verdict", "--case", "study")
    assert code == journey.code, err
    verdict = load(journey.folder).verdict
    assert verdict is not None
    assert f"Verdict: {verdict.decision}" in out
    assert "measured" in out


def copied(journey: Journey, name: str) -> Path:
    """The same case in another folder, without its runs."""
    folder = journey.folder.with_name(name)
    folder.mkdir()
    (folder / "case.toml").write_text((journey.folder / "case.toml").read_text())
    return folder


def test_a_plan_with_another_rate_drops_the_old_evidence(journey: Journey, home: Path) -> None:
    shutil.copytree(journey.folder, home / "second")
    code, out, err = run(home, "plan", "--case", "second", "--lr", "5e-5", "--json")
    assert code == 0, err
    document = json.loads(out)
    assert document["case"]["plan"]["recipe"]["learning_rate"] == 5e-5
    assert document["case"]["pilot"] is None
    assert "probe started" not in err and "profile started" not in err, "machine and data are known already"
    code, out, err = run(home, "verdict", "--case", "second", "--json")
    assert json.loads(out)["case"]["pilot"] is None, "the recording of the old pilot must not come back"


def test_a_killed_pilot_leaves_a_case_that_says_what_happened(journey: Journey, home: Path) -> None:
    copied(journey, "killed")
    process = command(home, "pilot", "--case", "killed", "--minutes", "2")
    end = time.monotonic() + 120
    while time.monotonic() < end and not list((home / "killed" / "runs").glob("*-pilot/events.jsonl")):
        time.sleep(0.1)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    (recorded,) = (home / "killed" / "runs").glob("*-pilot")
    _wait_until_free(recorded / "lock")
    code, out, err = run(home, "verdict", "--case", "killed", "--json")
    assert code == 1, err
    assert "Traceback" not in err
    document = json.loads(out)
    assert document["case"]["pilot_run"] == recorded.name
    assert document["case"]["pilot"]["complete"] is False
    assert document["case"]["pilot"]["ended"]


def _wait_until_free(lock: Path) -> None:
    from advisor.files import is_locked

    end = time.monotonic() + 30
    while is_locked(lock):
        assert time.monotonic() < end, "the child outlived the command that started it"
        time.sleep(0.1)
