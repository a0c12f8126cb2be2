"""Online detectors of trouble in a training run; thresholds and their sources are in the limits."""

import math
from collections import deque
from itertools import pairwise

from heuristics.facts.experiment import Alarm
from heuristics.thresholds.judging import WatchLimits
from heuristics.watch.loss import LossWatch

_ADVICE = {
    "nan": "Stop; use fp32 or bf16, divide the learning rate by 3, and look at the rows of this batch.",
    "divergence": "Divide the learning rate by 3 and start again.",
    "loss_spike": "Look at the rows of this batch; if they are fine, lower the learning rate.",
    "overfitting": "Use fewer epochs, weight decay, dropout, or more and more varied data.",
    "perplexity_spike": "Look at the learning rate and at the rows since the last evaluation.",
    "zero_gradient": "Nothing is learnt: check that answers are trained on, and use bf16 or fp32.",
    "plateau": "More steps will not help: change the learning rate, the data or the model.",
}


class _Running:
    """Running mean and variance: a plain average at first, exponential once it has seen enough."""

    def __init__(self, keep: float) -> None:
        self._keep = keep
        self._count = 0
        self.mean = math.nan
        self._variance = 0.0

    @property
    def deviation(self) -> float:
        """Standard deviation around the running mean."""
        return math.sqrt(self._variance)

    def learn(self, value: float) -> None:
        """Take in one more value."""
        self._count += 1
        weight = max(1 - self._keep, 1 / self._count)
        distance = value - self.mean if self._count > 1 else 0.0
        self.mean = self.mean + weight * distance if self._count > 1 else value
        self._variance = (1 - weight) * (self._variance + weight * distance**2)


class Watcher:
    """Watches one run; feed it every step and every held-out evaluation, in order."""

    def __init__(self, run: str, limits: WatchLimits) -> None:
        self._run = run
        self._limits = limits
        self._level = LossWatch(limits)
        self._loss = _Running(limits.ema)
        self._size = _Running(limits.ema)
        self._wild_gradients: deque[int] = deque()
        self._seen = 0
        self._heldout: list[tuple[int, float]] = []
        self._rate: float | None = None
        self._rates: list[float | None] = []
        self._train_at: list[float] = []
        self._still = 0
        self._quiet: dict[str, int] = {}

    def train(
        self, step: int, loss: float, gradient: float | None = None, rate: float | None = None
    ) -> Alarm | None:
        """One optimizer step: mean training loss in nats and, when known, the norm of the gradient and the
        learning rate."""
        self._rate = rate
        if not math.isfinite(loss) or (gradient is not None and not math.isfinite(gradient)):
            return self._alarm("nan", step, f"The loss or its gradient is not a number at step {step}")
        self._seen += 1
        alarm = self._at_level(step, loss) or self._gradient(step, gradient)
        self._loss.learn(loss)
        return alarm or self._no_gradient(step, gradient)

    def heldout(self, step: int, loss: float) -> Alarm | None:
        """One evaluation on held-out rows: its loss in nats."""
        if not math.isfinite(loss):
            return self._alarm("nan", step, f"The held-out loss is not a number at step {step}")
        self._heldout.append((step, loss))
        self._rates.append(self._rate)
        self._train_at.append(self._loss.mean)
        spike = self._perplexity(step)
        if spike is not None:
            return spike
        rises = self._limits.overfit_evaluations
        if len(self._heldout) <= rises:
            return None
        losses = [each for _, each in self._heldout[-rises - 1 :]]
        best = min(each for _, each in self._heldout)
        rising = all(after > before for before, after in pairwise(losses))
        falling = self._train_at[-1] < self._train_at[-rises - 1]
        if rising and falling and losses[-1] > best * (1 + self._limits.overfit_rise):
            words = f"Held-out loss rose {rises} times in a row to {losses[-1]:.3f} while training loss fell"
            return self._alarm("overfitting", step, words)
        return None

    def end(self, step: int) -> Alarm | None:
        """The end of the run: a plateau when held-out loss had stopped falling while the rate was still high
        enough to move it."""
        peak = max((each for each in self._rates if each is not None), default=0.0)
        high = self._limits.plateau_rate_share * peak
        moved = [
            point
            for point, rate in zip(self._heldout, self._rates, strict=True)
            if rate is None or rate >= high
        ]
        if len(moved) < self._limits.plateau_evaluations:
            return None
        kept = max(3, round(len(moved) * self._limits.plateau_share))
        last = moved[-kept:]
        slope, error = _slope(last)
        fall = -slope * (last[-1][0] - last[0][0])
        small = fall <= self._limits.plateau_change * last[-1][1]
        if small and abs(slope) <= 2 * error:
            return self._alarm("plateau", step, "Held-out loss no longer changes beyond its noise")
        return None

    def _at_level(self, step: int, loss: float) -> Alarm | None:
        """A spike, or divergence, which is worse and so goes first."""
        usual = self._level.usual
        spike, diverged = self._level.take(loss)
        if diverged:
            words = f"The loss stays far above its best: {loss:.3f}, once {self._level.best:.3f}"
            alarm = self._alarm("divergence", step, words)
            if alarm is not None:
                return alarm
        if spike:
            return self._alarm("loss_spike", step, f"Loss {loss:.3f} at step {step}, usual {usual:.3f}")
        return None

    def _gradient(self, step: int, gradient: float | None) -> Alarm | None:
        """Twice in a window a gradient far above the usual: unstable, whatever the loss still says."""
        if gradient is None or gradient <= 0:
            return None
        size = math.log(gradient)
        usual = self._size.mean + self._limits.gradient_z * self._size.deviation
        if self._seen <= self._limits.warmup_steps or size <= usual:
            self._size.learn(size)
            return None
        self._wild_gradients.append(step)
        while self._wild_gradients[0] <= step - self._limits.gradient_window:
            self._wild_gradients.popleft()
        if len(self._wild_gradients) >= 2:
            return self._alarm("loss_spike", step, f"The gradient is far above its usual size at step {step}")
        return None

    def _no_gradient(self, step: int, gradient: float | None) -> Alarm | None:
        self._still = self._still + 1 if gradient == 0 else 0
        if self._still < self._limits.zero_gradient_steps:
            return None
        return self._alarm("zero_gradient", step, f"No gradient for {self._still} steps in a row")

    def _perplexity(self, step: int) -> Alarm | None:
        """Held-out perplexity that jumps from one evaluation to the next."""
        if len(self._heldout) < 2:
            return None
        before, after = self._heldout[-2][1], self._heldout[-1][1]
        if after - before <= math.log(self._limits.perplexity_ratio):
            return None
        words = f"Held-out perplexity rose from {_perplexity(before)} to {_perplexity(after)}"
        return self._alarm("perplexity_spike", step, words)

    def _alarm(self, kind: str, step: int, text: str) -> Alarm | None:
        if step < self._quiet.get(kind, -1):
            return None
        self._quiet[kind] = step + self._limits.quiet_steps
        return Alarm(kind=kind, run=self._run, step=step, text=text, do=_ADVICE[kind])  # type: ignore[arg-type]


def _perplexity(loss: float) -> str:
    return f"{math.exp(loss):,.1f}" if loss < 20 else "more than a hundred million"


def _slope(points: list[tuple[int, float]]) -> tuple[float, float]:
    """Least squares slope of loss over step and its standard error."""
    count = len(points)
    mean_x = sum(x for x, _ in points) / count
    mean_y = sum(y for _, y in points) / count
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    if spread == 0 or count < 3:
        return 0.0, 0.0
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
    rest = sum((y - mean_y - slope * (x - mean_x)) ** 2 for x, y in points)
    return slope, math.sqrt(rest / (count - 2) / spread)
