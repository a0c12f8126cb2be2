"""Every metric of every run in files that other tools read: CSV, TensorBoard, Weights & Biases when asked."""

import csv
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, TextIO

from advisor.events import Metric, Note
from advisor.text import one_line
from advisor.work.emit import Emitter

METRICS = "metrics.csv"
TENSORBOARD = "tensorboard"


class Sink(Protocol):
    """Something that takes the metrics of the runs."""

    def write(self, metric: Metric) -> None:
        """Take the numbers of one step."""

    def close(self) -> None:
        """No more will come."""


class CsvSink:
    """One line for each number: run, step, name, value."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / METRICS
        self._file: TextIO | None = None

    def write(self, metric: Metric) -> None:
        """Append the numbers of one step."""
        if self._file is None:
            self._file = self._path.open("w", encoding="utf-8", newline="", buffering=1)
            csv.writer(self._file).writerow(("run", "step", "name", "value"))
        csv.writer(self._file).writerows(
            (metric.run, metric.step, name, value) for name, value in metric.values.items()
        )

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()


class TensorBoardSink:
    """Event files under tensorboard/, one folder for each run."""

    def __init__(self, folder: Path) -> None:
        from tensorboard.compat.proto import event_pb2, summary_pb2
        from tensorboard.summary.writer.event_file_writer import EventFileWriter

        self._folder = folder / TENSORBOARD
        self._event, self._summary, self._writer = (
            event_pb2.Event,
            summary_pb2.Summary,
            EventFileWriter,
        )
        self._open: dict[str, EventFileWriter] = {}

    def write(self, metric: Metric) -> None:
        """Append the numbers of one step."""
        import time

        if metric.run not in self._open:
            self._open[metric.run] = self._writer(str(self._folder / metric.run))
        values = [self._summary.Value(tag=name, simple_value=value) for name, value in metric.values.items()]
        event = self._event(wall_time=time.time(), step=metric.step, summary=self._summary(value=values))
        self._open[metric.run].add_event(event)

    def close(self) -> None:
        """Flush and close the files."""
        for each in self._open.values():
            each.close()


class WandbSink:
    """A Weights & Biases run for each training run; offline where there is no login or no network."""

    def __init__(self, folder: Path, project: str, offline: bool) -> None:
        import wandb

        self._wandb = wandb
        self._folder, self._project = folder, project
        self._offline = offline or not _logged_in()
        self._name = ""
        self._run: wandb.Run | None = None

    @property
    def offline(self) -> bool:
        """True when the files stay here until the user runs `wandb sync`."""
        return self._offline

    def write(self, metric: Metric) -> None:
        """Log the numbers of one step."""
        if metric.run != self._name:
            self.close()
            self._name = metric.run
            self._run = self._wandb.init(
                project=self._project,
                name=metric.run,
                group=self._folder.name,
                dir=str(self._folder),
                mode="offline" if self._offline else "online",
                settings=self._wandb.Settings(silent=True, console="off", x_disable_meta=True),
            )
        if self._run is not None:
            self._run.log(dict(metric.values), step=metric.step)

    def close(self) -> None:
        """Finish the open run."""
        if self._run is not None:
            self._run.finish()
            self._run = None


class MetricFiles:
    """All sinks of one pilot; a sink that fails is dropped with a word, the pilot goes on."""

    def __init__(self, emitter: Emitter, sinks: Mapping[str, Sink]) -> None:
        self._emitter = emitter
        self._sinks = dict(sinks)

    def write(self, metric: Metric) -> None:
        """Hand the numbers of one step to every sink."""
        for name in list(self._sinks):
            self._guarded(name, lambda sink: sink.write(metric))

    def close(self) -> None:
        """Close every sink."""
        for name in list(self._sinks):
            self._guarded(name, lambda sink: sink.close())
        self._sinks.clear()

    def _guarded(self, name: str, act: "Act") -> None:
        try:
            act(self._sinks[name])
        except Exception as error:  # noqa: BLE001, other programs' code must not end the pilot
            del self._sinks[name]
            text = f"{name} takes no more metrics: {_said(error)}"
            self._emitter.emit(Note(text=text, level="warning"))


def _said(error: Exception) -> str:
    return one_line(f"{type(error).__name__}: {error}", 120)


class Act(Protocol):
    """One call to a sink."""

    def __call__(self, sink: Sink, /) -> None:
        """Make the call."""


def open_files(folder: Path, emitter: Emitter, wandb_project: str | None, offline: bool) -> MetricFiles:
    """CSV and TensorBoard always, Weights & Biases when the user named a project."""
    sinks: dict[str, Sink] = {}
    wanted: list[tuple[str, type[Sink]]] = [("metrics.csv", CsvSink), ("TensorBoard", TensorBoardSink)]
    for name, kind in wanted:
        try:
            sinks[name] = kind(folder)  # type: ignore[call-arg]
        except Exception as error:  # noqa: BLE001, a package that is broken raises anything when imported
            emitter.emit(Note(text=f"No {name}: {_said(error)}", level="warning"))
    if wandb_project:
        _add_wandb(sinks, folder, emitter, wandb_project, offline)
    return MetricFiles(emitter, sinks)


def _add_wandb(sinks: dict[str, Sink], folder: Path, emitter: Emitter, project: str, offline: bool) -> None:
    try:
        sink = WandbSink(folder, project, offline)
    except ImportError:
        text = "Weights & Biases is not installed: pip install wandb"
        emitter.emit(Note(text=text, level="warning"))
        return
    except Exception as error:  # noqa: BLE001, a package that is broken raises anything when imported
        emitter.emit(Note(text=f"No Weights & Biases: {_said(error)}", level="warning"))
        return
    sinks["Weights & Biases"] = sink
    if sink.offline:
        why = "the network is not to be used" if offline else "no login was found"
        where = f"its files stay in {folder.name}/wandb, and `wandb sync` sends them later"
        text = f"Weights & Biases: {why}; {where}"
        emitter.emit(Note(text=text))


def _logged_in() -> bool:
    """True when a key is at hand; nothing is asked and nothing is sent."""
    if os.environ.get("WANDB_API_KEY"):
        return True
    import netrc

    try:
        return netrc.netrc().authenticators("api.wandb.ai") is not None
    except (OSError, netrc.NetrcParseError):
        return False
