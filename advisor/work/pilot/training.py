"""One training run of the pilot, from a bare base model to a tuned one and its facts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from advisor.errors import Stopped
from advisor.events import Note, RunEnded
from advisor.work.pilot.bench import Bench
from advisor.work.pilot.checkpoint import Checkpoints
from advisor.work.pilot.history import History, history_of
from advisor.work.pilot.live import Live
from advisor.work.pilot.rows import Row
from advisor.work.pilot.scoring import RowLoss
from advisor.work.pilot.settings import pilot_settings
from advisor.work.pilot.trainer import RunPlan, make_trainer
from heuristics.facts.pilot import Run


@dataclass(frozen=True, slots=True)
class Trained:
    """A finished run and what its last evaluation found, row by row."""

    run: Run
    losses: tuple[RowLoss, ...]
    """On the held-out rows; empty when the loss was not a number."""


def train(bench: Bench, plan: RunPlan, heldout: Sequence[Row], evaluations: int, before: float) -> Trained:
    """Train as planned; afterwards the bench's tuned model is this run's, and the run's facts are on record.

    Goes on from the newest complete checkpoint of this run when there is one. `before` is the held-out loss
    of the base model. A stop leaves the run's facts as far as it came.
    """
    bench.bare()
    bench.memory.reset()
    checkpoints = Checkpoints(bench.state / "checkpoints" / plan.id, bench.emitter)
    point = checkpoints.newest()
    history = _history(point, before)
    live = Live(bench, plan, heldout, evaluations, history)
    if point is not None:
        text = f"{plan.id} goes on at step {history.train[-1][0] if history.train else 0:,}"
        bench.emitter.emit(Note(text=text))
    try:
        trainer = make_trainer(bench.model, bench.tokenizer, bench.recipe, plan, checkpoints.writing, (live,))
        bench.tuned = trainer.model
        live.trainer, trainer.checkpoints, trainer.live_state = trainer, checkpoints, live.state
        checkpoints.require_space(_state_bytes(trainer.model))
        trainer.train(resume_from_checkpoint=None if point is None else str(point))
    except Stopped:
        bench.emitter.emit(RunEnded(run=_run(bench, plan, live, "stopped")))
        raise
    finally:
        live.close()
    trainer.optimizer = None
    run = _run(bench, plan, live, "the loss was not a number" if live.broken else "")
    bench.emitter.emit(RunEnded(run=run))
    return Trained(run, () if live.broken else tuple(live.losses or bench.scorer().losses(heldout)))


def forget_checkpoints(bench: Bench, run: str) -> None:
    """Free the disk of a run whose results are on record."""
    Checkpoints(bench.state / "checkpoints" / run, bench.emitter).clear()


def _history(point: Path | None, before: float) -> History:
    if point is None:
        return History(heldout=[(0, before)])
    return history_of((point / "pilot.json").read_bytes())


def _state_bytes(model: torch.nn.Module) -> int:
    """A checkpoint's size: trained weights with two moments each."""
    return 3 * sum(each.numel() * each.element_size() for each in model.parameters() if each.requires_grad)


def _run(bench: Bench, plan: RunPlan, live: Live, stopped: str) -> Run:
    assert plan.phase != "proof"
    history = live.history
    losses = [(step, loss) for step, loss, *_ in history.train]
    return Run(
        id=plan.id,
        phase=plan.phase,
        learning_rate=plan.learning_rate,
        samples=len(plan.examples),
        epochs=plan.epochs,
        seed=plan.seed,
        steps=live.steps,
        planned_steps=live.planned,
        train_loss=thinned(losses, pilot_settings().training.points_kept),
        heldout_loss=tuple(history.heldout),
        best_heldout=min(
            (loss for step, loss in history.heldout if step and math.isfinite(loss)), default=None
        ),
        seconds=round(live.wall, 3),
        tokens_per_second=history.tokens / history.seconds if history.seconds > 0 else 0.0,
        peak_bytes=live.peak,
        diverged=live.diverged,
        stopped=stopped,
        cleaned=plan.cleaned,
    )


def thinned(points: Sequence[tuple[int, float]], most: int) -> tuple[tuple[int, float], ...]:
    """At most `most` points, evenly spread, the first and the last among them."""
    if len(points) <= most:
        return tuple(points)
    return tuple(points[round(index * (len(points) - 1) / (most - 1))] for index in range(most))
