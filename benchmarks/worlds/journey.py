"""One world and one seed through the program's own steps: case, profile, plan, pilot, verdict."""

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import TypeAdapter

from advisor.case import Case, new_case, save
from advisor.cli.asked import Asked
from advisor.cli.narrate import Narrator
from advisor.cli.stages import Trip, piloted
from advisor.events import Done, Started
from advisor.files import write_atomic
from advisor.jobs import read_events
from advisor.journey import absorb, settle
from advisor.models.search import find_model
from advisor.pilot_options import PilotOptions
from advisor.tasks import spec_of, task_of
from advisor.work.data.profile import profile
from advisor.work.emit import Emitter
from advisor.work.pilot.pilot import pilot
from advisor.work.probe import probe
from benchmarks.worlds import base
from benchmarks.worlds.planted import Row, World
from heuristics.facts.machine import MachineFacts

_WORK = {"probe": probe, "profile": profile, "pilot": pilot}


class Here(Trip):
    """Runs the jobs in this process, which has paid for the libraries already."""

    def job(self, case: Case, action: str) -> Case:
        """The case after the job of one action."""
        task = task_of(case, action)
        spec = spec_of(case, task, offline=True)
        emitter = Emitter(spec.folder)
        emitter.emit(Started(job=task.job, pid=os.getpid(), time=""))
        _WORK[task.job](spec, emitter)
        emitter.emit(Done(seconds=round(emitter.elapsed, 3)))
        for event in read_events(spec.folder):
            case = absorb(case, event, spec.folder.name)
        case = settle(case)
        save(case)
        return case


def machine_of(folder: Path) -> MachineFacts:
    """This machine, probed once and kept in `folder`."""
    kept = folder / "machine.json"
    facts = TypeAdapter(MachineFacts)
    if not kept.exists():
        with tempfile.TemporaryDirectory() as here:
            found = Here(Asked("probe"), Narrator(sys.stderr)).job(new_case(Path(here), "machine"), "probe")
        assert found.machine is not None
        write_atomic(kept, facts.dump_json(found.machine))
    return facts.validate_json(kept.read_bytes())


def judged(world: World, seed: int, folder: Path, machine: MachineFacts) -> Case:
    """The case with its verdict, in `folder`."""
    case = new_case(folder, f"{world.name} {seed}")
    rows = world.rows_of(seed)
    held_out = _written(folder / "test.jsonl", rows[-world.tests :]) if world.tests else None
    data = _written(folder / "rows.jsonl", rows[: len(rows) - world.tests])
    general = folder / "general.txt"
    general.write_text(base.general_text(), encoding="utf-8")
    model = str(base.base_model())
    case = case.but(
        data_path=str(data),
        eval_path=None if held_out is None else str(held_out),
        model_choice=model,
        model=find_model(model, True),
        knobs=replace(world.knobs(seed), seed=seed),
        machine=machine,
        options=PilotOptions(probe=str(general)),
    )
    trip = Here(Asked("run", goal=replace(world.wishes, pilot_minutes=60.0)), Narrator(sys.stderr))
    case = settle(piloted(case, trip))
    save(case)
    return case


def _written(path: Path, rows: Sequence[Row]) -> Path:
    path.write_text("".join(f"{json.dumps(each)}\n" for each in rows), encoding="utf-8")
    return path
