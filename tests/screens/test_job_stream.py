"""What a job says, from recorded events to the screen."""

import asyncio
from pathlib import Path

from advisor.case import load, save
from advisor.events import (
    AlarmRaised,
    Done,
    Event,
    Failed,
    ForgettingFound,
    GainFound,
    MachineFound,
    MemorisedFound,
    Metric,
    Note,
    OutliersFound,
    ProofFound,
    RateMeasured,
    RunEnded,
    RungFound,
    SampleFound,
    ScheduleFixed,
    ScoreFound,
    Started,
    Step,
)
from screens.app import AdvisorApp
from screens.state.live import POINTS, Live, live_after
from screens.state.running import JobSaid, Running
from tests.screens.conftest import screen_lines, until
from tests.screens.sample_case import MACHINE, PILOT, empty, filled

RUN = "20261102-100000-pilot"


def recording(steps: int = 40) -> list[Event]:
    """A pilot as its events would come."""
    assert PILOT.proof and PILOT.schedule and PILOT.rate and PILOT.forgetting and PILOT.memorised
    events: list[Event] = [
        Started(job="pilot", pid=1, time="2026-11-02T10:00:00Z", phases=("proof", "baseline", "final")),
        ProofFound(proof=PILOT.proof),
        ScheduleFixed(schedule=PILOT.schedule),
        ScoreFound(score=PILOT.scores[0]),
        RateMeasured(rate=PILOT.rate),
    ]
    for step in range(1, steps + 1):
        values = {"loss": 3.0 - step / 40, "tokens_per_second": 5000.0}
        if step % 10 == 0:
            values |= {"heldout_loss": 2.8 - step / 50, "perplexity": 9.0}
        events.append(Metric(run="main", step=step, total_steps=steps, values=values))
        events.append(Step(phase="ladder", done=step, total=steps, unit="steps", seconds_left=steps - step))
    events += [AlarmRaised(alarm=each) for each in PILOT.alarms]
    events += [RunEnded(run=each) for each in PILOT.runs]
    events += [ScoreFound(score=PILOT.scores[1])]
    events += [GainFound(gain=each) for each in PILOT.gains]
    events += [RungFound(rung=each) for each in PILOT.rungs]
    events += [ForgettingFound(forgetting=PILOT.forgetting), MemorisedFound(memorised=PILOT.memorised)]
    events += [OutliersFound(outliers=PILOT.outliers)]
    events += [SampleFound(sample=each) for each in PILOT.samples]
    return events


def before(folder: Path) -> AdvisorApp:
    case = filled(folder).but(pilot=None, verdict=None)
    save(case)
    app = AdvisorApp(case)
    app.live = Live("pilot", "pilot", str(folder))
    return app


async def test_a_pilot_in_progress_shows_its_curves_and_time_left(tmp_path: Path) -> None:
    app = before(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("5")
        app.post_message(JobSaid(RUN, tuple(recording()[:60])))
        await pilot.pause()
        app.screen.rows.go_to("curve")  # type: ignore[attr-defined]
        await until(lambda: "Loss in nats" in "\n".join(screen_lines(app)))
        shown = "\n".join(screen_lines(app))
    assert "Loss in nats: training 2.975" in shown
    assert "held-out" in shown
    assert "left" in shown
    assert ".." in shown.splitlines()[0] or "running" in shown.splitlines()[0]


async def test_a_pilot_that_ended_is_judged_and_saved(tmp_path: Path) -> None:
    app = before(tmp_path)
    async with app.run_test(size=(80, 24)) as pilot:
        for event in recording():
            app.post_message(JobSaid(RUN, (event,)))
        app.post_message(JobSaid(RUN, (Done(seconds=402.0),)))
        await pilot.pause()
        await app.workers.wait_for_complete()
        assert app.case.pilot == PILOT
        assert app.case.verdict is not None
        assert "pilot done" in "\n".join(screen_lines(app))
    assert load(tmp_path).pilot == PILOT


async def test_a_failed_job_says_why_and_keeps_what_there_was(tmp_path: Path) -> None:
    app = before(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        events = (
            *recording()[:10],
            Failed(failure="out_of_memory", message="Out of memory", do="Shorten rows."),
        )
        app.post_message(JobSaid(RUN, events))
        await pilot.pause()
        await app.workers.wait_for_complete()
        assert "pilot failed  Out of memory. Shorten rows." in "\n".join(screen_lines(app))
        assert app.case.pilot is not None
        assert app.case.pilot.ended == "Out of memory"
        assert app.running_step is None


async def test_a_full_disk_is_told_and_nothing_ends(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    app = AdvisorApp(empty(folder))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        app.live = Live("probe", "machine")
        app.post_message(JobSaid("probe", (MachineFound(facts=MACHINE), Done(seconds=1.0))))
        for _ in range(100):
            await pilot.pause(0.05)
            if "could not be saved" in "\n".join(screen_lines(app)):
                break
        assert "could not be saved" in "\n".join(screen_lines(app))
        assert app.case.machine == MACHINE


async def test_a_burst_of_events_becomes_one_message() -> None:
    posted: list[object] = []
    running = Running(posted.append)
    for number in range(1000):
        running.hear(Note(text=str(number)))
    running.hear(Done(seconds=1.0))
    await asyncio.sleep(0)
    assert len(posted) == 1
    assert isinstance(posted[0], JobSaid)
    assert len(posted[0].events) == 1001


def test_curves_are_bounded_and_keep_their_ends() -> None:
    live = Live("pilot", "pilot")
    for step in range(5000):
        live = live_after(live, Metric(run="main", step=step, total_steps=5000, values={"loss": float(step)}))
    assert len(live.train) <= 2 * POINTS
    assert (live.train[0], live.train[-1]) == ((0, 0.0), (4999, 4999.0))


def test_a_new_run_begins_a_new_curve() -> None:
    live = live_after(Live("pilot", "pilot"), Metric(run="a", step=1, total_steps=2, values={"loss": 1.0}))
    live = live_after(live, Metric(run="b", step=1, total_steps=2, values={"loss": 9.0}))
    assert live.train == ((1, 9.0),)


async def test_what_a_profile_says_besides_its_facts_is_shown(tmp_path: Path) -> None:
    app = AdvisorApp(empty(tmp_path))
    async with app.run_test(size=(120, 40), notifications=True):
        app.live = Live("profile", "data")
        app.post_message(JobSaid("profile", (Note(text="rows.jsonl is unchanged: this is its profile"),)))
        await until(lambda: "rows.jsonl is unchanged" in "\n".join(screen_lines(app)))


async def test_the_cursor_goes_to_the_reason_of_a_failure_once(tmp_path: Path) -> None:
    case = filled(tmp_path).but(pilot=None, verdict=None)
    save(case)
    app = AdvisorApp(case)
    app.live = Live("pilot", "pilot", str(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("5", "down", "down", "down")
        app.post_message(JobSaid(RUN, (Failed(failure="out_of_memory", message="No room", do="Less."),)))
        rows = app.screen.rows  # type: ignore[attr-defined]
        await until(lambda: rows.row.id == "failed-pilot")
        assert ">BLOCK   No room" in screen_lines(app)[5]
        await pilot.press("down")
        app.case = app.case.but(name="other")
        await pilot.pause()
        assert rows.row.id != "failed-pilot"


async def test_the_end_of_a_job_is_told_where_it_may_go_unnoticed(tmp_path: Path) -> None:
    def ended(step: str, last: Event) -> AdvisorApp:
        case = filled(tmp_path).but(pilot=None, verdict=None)
        save(case)
        app = AdvisorApp(case)
        app.live = Live("pilot", step, str(tmp_path), ended=last)  # type: ignore[arg-type]
        return app

    failed = Failed(failure="out_of_memory", message="No room", do="Less.")
    stopped = Failed(failure="stopped", message="Stopped")
    for step, last, words in (
        ("pilot", Done(seconds=2.0), ["The pilot is done, in 2.0 s"]),
        ("machine", Done(seconds=2.0), []),
        ("machine", Done(seconds=130.0), ["The pilot is done, in 2 min 10 s"]),
        ("pilot", failed, ["The pilot failed: No room"]),
        ("machine", failed, []),
        ("pilot", stopped, []),
    ):
        app = ended(step, last)
        said: list[str] = []
        app.say = lambda text, do="", fault=False, said=said: said.append(text)  # type: ignore[method-assign, misc]
        async with app.run_test(size=(80, 24)):
            app._tell_end(last)
        assert said == words, (step, last)
