"""A pilot that was stopped or killed goes on where it was and ends with the numbers of an unbroken one."""

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

import advisor
from advisor.errors import BadData, Stopped
from advisor.events import Event, Metric
from advisor.files import is_locked
from advisor.fold import pilot_facts
from advisor.jobs import read_events, start_job
from advisor.specs import JobSpec, PilotTask
from advisor.work.emit import Emitter
from advisor.work.pilot import checkpoint, proof
from advisor.work.pilot.checkpoint import MARK, Checkpoints, is_complete, seal
from advisor.work.pilot.ledger import Ledger
from heuristics.facts.pilot import PilotFacts
from tests.work.pilot.pilot_worlds import learnable_rows, run_pilot, spec_for, write_rows

pytestmark = pytest.mark.slow

LADDER = 44
"""Training rows: a ladder of two sizes, the smaller with three seeds."""


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_rows(tmp_path_factory.mktemp("rows") / "rows.jsonl", learnable_rows()[:90])


def spec(folder: Path, rows: Path, model: Path, resume: Path | None = None) -> JobSpec:
    made = spec_for(folder, rows, model, epochs=2, dropout=0.1, samples=LADDER)
    task = made.task.model_copy(update={"resume": resume})
    return made.model_copy(update={"task": task})


@pytest.fixture(scope="module")
def unbroken(rows: Path, tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> PilotFacts:
    return run_pilot(spec(tmp_path_factory.mktemp("unbroken"), rows, tiny_model))[0]


def numbers(facts: PilotFacts) -> object:
    """Everything that was measured, without times, memory and folders."""
    runs = [
        replace(each, seconds=0.0, tokens_per_second=0.0, peak_bytes=0)
        for each in sorted(facts.runs, key=lambda each: each.id)
    ]
    return (
        runs,
        sorted(facts.scores, key=repr),
        facts.gains,
        facts.samples,
        facts.rate,
        facts.rungs,
        facts.forgetting,
        facts.shifts,
        facts.outliers,
        [each for each in facts.alarms if each.cause != "machine"],
    )


class StoppedAt(Emitter):
    """Behaves as if the user stopped the pilot when `when` is true of what it says."""

    def __init__(self, folder: Path, when: Callable[[Event], bool]) -> None:
        super().__init__(folder)
        self._when = when

    def emit(self, event: Event) -> None:
        super().emit(event)
        if self._when(event):
            raise Stopped("Stopped")


def at_step(run: str, step: int) -> Callable[[Event], bool]:
    return lambda event: (
        isinstance(event, Metric) and event.run == run and event.step == step and "loss" in event.values
    )


def stop_pilot(made: JobSpec, when: Callable[[Event], bool]) -> None:
    from advisor.work.pilot.pilot import pilot

    with pytest.raises(Stopped):
        pilot(made, StoppedAt(made.folder, when))


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint at every step."""
    settings = checkpoint.pilot_settings()
    now = settings.checkpoint.model_copy(update={"seconds": 0.0, "cost_share": 1e9})
    monkeypatch.setattr(checkpoint, "pilot_settings", lambda: settings.model_copy(update={"checkpoint": now}))


@pytest.mark.usefixtures("often")
def test_a_pilot_stopped_again_and_again_ends_with_the_numbers_of_an_unbroken_one(
    rows: Path, tiny_model: Path, tmp_path: Path, unbroken: PilotFacts
) -> None:
    first = spec(tmp_path / "1", rows, tiny_model)
    stop_pilot(first, at_step("rate-2", 3))
    state = first.folder / "state"
    stop_pilot(spec(tmp_path / "2", rows, tiny_model, state), at_step(f"ladder-{LADDER}-s1", 7))
    stop_pilot(spec(tmp_path / "3", rows, tiny_model, state), lambda each: each.kind == "forgetting")
    facts, events = run_pilot(spec(tmp_path / "4", rows, tiny_model, state))
    assert numbers(facts) == numbers(unbroken)
    second = read_events(tmp_path / "2")
    assert any(each.kind == "note" and "rate-2 goes on at step" in each.text for each in second)
    assert not any(isinstance(each, Metric) and each.run == "rate-1" for each in second)
    assert [each.id for each in facts.runs] == [each.id for each in unbroken.runs]
    assert not any(isinstance(each, Metric) for each in events)


def test_a_pilot_whose_rows_have_changed_does_not_go_on(rows: Path, tiny_model: Path, tmp_path: Path) -> None:
    own = write_rows(tmp_path / "rows.jsonl", learnable_rows()[:90])
    made = spec(tmp_path / "1", own, tiny_model)
    stop_pilot(made, lambda each: each.kind == "proof")
    write_rows(own, learnable_rows()[:91])
    with pytest.raises(BadData, match="rows have changed"):
        run_pilot(spec(tmp_path / "2", own, tiny_model, made.folder / "state"))


FRONT = """
import asyncio, sys
from advisor.jobs import run_job
from advisor.specs import JobSpec
async def main():
    async for _ in run_job(JobSpec.model_validate_json(sys.argv[1])):
        pass
asyncio.run(main())
"""
"""What a terminal does with a job."""


def killed(made: JobSpec, victim: str, when: Callable[[Event], bool]) -> int:
    """Start the job from a process of its own, kill that process or the job's guard when `when` is true, and
    return the worker's process id."""
    with subprocess.Popen([sys.executable, "-c", FRONT, made.model_dump_json()]) as front:
        seen: list[Event] = []
        while not any(when(each) for each in seen):
            time.sleep(0.05)
            assert front.poll() is None, read_events(made.folder)[-1]
            seen = read_events(made.folder) if (made.folder / "events.jsonl").exists() else []
        guard = int((made.folder / "lock").read_text(encoding="ascii"))
        os.kill(front.pid if victim == "front" else guard, signal.SIGKILL)
    return next(each.pid for each in seen if each.kind == "started")


def works(process: int) -> bool:
    """True while a process does anything; one that only waits to be collected does not."""
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize("victim", ["guard", "front"])
def test_a_pilot_that_is_killed_at_a_random_step_goes_on_and_ends_the_same(
    victim: str,
    rows: Path,
    tiny_model: Path,
    tmp_path: Path,
    unbroken: PilotFacts,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(advisor.__file__).parents[1]))
    chance = random.Random(victim)
    run = chance.choice(unbroken.runs)
    made = spec(tmp_path / "1", rows, tiny_model)
    worker = killed(made, victim, at_step(run.id, chance.randrange(1, run.steps + 1)))
    # The first thread of a killed process may be gone before the others, which hold its files until then.
    locks = (made.folder / "lock", made.folder / "state" / "lock")
    end = time.monotonic() + 20
    while (any(map(is_locked, locks)) or works(worker)) and time.monotonic() < end:
        time.sleep(0.05)
    assert not any(map(is_locked, locks)) and not works(worker)
    finished = {each.stem for each in (made.folder / "state").glob("*.part")}
    facts, events = run_pilot(spec(tmp_path / "2", rows, tiny_model, made.folder / "state"))
    assert numbers(facts) == numbers(unbroken)
    assert not finished & {each.run for each in events if isinstance(each, Metric)}


async def test_a_worker_killed_in_its_proof_is_followed_by_one_with_half_the_micro_batch(
    rows: Path, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(advisor.__file__).parents[1]))
    job = await start_job(spec_for(tmp_path / "1", rows, tiny_model, minutes=0.01))
    kills = 0
    async for event in job.events():
        if event.kind == "started":
            worker = event.pid
        if event.kind == "step" and "longest rows" in event.text and kills < 1:
            kills += 1
            os.kill(worker, signal.SIGKILL)
    await job.stop()
    facts = pilot_facts(read_events(tmp_path / "1"), PilotFacts())
    assert facts.complete and facts.proof
    assert (facts.proof.micro_batch, facts.proof.accumulation, facts.proof.retries) == (4, 2, 1)


def a_checkpoint(folder: Path, step: int, emitter: Emitter) -> Checkpoints:
    kept = Checkpoints(folder, emitter)

    def write() -> None:
        target = kept.writing / f"checkpoint-{step}"
        target.mkdir(parents=True)
        (target / "weights").write_bytes(os.urandom(64))

    kept.save(step, write, {"train": []})
    return kept


def test_two_checkpoints_are_kept_and_the_newest_complete_one_counts(tmp_path: Path) -> None:
    emitter = Emitter(tmp_path)
    for step in (1, 2, 3, 10):
        kept = a_checkpoint(tmp_path / "run", step, emitter)
    assert sorted(each.name for each in kept.folder.iterdir()) == ["step-10", "step-3"]
    assert kept.newest() == kept.folder / "step-10"
    (kept.folder / "step-10" / "weights").write_bytes(b"torn")
    assert kept.newest() == kept.folder / "step-3"


@pytest.mark.parametrize("damage", ["no mark", "cut", "flipped", "missing file", "mark is garbage"])
def test_a_damaged_checkpoint_is_not_complete(damage: str, tmp_path: Path) -> None:
    written, final = tmp_path / "w", tmp_path / "step-1"
    written.mkdir()
    (written / "weights").write_bytes(b"0123456789")
    seal(written, final)
    assert is_complete(final) and not written.exists()
    match damage:
        case "no mark":
            (final / MARK).unlink()
        case "cut":
            (final / "weights").write_bytes(b"01234")
        case "flipped":
            (final / "weights").write_bytes(b"0123456780")
        case "missing file":
            (final / "weights").unlink()
        case _:
            (final / MARK).write_text("[1]", encoding="utf-8")
    assert not is_complete(final)


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_kill_at_any_call_of_sealing_leaves_no_checkpoint_that_counts(
    call: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = getattr(os, call)
    for place in range(20):
        folder = tmp_path / f"{call}{place}"
        (folder / "w").mkdir(parents=True)
        (folder / "w" / "weights").write_bytes(b"0123456789")
        left = [place]

        def dying(*arguments: object, left: list[int] = left) -> object:
            if left[0] == 0:
                raise KeyboardInterrupt
            left[0] -= 1
            return real(*arguments)

        monkeypatch.setattr(os, call, dying)
        try:
            seal(folder / "w", folder / "step-1")
        except KeyboardInterrupt:
            marked = is_complete(folder / "step-1")
            weights = folder / "step-1" / "weights"
            # After the mark's own rename only its durability is open: the content is whole.
            assert not marked or weights.read_bytes() == b"0123456789"
        else:
            assert is_complete(folder / "step-1")
            break
        finally:
            monkeypatch.setattr(os, call, real)
    else:
        pytest.fail("sealing makes more calls than were tried")


def test_a_full_disk_loses_the_checkpoints_and_not_the_run(tmp_path: Path) -> None:
    kept = a_checkpoint(tmp_path / "run", 1, Emitter(tmp_path))

    def full() -> None:
        (kept.writing / "checkpoint-2").mkdir(parents=True)
        raise OSError(errno.ENOSPC, "No space left on device")

    kept.save(2, full, {})
    assert kept.newest() == kept.folder / "step-1" and not kept.due()
    assert not kept.writing.exists()
    assert any(each.kind == "note" and "disk is full" in each.text for each in read_events(tmp_path))


def test_too_little_disk_is_told_before_the_first_checkpoint(tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path / "run", Emitter(tmp_path))
    kept.require_space(1 << 60)
    (note,) = [each for each in read_events(tmp_path) if each.kind == "note"]
    assert "MiB are free" in note.text and not kept.due()


def test_a_finished_part_is_read_and_said_again_and_a_damaged_one_is_made_again(tmp_path: Path) -> None:
    emitter = Emitter(tmp_path)
    ledger = Ledger(tmp_path / "state", emitter)
    assert ledger.part("one", float, lambda: float("inf")) == float("inf")
    assert Ledger(tmp_path / "state", emitter).part("one", float, lambda: 2.0) == float("inf")
    path = tmp_path / "state" / "one.part"
    path.write_bytes(path.read_bytes().replace(b"Infinity", b"InfinitX"))
    assert ledger.part("one", float, lambda: 3.0) == 3.0


def test_what_was_measured_survives_the_ledger_exactly(tmp_path: Path) -> None:
    value = proof.Speeds(0.1 + 0.2, 1e-300, 12345.678901234567, 0.0)
    ledger = Ledger(tmp_path / "state", Emitter(tmp_path))
    ledger.part("speeds", proof.Speeds, lambda: value)
    assert ledger.find("speeds", proof.Speeds) == value


def test_an_interrupted_pilot_is_found_only_while_the_question_is_the_same(tmp_path: Path) -> None:
    from advisor.case import new_case
    from advisor.resuming import interrupted

    case = new_case(tmp_path / "case", "case")
    made = spec_for(tmp_path / "x", tmp_path / "rows.jsonl", tmp_path)
    task = made.task
    assert isinstance(task, PilotTask) and interrupted(case, task) is None
    run = case.runs / "20260101-000000-pilot"
    (run / "state").mkdir(parents=True)
    (run / "spec.json").write_text(made.model_dump_json(), encoding="utf-8")
    assert interrupted(case, task) == run / "state"
    other = task.model_copy(update={"recipe": replace(task.recipe, rank=4)})
    assert interrupted(case, other) is None
    (run / "events.jsonl").write_text(json.dumps({"kind": "done", "seconds": 1.0}) + "\n", encoding="utf-8")
    assert interrupted(case, task) is None
