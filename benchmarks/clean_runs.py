"""Records real training runs without trouble, one for each seed: alarms must stay silent on all of them."""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from advisor.catalog import demo_folder
from advisor.cli.asked import Asked
from advisor.cli.narrate import Narrator
from advisor.cli.opening import opened
from advisor.cli.stages import Trip, planned
from advisor.events import AlarmRaised, Metric
from advisor.files import private_folder
from advisor.jobs import read_events
from advisor.models.search import DEMO
from advisor.specs import JobSpec, PilotTask
from advisor.tasks import task_of
from advisor.work.emit import Emitter
from advisor.work.pilot.bench import Bench
from advisor.work.pilot.preparing import Candidates, encode_candidates, read_splits, set_up
from advisor.work.pilot.progress import Progress
from advisor.work.pilot.scoring import mean_loss
from advisor.work.pilot.surroundings import settle
from advisor.work.pilot.trainer import RunPlan
from advisor.work.pilot.training import train
from benchmarks.kept_lines import keep, kept
from heuristics.pilot.runs import sample_rows

RESULT = Path(__file__).parent / "results" / "clean_runs.jsonl"
EVALUATIONS = 8
METHODS = ("lora", "full")
RATES = {"lora": 1.0, "full": 0.1}
"""Of the plan's rate for an adapter: trained weights take about a tenth of it."""
NO_DEFECTS = ("gender_by_role", "pronouns_by_role")
"""Parts of the list of defects that harm no row."""
STEP_VALUES = ("loss", "grad_norm", "learning_rate", "memory_bytes", "tokens_per_second")


def main(argv: Sequence[str] | None = None) -> int:
    """Record the seeds that are not there yet; each is saved when its run ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    asked = parser.parse_args(argv)
    os.environ["HF_HUB_OFFLINE"] = "1"
    there = {each["seed"] for each in saved()}
    wanted = [seed for seed in range(asked.seeds) if seed not in there]
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ["ADVISOR_HOME"] = str(home)
        task = demo_task(stack.enter_context(demo_folder()), home)
        for seed in wanted:
            began = time.monotonic()
            recorded = _record(task, seed, home / str(seed))
            keep(RESULT, recorded)
            print(f"seed {seed:2} {recorded['method']:5}{time.monotonic() - began:8.1f} s", flush=True)
            for alarm in recorded["alarms"]:  # type: ignore[attr-defined]
                print(f"  alarm: {alarm}")
    return 0


def saved() -> list[dict[str, object]]:
    """The runs recorded so far."""
    return kept(RESULT)


def demo_task(data: Path, home: Path) -> PilotTask:
    """The demo's pilot as its plan has it."""
    asked = Asked("demo", file=_clean_rows(data, home), case=home / "case", model=DEMO, offline=True)
    with opened(asked) as case:
        task = task_of(planned(case, Trip(asked, Narrator(sys.stderr))), "pilot")
    assert isinstance(task, PilotTask)
    return task


def _clean_rows(data: Path, home: Path) -> Path:
    """The demo's rows without those in which a defect was planted."""
    defects = json.loads((data / "defects.json").read_text(encoding="utf-8"))
    spoilt = {
        each["line"]
        for name, found in defects.items()
        if isinstance(found, list) and name not in NO_DEFECTS
        for each in found
    }
    lines = (data / "triage.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    target = home / "clean.jsonl"
    kept = (line for number, line in enumerate(lines, start=1) if number not in spoilt)
    target.write_text("".join(kept), encoding="utf-8")
    return target


def _record(task: PilotTask, seed: int, folder: Path) -> dict[str, object]:
    method = METHODS[seed % len(METHODS)]
    recipe = replace(
        task.recipe,
        method=method,  # type: ignore[arg-type]
        seed=seed,
        learning_rate=task.recipe.learning_rate * RATES[method],
    )
    _train(task.model_copy(update={"recipe": recipe}), folder, seed)
    events = read_events(folder)
    metrics = [each for each in events if isinstance(each, Metric)]
    return {
        "seed": seed,
        "method": method,
        "steps": [
            [each.step, *(_short(each.values.get(name)) for name in STEP_VALUES)]
            for each in metrics
            if "loss" in each.values
        ],
        "heldout": [
            [each.step, _short(each.values["heldout_loss"])]
            for each in metrics
            if "heldout_loss" in each.values
        ],
        "alarms": [each.alarm.text for each in events if isinstance(each, AlarmRaised)],
    }


def prepared(task: PilotTask, folder: Path) -> tuple[Bench, Candidates]:
    """A pilot in `folder` up to its first run: the model loaded, the rows split and encoded."""
    private_folder(folder)
    settle(folder)
    emitter = Emitter(folder)
    splits = read_splits(task, emitter)
    spec = JobSpec(folder=folder, task=task, offline=True)
    bench = set_up(spec, emitter, Progress(emitter), splits, private_folder(folder / "state"), task.recipe)
    return bench, encode_candidates(bench, splits)


def _train(task: PilotTask, folder: Path, seed: int) -> None:
    """One run on the whole starting sample, in an order of its own, as the ladder's largest."""
    bench, candidates = prepared(task, folder)
    before = mean_loss(bench.scorer().losses(candidates.validation))
    rows = sample_rows(candidates.samples, len(candidates.samples), seed, seed)
    plan = RunPlan(
        id=f"clean-{seed}",
        phase="ladder",
        examples=tuple(each.example for each in rows),
        learning_rate=bench.recipe.learning_rate,
        epochs=bench.recipe.epochs,
        seed=seed,
    )
    try:
        train(bench, plan, candidates.validation, EVALUATIONS, before)
    finally:
        bench.metrics.close()


def _short(value: float | None) -> float | None:
    """Five digits: a hundredth of the noise."""
    return None if value is None else float(f"{value:.5g}")


if __name__ == "__main__":
    sys.exit(main())
