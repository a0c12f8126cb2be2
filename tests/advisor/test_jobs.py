"""The job mechanism: exactly one last word, whatever the child does."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from advisor.events import Done, Event, Failed, Started, is_last
from advisor.files import is_locked
from advisor.jobs import Job, new_run_folder, read_events, replay, run_job, start_job
from advisor.specs import JobSpec
from advisor.work.worker import SPINS, wait_briefly


def echo(folder: Path, act: str, seconds: float = 0.0, lifeline: str = "stdin") -> JobSpec:
    return JobSpec.model_validate(
        {
            "folder": folder,
            "task": {"job": "echo", "act": act, "seconds": seconds},
            "lifeline": lifeline,
        }
    )


async def collected(spec: JobSpec) -> list[Event]:
    return [event async for event in run_job(spec)]


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


async def until(condition: object, seconds: float = 10.0) -> None:
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.02)


async def test_a_job_that_finishes_says_started_first_and_done_last(tmp_path: Path) -> None:
    events = await collected(echo(tmp_path / "run", "finish"))
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Done)
    assert sum(is_last(event) for event in events) == 1


@pytest.mark.parametrize(
    ("act", "failure"),
    [
        ("exit", "crashed"),
        ("segfault", "crashed"),
        ("raise", "bad_data"),
        ("memory", "out_of_memory"),
        ("no_space", "no_space"),
    ],
)
async def test_a_child_that_dies_ends_in_exactly_one_failure(tmp_path: Path, act: str, failure: str) -> None:
    events = await collected(echo(tmp_path / "run", act))
    last = events[-1]
    assert isinstance(last, Failed)
    assert last.failure == failure
    assert last.do
    assert sum(is_last(event) for event in events) == 1
    assert read_events(tmp_path / "run") == events


async def test_garbage_on_standard_output_reaches_only_the_log(tmp_path: Path) -> None:
    events = await collected(echo(tmp_path / "run", "garbage"))
    assert isinstance(events[-1], Done)
    assert b"not json" in (tmp_path / "run" / "log.txt").read_bytes()


async def test_a_flood_of_output_stays_bounded(tmp_path: Path) -> None:
    events = await collected(echo(tmp_path / "run", "flood", 1.0))
    assert isinstance(events[-1], Done)
    size = sum(path.stat().st_size for path in (tmp_path / "run").glob("log*.txt"))
    assert 1 << 19 < size <= (1 << 21) + 65536


async def test_stopping_a_hanging_job_ends_every_process_of_it(tmp_path: Path) -> None:
    job = await start_job(echo(tmp_path / "run", "hang"))
    events: list[Event] = []
    async for event in job.events():
        events.append(event)
        if event.kind == "step":
            await job.stop()
    last = events[-1]
    assert isinstance(last, Failed)
    assert last.failure == "stopped"
    started = events[0]
    assert isinstance(started, Started)
    assert not alive(started.pid)
    assert not is_locked(tmp_path / "run" / "lock")


async def test_closing_the_iterator_early_stops_the_job(tmp_path: Path) -> None:
    stream = run_job(echo(tmp_path / "run", "hang"))
    async for event in stream:
        if isinstance(event, Started):
            pid = event.pid
            break
    await stream.aclose()  # type: ignore[attr-defined]
    assert not alive(pid)


async def test_a_worker_killed_from_outside_is_reported_as_killed(tmp_path: Path) -> None:
    events = []
    async for event in run_job(echo(tmp_path / "run", "hang")):
        events.append(event)
        if isinstance(event, Started):
            os.kill(event.pid, signal.SIGKILL)
    last = events[-1]
    assert isinstance(last, Failed)
    assert last.failure == "killed"


async def test_a_guard_killed_from_outside_takes_the_worker_along(tmp_path: Path) -> None:
    job = await start_job(echo(tmp_path / "run", "hang"))
    events = []
    async for event in job.events():
        events.append(event)
        if isinstance(event, Started):
            pid = event.pid
            assert job.process
            job.process.kill()
    last = events[-1]
    assert isinstance(last, Failed)
    assert last.failure == "killed"
    await until(lambda: not alive(pid))


async def test_a_worker_that_lingers_after_its_last_word_is_ended(tmp_path: Path) -> None:
    events = await collected(echo(tmp_path / "run", "linger"))
    assert isinstance(events[-1], Done)
    detached = await start_job(echo(tmp_path / "alone", "linger", lifeline="none"))
    async for event in detached.events():
        if isinstance(event, Started):
            pid = event.pid
    await until(lambda: not is_locked(tmp_path / "alone" / "lock"), seconds=30.0)
    assert not alive(pid)
    await detached.close()


STARTER = """
import asyncio, sys
from pathlib import Path
from advisor.jobs import start_job
from advisor.specs import JobSpec

async def main():
    job = await start_job(JobSpec.model_validate_json(sys.argv[1]))
    async for event in job.events():
        print(event.kind, getattr(event, "pid", ""), flush=True)
        if event.kind == "step":
            await asyncio.sleep(3600)

asyncio.run(main())
"""


def starter(spec: JobSpec) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", STARTER, spec.model_dump_json()], stdout=subprocess.PIPE, text=True
    )


async def test_no_orphan_is_left_when_the_starting_process_is_killed(tmp_path: Path) -> None:
    terminal = starter(echo(tmp_path / "run", "hang"))
    assert terminal.stdout
    pid = int(terminal.stdout.readline().split()[1])
    terminal.kill()
    terminal.wait()
    await until(lambda: not alive(pid))
    await until(lambda: not is_locked(tmp_path / "run" / "lock"))
    last = read_events(tmp_path / "run")[-1]
    assert isinstance(last, Failed)
    assert last.failure == "stopped"


async def test_a_detached_job_outlives_its_starter_and_can_be_followed_and_stopped(tmp_path: Path) -> None:
    terminal = starter(echo(tmp_path / "run", "hang", lifeline="none"))
    assert terminal.stdout
    pid = int(terminal.stdout.readline().split()[1])
    terminal.kill()
    terminal.wait()
    await asyncio.sleep(0.5)
    assert alive(pid)
    attached = Job(tmp_path / "run")
    kinds = []
    async for event in attached.events():
        kinds.append(event.kind)
        if event.kind == "step":
            await attached.stop()
    assert kinds == ["started", "step", "failed"]
    assert not alive(pid)


LEAVER = STARTER.replace(
    "await asyncio.sleep(3600)",
    "job.let_go()\n            return",
)


async def test_a_job_that_was_let_go_outlives_the_orderly_end_of_its_starter(tmp_path: Path) -> None:
    terminal = subprocess.run(
        [sys.executable, "-c", LEAVER, echo(tmp_path / "run", "hang").model_dump_json()],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=60,
    )
    pid = int(terminal.stdout.split()[1])
    await asyncio.sleep(0.5)
    assert alive(pid)
    await Job(tmp_path / "run").stop()
    assert not alive(pid)


async def test_a_suspended_terminal_stalls_nothing(tmp_path: Path) -> None:
    terminal = starter(echo(tmp_path / "run", "flood", 1.0))
    assert terminal.stdout
    terminal.stdout.readline()
    terminal.send_signal(signal.SIGSTOP)
    try:
        await until(lambda: any(is_last(event) for event in _whole_events(tmp_path / "run")))
        assert isinstance(read_events(tmp_path / "run")[-1], Done)
    finally:
        terminal.kill()
        terminal.wait()


def _whole_events(folder: Path) -> list[Event]:
    return read_events(folder) if not is_locked(folder / "lock") else []


async def test_a_hostile_module_in_the_users_folder_is_not_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = tmp_path / "canary"
    hostile = f"open({str(canary)!r}, 'w').close()\n"
    for name in ("orjson", "pydantic", "advisor"):
        (tmp_path / f"{name}.py").write_text(hostile)
    run = tmp_path / "run"
    run.mkdir()
    (run / "orjson.py").write_text(hostile)
    monkeypatch.chdir(tmp_path)
    events = await collected(echo(run, "finish"))
    assert isinstance(events[-1], Done)
    assert not canary.exists()


async def test_a_recording_replays_as_it_was(tmp_path: Path) -> None:
    events = await collected(echo(tmp_path / "run", "finish", 0.1))
    assert [event async for event in replay(tmp_path / "run", speed=0)] == events


def test_a_torn_last_line_is_skipped_and_the_run_counts_as_killed(tmp_path: Path) -> None:
    line = json.dumps({"kind": "note", "text": "whole"})
    (tmp_path / "events.jsonl").write_text(line + "\n" + line[:10])
    events = read_events(tmp_path)
    assert [event.kind for event in events] == ["note", "failed"]


def test_run_folders_of_the_same_second_differ(tmp_path: Path) -> None:
    assert len({new_run_folder(tmp_path, "probe") for _ in range(3)}) == 3


@pytest.mark.parametrize(
    ("said", "spins"),
    [({}, SPINS), ({"GOMP_SPINCOUNT": "7"}, "7"), ({"OMP_WAIT_POLICY": "ACTIVE"}, None)],
)
def test_threads_wait_briefly_unless_the_user_has_said_how(
    said: dict[str, str], spins: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in said.items():
        monkeypatch.setenv(name, value)
    wait_briefly()
    assert os.environ.get("GOMP_SPINCOUNT") == spins
    monkeypatch.delenv("GOMP_SPINCOUNT", raising=False)
