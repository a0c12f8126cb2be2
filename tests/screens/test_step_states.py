"""Each step while its job runs, after it failed, and where something blocks; empty and done stand in
test_golden.py, the Data step in test_data_states.py."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from advisor.case import Case
from advisor.events import Failed, FailureKind, Metric, Started, Step
from advisor.specs import SimulateTask
from heuristics.facts.experiment import Alarm
from heuristics.facts.machine import Disk
from heuristics.facts.pilot import PilotFacts
from heuristics.memory.simulated import training_step
from heuristics.verdict.decision import Decision
from screens.app import AdvisorApp
from screens.state.live import Live, live_after
from screens.state.simulation import Simulation
from tests.screens.conftest import Golden, screen_lines
from tests.screens.sample_case import DATA, MACHINE, MODEL, PLAN, VERDICT, empty, filled

FOLDER = Path("/tmp/case")
SIZES = pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=["80x24", "120x40"])


@dataclass(frozen=True)
class State:
    """What the application holds."""

    case: Case
    live: Live | None = None
    simulation: Simulation | None = None
    row: str = ""
    """Where the cursor stands; empty for the first row."""


def running(job: str, step: str, progress: Step) -> Live:
    started = Started(job="probe", pid=1, time="2026-11-02T09:00:00Z")
    return live_after(live_after(Live(job, step), started), progress)


def failed(job: str, step: str, failure: FailureKind, message: str, do: str) -> Live:
    return live_after(Live(job, step), Failed(failure=failure, message=message, do=do))


def trained(live: Live) -> Live:
    for step in range(1, 41):
        values = {"loss": 2.1 * 0.96**step + 0.6, "tokens_per_second": 5_180.0, "memory_bytes": 6.9e9}
        if step % 20 == 0:
            values |= {"heldout_loss": 1.9 - step / 50, "perplexity": 3.1}
        live = live_after(live, Metric(run="main", step=step, total_steps=96, values=values))
    return live


def simulation(why_not: str = "") -> Simulation:
    step = training_step(PLAN.recipe, MACHINE.device)
    assert step is not None
    return Simulation(SimulateTask(model=MODEL, step=step), why_not)


READY = filled(FOLDER).but(pilot=None, pilot_run=None, verdict=None)
FULL_DISK = replace(MACHINE, disks=(Disk("case", "/home/user/cases", 40 << 20), *MACHINE.disks[1:]))
NO_TEST = replace(DATA, split=replace(DATA.split, test=0) if DATA.split else None)
TOO_BIG = replace(PLAN, memory=replace(PLAN.memory, available=4 << 30, fit="no"))
NO_MEMORY = ("out_of_memory", "The longest rows need more memory than there is", "Take a smaller model.")
NOT_A_NUMBER = Alarm("nan", "main", 41, "The loss is not a number", "Halve the learning rate.")
PROBING = Step(phase="cuda 0: bf16 products", done=3, total=8, seconds_left=4.0)
TRAINING = Step(phase="ladder", done=480.0, total=1_200.0, unit="s", seconds_left=720.0, text="training main")
WRITING = Step(phase="rows", done=1_100, total=2_311, unit="rows", seconds_left=2.0)
STEPPING = Step(phase="simulating", done=2, total=5, unit="steps", seconds_left=9.0)
FIX_FIRST = replace(
    VERDICT,
    decision=Decision.FIX_DATA,
    headline="3 rows hold what looks like a secret key.",
    next_steps=("Mask the keys with a cleaning, then run the pilot again.",),
)

STATES = {
    "machine-running": State(empty(FOLDER), running("probe", "machine", PROBING)),
    "machine-failed": State(
        empty(FOLDER),
        failed("probe", "machine", "killed", "The job was killed from outside", "Press r to probe again."),
    ),
    "machine-blocked": State(filled(FOLDER).but(machine=FULL_DISK)),
    "goal-running": State(filled(FOLDER).but(goal_confirmed=False), running("pilot", "pilot", TRAINING)),
    "goal-failed": State(READY, failed("pilot", "pilot", *NO_MEMORY)),
    "goal-blocked": State(filled(FOLDER).but(data=NO_TEST)),
    "plan-running": State(READY, simulation=simulation(), row="memory"),
    "plan-failed": State(
        READY, simulation=simulation("transformers does not know this family"), row="memory"
    ),
    "plan-blocked": State(READY.but(plan=TOO_BIG)),
    "pilot-running": State(
        READY.but(pilot=PilotFacts(model=MODEL.id, method="lora")),
        trained(running("pilot", "pilot", TRAINING)),
    ),
    "pilot-failed": State(READY, failed("pilot", "pilot", *NO_MEMORY)),
    "pilot-blocked": State(READY.but(pilot=PilotFacts(alarms=(NOT_A_NUMBER,), ended="crashed"))),
    "verdict-running": State(filled(FOLDER), running("simulate", "verdict", STEPPING)),
    "verdict-failed": State(
        filled(FOLDER),
        failed("simulate", "verdict", "crashed", "The simulation ended without an answer", "Press p again."),
    ),
    "verdict-blocked": State(filled(FOLDER).but(verdict=FIX_FIRST)),
    "export-running": State(filled(FOLDER), running("export", "export", WRITING)),
    "export-failed": State(
        filled(FOLDER),
        failed("export", "export", "no_space", "The disk is full", "Make room, then press w again."),
    ),
    "export-done": State(filled(FOLDER).but(exported=("/tmp/case/export/RUN.md",))),
    "export-blocked": State(filled(FOLDER).but(plan=None, pilot=None, verdict=None)),
}


@SIZES
@pytest.mark.parametrize("name", STATES)
async def test_a_step_shows_its_state(name: str, size: tuple[int, int], golden: Golden) -> None:
    state = STATES[name]
    app = AdvisorApp(state.case)
    app.live, app.simulation = state.live, state.simulation
    async with app.run_test(size=size) as pilot:
        await app.switch_mode(name.partition("-")[0])
        await pilot.pause()
        if state.row:
            app.screen.rows.go_to(state.row)  # type: ignore[attr-defined]
        await golden(app, f"{name}-{size[0]}x{size[1]}")


@pytest.mark.parametrize("name", [name for name in STATES if name.endswith("blocked")])
async def test_what_blocks_is_said_in_words(name: str) -> None:
    step = name.partition("-")[0]
    app = AdvisorApp(STATES[name].case)
    async with app.run_test(size=(120, 40)) as pilot:
        await app.switch_mode(step)
        await pilot.pause()
        lines = screen_lines(app)
    if step == "export":
        assert any("There is no plan to export yet" in line for line in lines)
    else:
        assert f"{step.capitalize()}] blocked" in lines[0]
