"""What a running training says at every step: metrics, held-out loss, alarms, time left."""

import time
from collections.abc import Sequence

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from advisor import catalog
from advisor.events import AlarmRaised, Metric
from advisor.work.pilot.bench import Bench
from advisor.work.pilot.rows import Row
from advisor.work.pilot.scoring import mean_loss, perplexity
from heuristics.facts.experiment import Alarm
from heuristics.watch import Watcher


class Live(TrainerCallback):  # type: ignore[misc]
    """Listens to the trainer, speaks in events, and remembers what the run's facts need."""

    def __init__(
        self, bench: Bench, run: str, heldout: Sequence[Row], evaluations: int, before: float
    ) -> None:
        self.train_loss: list[tuple[int, float]] = []
        self.heldout_loss: list[tuple[int, float]] = [(0, before)]
        self.steps = 0
        self.planned = 0
        self.tokens = 0.0
        self.seconds = 0.0
        """Time in training steps, without evaluations."""
        self.diverged = False
        self.broken = False
        """True once the loss is not a number; the run ends there."""
        self._watcher = Watcher(run, catalog.limits().watch)
        self._bench = bench
        self._run = run
        self._heldout = heldout
        self._evaluations = evaluations
        self._began = 0.0
        self._step_seconds = 0.0

    def on_train_begin(
        self, _args: TrainingArguments, state: TrainerState, _control: TrainerControl, **_options: object
    ) -> None:
        self.planned = state.max_steps
        self._say(
            0, {"heldout_loss": self.heldout_loss[0][1], "perplexity": perplexity(self.heldout_loss[0][1])}
        )
        self._bench.progress.steps(0, self.planned, "training")

    def on_step_begin(self, *_args: object, **_options: object) -> None:
        self._began = time.monotonic()

    def on_step_end(
        self, _args: TrainingArguments, state: TrainerState, control: TrainerControl, **_options: object
    ) -> None:
        self._step_seconds = time.monotonic() - self._began
        self.seconds += self._step_seconds
        self.steps = state.global_step
        control.should_log = True

    def on_log(
        self,
        _args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **_options: object,
    ) -> None:
        if logs is None or "loss" not in logs:
            return
        step, loss = state.global_step, float(logs["loss"])
        self.train_loss.append((step, loss))
        self._say(step, self._values(logs, loss))
        self._bench.progress.steps(step, self.planned, "training")
        gradient = float(logs["grad_norm"]) if "grad_norm" in logs else None
        self._hear(self._watcher.train(step, loss, gradient), control)
        if not self.broken and self._is_due(step):
            self._evaluate(step, control)

    def on_train_end(
        self, _args: TrainingArguments, state: TrainerState, control: TrainerControl, **_options: object
    ) -> None:
        if not self.broken:
            self._hear(self._watcher.end(state.global_step), control)

    def _values(self, logs: dict[str, float], loss: float) -> dict[str, float]:
        tokens = float(logs.get("num_tokens", 0.0)) - self.tokens
        self.tokens += tokens
        values = {"loss": loss, "memory_bytes": float(self._bench.memory.now())}
        if self._step_seconds > 0:
            values["tokens_per_second"] = tokens / self._step_seconds
        for key in ("learning_rate", "grad_norm", "epoch"):
            if key in logs:
                values[key] = float(logs[key])
        return values

    def _is_due(self, step: int) -> bool:
        """True on `evaluations` steps that are spread evenly and include the last."""
        return (step * self._evaluations) // self.planned > ((step - 1) * self._evaluations) // self.planned

    def _evaluate(self, step: int, control: TrainerControl) -> None:
        loss = mean_loss(self._bench.scorer().losses(self._heldout))
        self.heldout_loss.append((step, loss))
        self._say(step, {"heldout_loss": loss, "perplexity": perplexity(loss)})
        self._hear(self._watcher.heldout(step, loss), control)

    def _hear(self, alarm: Alarm | None, control: TrainerControl) -> None:
        """Put an alarm on record; a loss that is not a number ends the run, because the weights are lost."""
        if alarm is None:
            return
        self.diverged = self.diverged or alarm.kind in ("nan", "divergence")
        self._bench.emitter.emit(AlarmRaised(alarm=alarm))
        if alarm.kind == "nan":
            self.broken = True
            control.should_training_stop = True

    def _say(self, step: int, values: dict[str, float]) -> None:
        self._bench.emitter.emit(Metric(run=self._run, step=step, total_steps=self.planned, values=values))
