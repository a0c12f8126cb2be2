"""Spikes and divergence of the training loss, judged by what is usual in this run and how noisy it is."""

import math
from collections import deque
from itertools import pairwise
from statistics import median

from heuristics.thresholds.judging import WatchLimits

_ROBUST = 1.4826
"""From the median of absolute deviations to the standard deviation, for normal noise."""


class LossWatch:
    """Follows the logarithm of the loss: ratios count, and a steep descent at first makes nothing blind."""

    def __init__(self, limits: WatchLimits) -> None:
        self._limits = limits
        self._recent: deque[float] = deque(maxlen=limits.window)
        self._seen = 0
        self._raised = 0
        self._best = math.inf
        self._best_noise = 0.0
        self._above_best = 0

    @property
    def usual(self) -> float:
        """Median of the recent losses, nats."""
        return math.exp(self._middle()) - self._limits.loss_floor if self._recent else math.nan

    @property
    def best(self) -> float:
        """Lowest that the level of the loss has been, nats."""
        return math.exp(self._best) - self._limits.loss_floor

    def take(self, loss: float) -> tuple[bool, bool]:
        """One more step: whether it is a spike, and whether the run has diverged."""
        value = math.log(max(loss, 0.0) + self._limits.loss_floor)
        judged = self._seen >= self._limits.warmup_steps
        spike = judged and self._is_spike(value)
        self._recent.append(value)
        self._seen += 1
        return spike, judged and self._has_diverged()

    def _is_spike(self, value: float) -> bool:
        """One step far above the usual, or several in a row clearly above it."""
        limits, rise, noise = self._limits, value - self._middle(), self._noise()
        raised = rise > max(math.log(limits.raised_ratio), limits.raised_sds * noise)
        self._raised = self._raised + 1 if raised else 0
        far = rise > max(math.log(limits.spike_ratio), limits.spike_sds * noise)
        return far or self._raised >= limits.spike_steps

    def _has_diverged(self) -> bool:
        """The level has stayed far above its best for some steps."""
        limits, values = self._limits, list(self._recent)
        level = median(values[-limits.level_steps :])
        settled = median(values[-2 * limits.level_steps :])
        if settled < self._best:
            self._best, self._best_noise = settled, self._noise()
        far = max(math.log(limits.diverged_ratio), limits.raised_sds * self._best_noise)
        self._above_best = self._above_best + 1 if level - self._best > far else 0
        return self._above_best >= limits.diverged_steps

    def _middle(self) -> float:
        """What is usual now: the newest part of the window only, because the loss falls."""
        return median(list(self._recent)[-self._limits.usual_steps :])

    def _noise(self) -> float:
        """From the differences of neighbours, which a trend hardly touches."""
        steps = [abs(after - before) for before, after in pairwise(self._recent)]
        if not steps:
            return self._limits.noise_floor
        return max(self._limits.noise_floor, _ROBUST * median(steps) / math.sqrt(2))
