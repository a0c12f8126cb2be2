"""Online detectors of trouble with the machine in a run: creeping memory, falling speed, silence."""

from collections import deque
from statistics import median

from heuristics.facts.experiment import Alarm, AlarmKind
from heuristics.thresholds.judging import MachineWatchLimits


class MachineWatcher:
    """Watches one run's memory and speed; feed it every optimizer step, in order."""

    def __init__(self, run: str, limits: MachineWatchLimits) -> None:
        self._run = run
        self._limits = limits
        self._seen = 0
        self._speeds: deque[float] = deque(maxlen=limits.window)
        self._best_speed = 0.0
        self._memory: deque[float] = deque(maxlen=limits.window)
        self._first_memory: float | None = None
        self._faults: deque[float] = deque(maxlen=limits.window)
        self._last_faults = 0
        self._said: set[AlarmKind] = set()

    def step(self, step: int, memory: float, tokens_per_second: float, faults: int = 0) -> Alarm | None:
        """One step: memory in use in bytes, its speed, and the pages read back from disk since the process
        began."""
        self._seen += 1
        read, self._last_faults = faults - self._last_faults, faults
        if self._seen <= self._limits.settling_steps:
            return None
        self._memory.append(memory)
        self._speeds.append(tokens_per_second)
        self._faults.append(read)
        if len(self._memory) < self._limits.window:
            return None
        return self._creep(step) or self._paging(step) or self._throttled(step)

    def _creep(self, step: int) -> Alarm | None:
        """Every step of a whole window above what the first window used, and by much."""
        if self._first_memory is None:
            self._first_memory = max(self._memory)
            return None
        least = min(self._memory)
        grown = least - self._first_memory
        far = grown > self._limits.creep_bytes and least > self._first_memory * (1 + self._limits.creep_share)
        if not far or "memory_creep" in self._said:
            return None
        words = (
            f"Memory grew from {self._first_memory / 2**30:.2f} to {least / 2**30:.2f} GiB since the start"
        )
        do = "Something keeps what it should let go: group rows of similar length, and watch the full run."
        return self._alarm("memory_creep", step, words, do)

    def _paging(self, step: int) -> Alarm | None:
        """Memory that does not suffice and is paged instead of failing."""
        least = min(self._faults)
        if least < self._limits.paging_faults or "paging" in self._said:
            return None
        words = f"Every step reads at least {least:,.0f} pages back from disk: memory does not suffice"
        do = "Close other programs, halve the micro-batch, or choose QLoRA or a smaller model."
        return self._alarm("paging", step, words, do)

    def _throttled(self, step: int) -> Alarm | None:
        usual = median(self._speeds)
        self._best_speed = max(self._best_speed, usual)
        if usual >= self._limits.throttled_share * self._best_speed or "throttling" in self._said:
            return None
        words = f"Speed fell to {usual:,.0f} tokens/s, from {self._best_speed:,.0f}"
        do = "Look for heat, power limits or other programs on this device; predictions use the lower speed."
        return self._alarm("throttling", step, words, do)

    def _alarm(self, kind: AlarmKind, step: int, text: str, do: str) -> Alarm:
        self._said.add(kind)
        return Alarm(kind, self._run, step, text, do, cause="machine")


def stalled(run: str, step: int, silent: float, usual: float) -> Alarm:
    """The alarm of a run that has said nothing for `silent` seconds; `usual` is its slowest step."""
    return Alarm(
        "stall",
        run,
        step,
        f"No step for {silent:,.0f} s; the slowest so far took {usual:,.1f} s",
        "Wait, or stop it with s and run it again: it goes on where it was. log.txt says where it hangs.",
        cause="machine",
    )
