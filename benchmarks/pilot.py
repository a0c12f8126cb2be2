"""Steps per second of a supervised run beside the same training by the trainer alone, in turns.

Judged by processor time, which other work on the machine does not stretch; elapsed time is told beside it.
"""

import argparse
import gc
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil
from datasets import Dataset
from transformers import PrinterCallback, ProgressCallback, set_seed
from trl import SFTTrainer

from advisor.catalog import demo_folder
from advisor.files import write_atomic
from advisor.work.data.render import training_row
from advisor.work.pilot.bench import Bench
from advisor.work.pilot.checkpoint import Checkpoints
from advisor.work.pilot.history import History
from advisor.work.pilot.live import Live
from advisor.work.pilot.surroundings import use_threads
from advisor.work.pilot.trainer import RunPlan, adapter_config, make_trainer, trainer_config
from benchmarks.clean_runs import demo_task, prepared
from benchmarks.origin import machine

RESULT = Path(__file__).parent / "results" / "pilot.json"
TARGET = 0.97


def main(argv: Sequence[str] | None = None) -> int:
    """Print the ratio beside its target; 1 when it is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=9, help="runs of each kind, in turns")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--save", action="store_true", help=f"write {RESULT.name}")
    asked = parser.parse_args(argv)
    os.environ["HF_HUB_OFFLINE"] = "1"
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        os.environ["ADVISOR_HOME"] = str(home)
        bench, plan = _prepared(stack.enter_context(demo_folder()), home, asked.steps)
        stack.callback(bench.metrics.close)
        pairs = [_pair(bench, plan, number) for number in range(asked.pairs + 1)][1:]
    ratio = statistics.median(bare.processor / ours.processor for bare, ours in pairs)
    elapsed = statistics.median(bare.elapsed / ours.elapsed for bare, ours in pairs)
    result = {
        "what": f"{asked.steps} optimizer steps of the demo model, micro-batch {bench.recipe.micro_batch} x "
        f"{bench.recipe.accumulation}; supervised over bare steps per "
        f"second of processor time, median of {asked.pairs} pairs",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "load": round(psutil.getloadavg()[0], 1),
        "trl": version("trl"),
        "torch": version("torch"),
        "bare_steps_per_second": _speed(asked.steps, [bare for bare, _ in pairs]),
        "supervised_steps_per_second": _speed(asked.steps, [ours for _, ours in pairs]),
        "ratios": [round(bare.processor / ours.processor, 4) for bare, ours in pairs],
        "elapsed_ratio": round(elapsed, 4),
        "ratio": round(ratio, 4),
    }
    print(json.dumps(result, indent=2))
    if asked.save:
        write_atomic(RESULT, json.dumps(result, indent=2) + "\n", mode=0o644)
    return int(ratio < TARGET)


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds of one training."""

    elapsed: float
    processor: float


def _speed(steps: int, taken: Sequence[Taken]) -> float:
    return round(steps / statistics.median(each.processor for each in taken), 2)


def _timed(train: Callable[[], object]) -> Taken:
    began, used = time.perf_counter(), time.process_time()
    train()
    return Taken(time.perf_counter() - began, time.process_time() - used)


def _prepared(data: Path, home: Path, steps: int) -> tuple[Bench, RunPlan]:
    task = demo_task(data, home)
    use_threads()
    gc.freeze()
    bench, candidates = prepared(task, home / "run")
    return bench, RunPlan(
        id="pair",
        phase="ladder",
        examples=tuple(each.example for each in candidates.samples),
        learning_rate=bench.recipe.learning_rate,
        epochs=bench.recipe.epochs,
        seed=bench.recipe.seed,
        most_steps=steps,
    )


def _pair(bench: Bench, plan: RunPlan, number: int) -> tuple[Taken, Taken]:
    """What a bare and a supervised run take, which goes first by turns."""
    if number % 2:
        supervised = _supervised(bench, plan, number)
        return _bare(bench, plan), supervised
    bare = _bare(bench, plan)
    return bare, _supervised(bench, plan, number)


def _bare(bench: Bench, plan: RunPlan) -> Taken:
    """The library's trainer with the same rows and settings, and nothing of ours."""
    bench.bare()
    set_seed(plan.seed)
    rows = [training_row(each, bench.recipe.template) for each in plan.examples]
    trainer = SFTTrainer(
        model=bench.model,
        args=trainer_config(bench.recipe, plan, bench.folder / "bare", bench.device),
        train_dataset=Dataset.from_list(rows),
        processing_class=bench.tokenizer,
        peft_config=adapter_config(bench.recipe),
    )
    for unwanted in (PrinterCallback, ProgressCallback):
        trainer.remove_callback(unwanted)
    bench.tuned = trainer.model
    return _timed(trainer.train)


def _supervised(bench: Bench, plan: RunPlan, number: int) -> Taken:
    """The pilot's run: watched, on record, in metric files, with checkpoints; without held-out evaluations,
    which the bare run lacks."""
    bench.bare()
    plan = replace(plan, id=f"pair-{number}")
    checkpoints = Checkpoints(bench.state / "checkpoints" / plan.id, bench.emitter)
    live = Live(bench, plan, (), 0, History(heldout=[(0, 1.0)]))
    trainer = make_trainer(bench.model, bench.tokenizer, bench.recipe, plan, checkpoints.writing, (live,))
    bench.tuned = trainer.model
    live.trainer, trainer.checkpoints, trainer.live_state = trainer, checkpoints, live.state
    taken = _timed(trainer.train)
    live.close()
    checkpoints.clear()
    return taken


if __name__ == "__main__":
    sys.exit(main())
