"""One training run of the pilot, from a bare base model to a tuned one and its facts."""

import math
import time
from collections.abc import Sequence

from advisor.errors import Stopped
from advisor.events import RunEnded
from advisor.work.pilot.bench import Bench
from advisor.work.pilot.live import Live
from advisor.work.pilot.rows import Row
from advisor.work.pilot.settings import pilot_settings
from advisor.work.pilot.trainer import RunPlan, make_trainer
from heuristics.facts.pilot import Run


def train(bench: Bench, plan: RunPlan, heldout: Sequence[Row], evaluations: int, before: float) -> Run:
    """Train as planned; afterwards the bench's tuned model is this run's, and the run's facts are on record.

    `before` is the held-out loss of the base model. A stop leaves the run's facts as far as it came.
    """
    bench.bare()
    bench.memory.reset()
    live = Live(bench, plan.id, heldout, evaluations, before)
    began = time.monotonic()
    try:
        trainer = make_trainer(bench.model, bench.tokenizer, bench.recipe, plan, bench.folder, (live,))
        bench.tuned = trainer.model
        trainer.train()
    except Stopped:
        bench.emitter.emit(RunEnded(run=_run(bench, plan, live, began, "stopped")))
        raise
    run = _run(bench, plan, live, began, "the loss was not a number" if live.broken else "")
    bench.emitter.emit(RunEnded(run=run))
    return run


def _run(bench: Bench, plan: RunPlan, live: Live, began: float, stopped: str) -> Run:
    assert plan.phase != "proof"
    return Run(
        id=plan.id,
        phase=plan.phase,
        learning_rate=plan.learning_rate,
        samples=len(plan.examples),
        epochs=plan.epochs,
        seed=plan.seed,
        steps=live.steps,
        planned_steps=live.planned,
        train_loss=thinned(live.train_loss, pilot_settings().training.points_kept),
        heldout_loss=tuple(live.heldout_loss),
        best_heldout=min(
            (loss for step, loss in live.heldout_loss if step and math.isfinite(loss)), default=None
        ),
        seconds=round(time.monotonic() - began, 3),
        tokens_per_second=live.tokens / live.seconds if live.seconds > 0 else 0.0,
        peak_bytes=bench.memory.read(),
        diverged=live.diverged,
        stopped=stopped,
    )


def thinned(points: Sequence[tuple[int, float]], most: int) -> tuple[tuple[int, float], ...]:
    """At most `most` points, evenly spread, the first and the last among them."""
    if len(points) <= most:
        return tuple(points)
    return tuple(points[round(index * (len(points) - 1) / (most - 1))] for index in range(most))
