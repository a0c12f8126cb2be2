"""What a running training says at every step: metrics, held-out loss, alarms, time left."""

import math
import time
from collections.abc import Sequence

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from advisor import catalog
from advisor.events import AlarmRaised, Metric
from advisor.work.pilot.alarms import with_cause
from advisor.work.pilot.bench import Bench
from advisor.work.pilot.heartbeat import Heartbeat
from advisor.work.pilot.history import History
from advisor.work.pilot.memory import pages_read_back
from advisor.work.pilot.rows import Row
from advisor.work.pilot.scoring import RowLoss, mean_loss, perplexity
from advisor.work.pilot.trainer import PilotTrainer, RunPlan
from heuristics.facts.experiment import Alarm
from heuristics.watch.machine import MachineWatcher, stalled
from heuristics.watch.training import Watcher


class Live(TrainerCallback):  # type: ignore[misc]
    """Listens to the trainer, speaks in events, and remembers what the run's facts need."""

    trainer: PilotTrainer

    def __init__(
        self, bench: Bench, plan: RunPlan, heldout: Sequence[Row], evaluations: int, history: History
    ) -> None:
        limits = catalog.limits()
        self.history = history
        self.losses: list[RowLoss] = []
        """Of the newest evaluation, row by row."""
        self.steps = history.train[-1][0] if history.train else 0
        self.planned = 0
        self.broken = False
        """True once the loss is not a number; the run ends there."""
        self._watcher = Watcher(plan.id, limits.watch)
        self._machine = MachineWatcher(plan.id, limits.machine_watch)
        self._bench = bench
        self._run = plan.id
        self._examples = plan.examples
        self._heldout = heldout
        self._evaluations = evaluations
        self._began = 0.0
        self._entered = time.monotonic()
        self._step_seconds = 0.0
        self._heart = Heartbeat(self._silent)

    @property
    def diverged(self) -> bool:
        """True when the run was lost to its learning rate or to numbers."""
        return any(each.kind in ("nan", "divergence") for each in self.history.alarms)

    def state(self) -> dict[str, object]:
        """What a checkpoint must hold beside the trainer's own."""
        kept = self.history.dump()
        return {**kept, "wall": self.wall, "peak": self.peak}

    @property
    def wall(self) -> float:
        """Seconds of the whole run, those before a kill counted up to the checkpoint."""
        return self.history.wall + time.monotonic() - self._entered

    @property
    def peak(self) -> int:
        """Highest memory of the whole run, bytes."""
        return max(self.history.peak, self._bench.memory.read())

    def on_train_begin(
        self, _args: TrainingArguments, state: TrainerState, _control: TrainerControl, **_options: object
    ) -> None:
        self.planned = state.max_steps
        self._say_again()
        self._bench.progress.steps(self.steps, self.planned, "training")
        self._heart.start()

    def on_step_begin(self, *_args: object, **_options: object) -> None:
        self.trainer.batch.clear()
        self._began = time.monotonic()

    def on_step_end(
        self, _args: TrainingArguments, state: TrainerState, control: TrainerControl, **_options: object
    ) -> None:
        self._step_seconds = time.monotonic() - self._began
        self.history.seconds += self._step_seconds
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
        gradient = float(logs["grad_norm"]) if "grad_norm" in logs else None
        rate = float(logs["learning_rate"]) if "learning_rate" in logs else None
        self.history.train.append((step, loss, gradient, rate))
        values = self._values(logs, loss)
        self._say(step, values)
        self._bench.progress.steps(step, self.planned, "training")
        self._heart.beat()
        self._hear(self._watcher.train(step, loss, gradient, rate), control)
        speed = values.get("tokens_per_second", 0.0)
        machine = self._machine.step(step, values["memory_bytes"], speed, pages_read_back())
        self._hear(machine, control)
        if not self.broken and self._is_due(step):
            self._evaluate(step, control)
        checkpoints = self.trainer.checkpoints
        if checkpoints is not None and step < self.planned and not self.broken and checkpoints.due():
            control.should_save = True

    def on_train_end(
        self, _args: TrainingArguments, state: TrainerState, control: TrainerControl, **_options: object
    ) -> None:
        self.close()
        if not self.broken:
            self._hear(self._watcher.end(state.global_step), control)

    def close(self) -> None:
        """Watch no more; also after a run that ended in an error."""
        self._heart.stop()

    def _say_again(self) -> None:
        """Put on record what the run went through before it was interrupted."""
        heldout = dict(self.history.heldout)
        for alarm in self.history.alarms:
            self._bench.emitter.emit(AlarmRaised(alarm=alarm))
        self._say(0, _heldout_values(heldout[0]))
        for step, loss, gradient, rate in self.history.train:
            # What was an alarm then is on record already; the watchers only learn what is usual.
            self._watcher.train(step, loss, gradient, rate)
            self._say(step, {"loss": loss, **({"grad_norm": gradient} if gradient is not None else {})})
            if step in heldout:
                self._watcher.heldout(step, heldout[step])
                self._say(step, _heldout_values(heldout[step]))

    def _values(self, logs: dict[str, float], loss: float) -> dict[str, float]:
        tokens = float(logs.get("num_tokens", 0.0)) - self.history.tokens
        self.history.tokens += tokens
        values = {"loss": loss, "memory_bytes": float(self._bench.memory.in_use())}
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
        self.losses = self._bench.scorer().losses(self._heldout)
        loss = mean_loss(self.losses)
        self.history.heldout.append((step, loss))
        self._say(step, _heldout_values(loss))
        self._heart.beat()
        self._hear(self._watcher.heldout(step, loss), control)

    def _hear(self, alarm: Alarm | None, control: TrainerControl) -> None:
        """Put an alarm on record; a loss that is not a number ends the run, because the weights are lost."""
        if alarm is None:
            return
        best = min((loss for _, loss in self.history.heldout if math.isfinite(loss)), default=math.inf)
        alarm = with_cause(self._bench, alarm, self.trainer, self._examples, self._heldout, best)
        self._ring(alarm)
        if alarm.kind == "nan":
            self.broken = True
            control.should_training_stop = True

    def _silent(self, seconds: float, usual: float) -> None:
        """Called from the heartbeat's thread."""
        self._ring(stalled(self._run, self.steps, seconds, usual))

    def _ring(self, alarm: Alarm) -> None:
        """Keep an alarm, put it on record, and send it where the user wants it."""
        self.history.alarms.append(alarm)
        self._bench.emitter.emit(AlarmRaised(alarm=alarm))
        self._bench.alerts.send(alarm)

    def _say(self, step: int, values: dict[str, float]) -> None:
        event = Metric(run=self._run, step=step, total_steps=self.planned, values=values)
        self._bench.emitter.emit(event)
        self._bench.metrics.write(event)


def _heldout_values(loss: float) -> dict[str, float]:
    return {"heldout_loss": loss, "perplexity": perplexity(loss)}
