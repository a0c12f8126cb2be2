"""The probe as a job: a real child process that looks at this very machine."""

from pathlib import Path

from advisor.events import Done, Event, Failed, MachineFound, Step
from advisor.jobs import run_job, start_job
from advisor.specs import JobSpec, ProbeTask
from heuristics.facts.machine import MachineFacts


async def probed(folder: Path, measure: bool) -> list[MachineFacts]:
    task = ProbeTask(case_folder=folder, models_folder=folder / "none" / "yet", measure=measure)
    events = [event async for event in run_job(JobSpec(folder=folder / "run", task=task))]
    assert isinstance(events[-1], Done), events[-1]
    unfinished = [each for each in events if isinstance(each, Step) and each.done < each.total]
    assert unfinished and all((each.seconds_left or 0) > 0 for each in unfinished)
    return [event.facts for event in events if isinstance(event, MachineFound)]


async def test_a_probe_without_measuring_describes_this_machine(tmp_path: Path) -> None:
    (facts,) = await probed(tmp_path, measure=False)
    assert facts.torch is not None
    assert facts.devices[-1].kind == "cpu"
    assert facts.device.usable
    assert facts.cpu.cores >= 1
    assert 0 < facts.memory.available <= facts.memory.total
    assert [disk.purpose for disk in facts.disks] == ["case", "models"]
    assert all(device.throughput == () for device in facts.devices)


async def test_a_probe_that_is_stopped_finds_nothing_wrong_with_the_machine(tmp_path: Path) -> None:
    task = ProbeTask(case_folder=tmp_path, models_folder=tmp_path)
    job = await start_job(JobSpec(folder=tmp_path / "run", task=task))
    events: list[Event] = []
    async for event in job.events():
        events.append(event)
        if isinstance(event, Step) and event.phase == "devices":
            await job.stop()
    last = events[-1]
    assert isinstance(last, Failed) and (last.failure, last.message) == ("stopped", "Stopped")
    assert not any(isinstance(each, MachineFound) for each in events)


async def test_a_probe_with_measuring_tells_the_facts_first_and_the_speeds_later(tmp_path: Path) -> None:
    early, late = await probed(tmp_path, measure=True)
    assert early.devices[-1].throughput == ()
    cpu = late.devices[-1]
    fp32 = cpu.speed("fp32")
    assert fp32 is not None
    assert 0 < fp32.low <= fp32.tflops <= fp32.high
    assert 1e-4 < fp32.tflops < 100
    assert cpu.bandwidth_gb_per_s is not None
    assert 0.05 < cpu.bandwidth_gb_per_s < 10_000
    assert late.disks[0].write_mb_per_s is not None
