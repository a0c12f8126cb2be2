"""Kills a pilot at random moments, resumes it, and compares what it finds with an unbroken one.

Each case is one SIGKILL, of the worker, of its guard, of the command or of the terminal program.
"""

import argparse
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import psutil

from advisor.case import Case, load
from advisor.catalog import demo_folder
from advisor.events import Done, Event, Metric, Started
from advisor.jobs import read_events
from benchmarks.kept_lines import keep, kept
from benchmarks.program import ADVISOR, answer_of
from benchmarks.pty_program import PtyProgram

RESULT = Path(__file__).parent / "results" / "kills.jsonl"
ROOT = Path(__file__).parent.parent
VICTIMS = ("worker", "guard", "command", "terminal")
ROWS = 90
PLAN = ("--model", "demo", "--samples", "48", "--epochs", "1", "--minutes", "60", "--offline")
"""More minutes than it can need: the schedule must not depend on how busy the machine is."""
PATIENCE = 600.0
ORPHAN_PATIENCE = 10.0
"""Seconds within which nothing of a killed pilot may be left."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the cases that have no result yet; 1 when any of all ended otherwise than the unbroken pilot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=30)
    parser.add_argument("--most", type=int, default=1000, help="cases in this call")
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir()) / "advisor-kills", help="for the cases"
    )
    asked = parser.parse_args(argv)
    results = saved()
    wanted = [each for each in range(asked.cases) if each not in {found["case"] for found in results}]
    if wanted:
        template = _template(asked.folder.absolute())
        for number in wanted[: asked.most]:
            if not results:
                results.append(keep(RESULT, _unbroken(template)))
            results.append(keep(RESULT, _case(number, template, results[0])))
            print(json.dumps(results[-1]), flush=True)
    cases = [each for each in results if each["victim"] != "none"]
    good = [each for each in cases if each["same"] and not each["orphans"] and not each["lost_runs"]]
    print(f"{len(good)} of {len(cases)} ended as the unbroken pilot; {dict(Counter(_kinds(cases)))}")
    return int(len(good) < len(cases))


def saved() -> list[dict[str, object]]:
    """The unbroken pilot and the cases so far."""
    return kept(RESULT)


def digest_of(case: Case) -> str:
    """A fingerprint of everything that the pilot measured, without times, memory and folders."""
    pilot = case.pilot
    assert pilot is not None
    runs = [
        replace(each, seconds=0.0, tokens_per_second=0.0, peak_bytes=0)
        for each in sorted(pilot.runs, key=lambda each: each.id)
    ]
    alarms = [each for each in pilot.alarms if each.cause != "machine"]
    measured = (
        runs,
        sorted(pilot.scores, key=repr),
        pilot.gains,
        pilot.samples,
        pilot.rate,
        pilot.rungs,
        pilot.forgetting,
        pilot.memorised,
        pilot.shifts,
        pilot.outliers,
        alarms,
    )
    return hashlib.sha256(repr(measured).encode()).hexdigest()[:16]


def _kinds(cases: Sequence[dict[str, object]]) -> Iterator[str]:
    return (str(each["victim"]) for each in cases)


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


def _template(folder: Path) -> Path:
    """A case that is ready for its pilot; made once, so that all cases have one plan."""
    os.environ["ADVISOR_HOME"] = str(folder / "home")
    folder.mkdir(exist_ok=True)
    if (folder / "template" / "case.toml").exists():
        return folder / "template"
    rows = folder / "rows.jsonl"
    with demo_folder() as demo:
        lines = (demo / "triage.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    rows.write_text("".join([each for each in lines if _usable(each)][:ROWS]), encoding="utf-8")
    _advisor("plan", str(rows), "--case", str(folder / "template"), *PLAN)
    return folder / "template"


def _usable(line: str) -> bool:
    try:
        return all(turn["content"] for turn in json.loads(line)["messages"])
    except ValueError:
        return False


def _advisor(*words: str) -> None:
    answer_of(*words, environment=_environment(), patience=PATIENCE)


def _unbroken(template: Path) -> dict[str, object]:
    target = template.parent / "unbroken"
    shutil.rmtree(target, ignore_errors=True)
    folder = Path(shutil.copytree(template, target))
    _advisor("pilot", "--case", str(folder), "--offline")
    case, events = load(folder), _events(folder)
    assert case.pilot is not None and case.pilot.complete and case.verdict is not None
    return {
        "case": -1,
        "victim": "none",
        "events": len(events),
        "decision": case.verdict.decision.value,
        "confidence": case.verdict.confidence,
        "digest": digest_of(case),
    }


def _case(number: int, template: Path, unbroken: dict[str, object]) -> dict[str, object]:
    chance = random.Random(number)
    victim = VICTIMS[number % len(VICTIMS)]
    at = chance.randrange(1, int(str(unbroken["events"])) - 1)
    pause = chance.uniform(0.0, 0.3)
    target = template.parent / f"case-{number}"
    shutil.rmtree(target, ignore_errors=True)
    folder = Path(shutil.copytree(template, target))
    with _front(victim, folder) as pid:
        events = _wait_for(folder, at)
        time.sleep(pause)
        os.kill(_pid_of(victim, pid, folder), signal.SIGKILL)
        in_proof = (_state(folder) / "attempt.json").exists()
        orphans = _left_over(folder, pid if victim not in ("worker", "guard") else None)
    finished = sorted(each.stem for each in _state(folder).glob("*.part"))
    began = time.time()
    _advisor("pilot", "--case", str(folder), "--offline")
    case = load(folder)
    assert case.pilot is not None and case.verdict is not None
    # A worker that is killed while its memory is tried is taken for one that had too little.
    smaller = victim == "worker" and in_proof
    same_numbers = digest_of(case) == unbroken["digest"]
    decided = (case.verdict.decision.value, case.verdict.confidence)
    same_verdict = decided == (unbroken["decision"], unbroken["confidence"])
    again = _trained_again(folder, finished)
    shutil.rmtree(folder)
    return {
        "case": number,
        "victim": victim,
        "at_event": at,
        "after": _last_words(events),
        "finished_parts": len(finished),
        "complete": case.pilot.complete,
        "same_verdict": same_verdict,
        "same_numbers": same_numbers,
        "smaller_batch": smaller,
        "same": case.pilot.complete and same_verdict and (same_numbers or smaller),
        "orphans": orphans,
        "lost_runs": again,
        "resumed_seconds": round(time.time() - began, 1),
    }


@contextmanager
def _front(victim: str, folder: Path) -> Iterator[int]:
    """The program that starts the pilot: the terminal one where that is the victim."""
    if victim == "terminal":
        command = [*ADVISOR, "--case", str(folder)]
        with PtyProgram(command, _environment(), folder) as program:
            program.wait_for(b"ctrl+n", 0.0, PATIENCE)
            time.sleep(1.0)
            program.press("5")
            time.sleep(1.0)
            program.press("r")
            yield program.pid
        return
    command = [*ADVISOR, "pilot", "--case", str(folder), "--offline", "--json"]
    with subprocess.Popen(
        command, env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        yield process.pid
        with suppress(ProcessLookupError):
            process.kill()


def _pilots(folder: Path) -> list[Path]:
    return sorted((folder / "runs").glob("*-pilot*"))


def _state(folder: Path) -> Path:
    return _pilots(folder)[0] / "state"


def _events(folder: Path) -> list[Event]:
    return [each for run in _pilots(folder)[-1:] for each in read_events(run)]


def _wait_for(folder: Path, count: int) -> list[Event]:
    """The events once there are so many of them, or the pilot has ended."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        runs = _pilots(folder)
        path = runs[0] / "events.jsonl" if runs else None
        if path is not None and path.exists() and path.read_bytes().count(b"\n") >= count:
            return _events(folder)
        time.sleep(0.01)
    raise TimeoutError(f"{folder} never said {count} events")


def _pid_of(victim: str, front: int, folder: Path) -> int:
    match victim:
        case "worker":
            return next(each.pid for each in reversed(_events(folder)) if isinstance(each, Started))
        case "guard":
            return int((_pilots(folder)[0] / "lock").read_text(encoding="ascii"))
        case _:
            return front


def _left_over(folder: Path, front: int | None) -> int:
    """Processes that still work in the case's folder when they have had time to end."""
    end = time.monotonic() + ORPHAN_PATIENCE
    while (left := _working_in(folder, front)) and time.monotonic() < end:
        time.sleep(0.1)
    return left


def _working_in(folder: Path, front: int | None) -> int:
    count = 0
    for each in psutil.process_iter(["pid", "status", "cwd"]):
        cwd = each.info["cwd"]
        if cwd and Path(cwd).is_relative_to(folder / "runs") and each.info["status"] != psutil.STATUS_ZOMBIE:
            count += each.pid != front
    return count


def _trained_again(folder: Path, finished: Sequence[str]) -> int:
    """Runs that were finished before the kill and were trained once more."""
    again = {each.run for each in _events(folder) if isinstance(each, Metric)}
    return len(again & set(finished))


def _last_words(events: Sequence[Event]) -> str:
    """Where the pilot was."""
    for each in reversed(events):
        if isinstance(each, Metric):
            return f"{each.run} step {each.step}"
        if isinstance(each, Done):
            return "done"
        if each.kind not in ("note", "step"):
            return each.kind
    return "start"


if __name__ == "__main__":
    sys.exit(main())
