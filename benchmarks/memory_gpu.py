"""Real training steps on an NVIDIA GPU, with random weights: memory and speed against their predictions."""

import argparse
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from importlib.metadata import version
from multiprocessing.connection import Connection
from pathlib import Path

from pydantic import TypeAdapter

from advisor import catalog
from advisor.files import write_atomic
from advisor.simulations import library_versions
from benchmarks.gpu_cases import CASES, MODELS, STEPS, Case, write_model
from benchmarks.memory_scores import Row, error, say, scores
from heuristics.facts.machine import Device

RESULT = Path(__file__).parent / "results" / "memory_gpu.json"
FORK = multiprocessing.get_context("fork")
"""Cases run in copies of a process that has not touched the GPU."""


def main(argv: Sequence[str] | None = None) -> int:
    """Predict all cases side by side, then measure one after the other; the table is written after each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=RESULT, help="where to write (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=3600.0, help="begin no case after this time")
    parser.add_argument("--models", type=Path, help="folder for the models of random weights")
    parser.add_argument("--again", action="store_true", help="predict the measured cases again, without GPU")
    asked = parser.parse_args(argv)
    warnings.filterwarnings("ignore")
    if asked.again:
        return _again(asked.out)
    began = time.monotonic()
    device = _probed()
    say(f"{device.name}, {device.memory_total >> 20:,} MiB; {time.monotonic() - began:.0f} s")
    with FORK.Pool(max(1, (os.cpu_count() or 2) - 2)) as pool:
        predictions = pool.starmap(_predicted, [(case, device) for case in CASES], chunksize=1)
    say(f"{len(predictions)} simulations; {time.monotonic() - began:.0f} s")
    table = _Table(asked.out, device)
    with tempfile.TemporaryDirectory(dir=asked.models, ignore_cleanup_errors=True) as home:
        for case, predicted in zip(CASES, predictions, strict=True):
            if time.monotonic() - began > asked.seconds:
                break
            folder = Path(home) / case.model.replace(" ", "-")
            if not folder.exists():
                _in_a_copy(write_model, case.model, str(folder))
            table.add(case, predicted, _in_a_copy(_measured, case, folder, Path(home)))
            if table.hopeless:
                break
    return table.close()


def _in_a_copy(work: "Callable[..., Row | None]", *given: object) -> Row:
    """What `work` returns in a copy of this process, so that nothing of it is left in the allocator."""
    near, far = FORK.Pipe(duplex=False)
    process = FORK.Process(target=_answer, args=(far, work, given))
    process.start()
    far.close()
    try:
        found: Row = near.recv()
    except EOFError:
        found = {"failed": "the process ended without an answer"}
    process.join()
    return found


def _answer(pipe: Connection, work: "Callable[..., Row | None]", given: Sequence[object]) -> None:
    try:
        pipe.send(work(*given) or {})
    except Exception:  # noqa: BLE001, whatever fails is told in the table and the next case runs
        pipe.send({"failed": " / ".join(traceback.format_exc().strip().splitlines()[-3:])})


def _again(path: Path) -> int:
    """Predict what was measured with the rules and libraries of today."""
    document = json.loads(path.read_bytes())
    device = TypeAdapter(Device).validate_python(document["device"])
    names = {each.name for each in fields(Case)}
    cases = [Case(**{key: row[key] for key in names if key in row}) for row in document["rows"]]
    with FORK.Pool(os.cpu_count()) as pool:
        predictions = pool.starmap(_predicted, [(case, device) for case in cases], chunksize=1)
    rows = [
        _compared({**row, **asdict(case), **predicted})
        for row, case, predicted in zip(document["rows"], cases, predictions, strict=True)
    ]
    document |= {"rows": rows, "predicted_with": _versions(), "scores": _scores(rows)}
    write_atomic(path, json.dumps(document, indent=1) + "\n", mode=0o644)
    print(json.dumps(document["scores"], indent=1))
    return 0


def _compared(line: Row) -> Row:
    """A measured line with its errors."""
    for kind in ("allocated", "reserved"):
        was = float(str(line[kind]))
        line[f"{kind}_error"] = round(error(float(str(line[f"predicted_{kind}"])), was), 3)
    predicted = line["predicted_seconds"]
    assert isinstance(predicted, Sequence)
    low, value, high = map(float, predicted)
    seconds = float(str(line["seconds_per_step"]))
    return {**line, "time_ratio": round(seconds / value, 3), "time_inside": low <= seconds <= high}


def _scores(rows: Sequence[Row]) -> Row:
    found: Row = {
        name: scores([float(str(row[name])) for row in rows])
        for name in ("allocated_error", "reserved_error")
    }
    ratios = sorted(float(str(row["time_ratio"])) for row in rows)
    times = {"low": ratios[0], "median": statistics.median(ratios), "high": ratios[-1]}
    return {**found, "time_ratio": times, "time_inside": sum(bool(row["time_inside"]) for row in rows)}


def _versions() -> dict[str, str]:
    more = {name: version(name) for name in ("trl", "bitsandbytes", "accelerate")}
    return {**dict(library_versions()), **more}


class _Table:
    """What was measured so far, on disk after each case."""

    def __init__(self, path: Path, device: Device) -> None:
        self._path, self._device = path, device
        self._rows: list[Row] = []
        self._failed: list[Row] = []

    @property
    def hopeless(self) -> bool:
        """True when the first case failed."""
        return bool(self._failed) and not self._rows

    def add(self, case: Case, predicted: Row, measured: Row) -> None:
        """One more case."""
        line: Row = {**asdict(case), **predicted, **measured}
        if "failed" in measured:
            self._failed.append(line)
        else:
            self._rows.append(_compared(line))
        say(str(line))
        if self._rows:
            write_atomic(self._path, json.dumps(self._document(), indent=1) + "\n", mode=0o644)

    def close(self) -> int:
        """Print the scores; 1 when a case failed."""
        print(json.dumps(_scores(self._rows) if self._rows else {}, indent=1))
        return 1 if self._failed else 0

    def _document(self) -> Row:
        return {
            "what": "gpu",
            "date": datetime.now(UTC).date().isoformat(),
            "machine": f"{self._device.name}, driver {self._device.driver}",
            "versions": _versions(),
            "device": asdict(self._device),
            "rows": self._rows,
            "failed": self._failed,
            "scores": _scores(self._rows),
        }


def _probed() -> Device:
    """The GPU, as the program itself finds it."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "screens.start", "probe", "--json"]
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, env={**os.environ, "ADVISOR_HOME": home}
        )
    machine = json.loads(done.stdout)["case"]["machine"]
    devices = TypeAdapter(list[Device]).validate_python(machine["devices"])
    return next(each for each in devices if each.kind == "cuda")


def _predicted(case: Case, device: Device) -> Row:
    """Memory and seconds per step, as the program predicts them."""
    import torch

    from advisor.work.simulate.simulate import simulated
    from heuristics.memory.simulated import training_step

    torch.set_num_threads(1)
    step = training_step(case.recipe, device)
    assert step is not None
    facts = simulated(MODELS[case.model], replace(step, padded=case.padded))
    return {
        "predicted_allocated": facts.allocated,
        "predicted_reserved": facts.reserved,
        "predicted_seconds": [round(each, 4) for each in _predicted_seconds(case, device)],
        "simulation_seconds": facts.seconds,
    }


def _predicted_seconds(case: Case, device: Device) -> tuple[float, float, float]:
    """Low, middle and high of an optimizer step's time."""
    from advisor.models.shape import shape_of
    from heuristics.costs.duration import Work, device_speed, training_time

    limits, recipe = catalog.limits().time, case.recipe
    sizes = MODELS[case.model]
    shape = shape_of(sizes, tied=bool(sizes.get("tie_word_embeddings")))
    speed = device_speed(device, shape, recipe.method, recipe.precision, limits)
    tokens = recipe.effective_batch * recipe.sequence_length
    work = Work(
        shape, recipe.method, recipe.sequence_length, recipe.checkpointing, tokens, recipe.accumulation
    )
    found = training_time(work, speed, limits)
    return found.low, found.value, found.high


def _measured(case: Case, folder: Path, home: Path) -> Row:
    """Load and train as the pilot does; memory by the allocator's count, time without the first two steps."""
    import torch
    from transformers import AutoTokenizer, TrainerCallback

    from advisor.work.data.examples import Example
    from advisor.work.pilot.loading import load_model
    from advisor.work.pilot.trainer import RunPlan, make_trainer

    class Clock(TrainerCallback):  # type: ignore[misc]
        """Times whole optimizer steps."""

        def __init__(self) -> None:
            self.ends: list[float] = []

        def on_step_end(self, *_: object, **__: object) -> None:
            torch.cuda.synchronize()
            self.ends.append(time.perf_counter())

    recipe = case.recipe
    free_before, _ = torch.cuda.mem_get_info()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    torch.cuda.reset_peak_memory_stats()
    began = time.perf_counter()
    model = load_model(folder, recipe, torch.device("cuda", 0))
    loaded = time.perf_counter() - began
    words = [str(number) for number in range(recipe.sequence_length)]
    rows = tuple(
        Example(place, (), " ".join(words[: len(words) // 8 if case.padded and place % 2 else None]))
        for place in range(recipe.samples)
    )
    clock = Clock()
    plan = RunPlan("gpu", "proof", rows, recipe.learning_rate, 1.0, 17, most_steps=STEPS, in_order=True)
    trainer = make_trainer(model, tokenizer, recipe, plan, home / "run", (clock,))
    trainer.train()
    took = [later - earlier for earlier, later in zip(clock.ends[1:], clock.ends[2:], strict=False)]
    free_after, _ = torch.cuda.mem_get_info()
    tokens = recipe.effective_batch * int(trainer.batch[-1].shape[1])
    return {
        "allocated": torch.cuda.max_memory_allocated(),
        "reserved": torch.cuda.max_memory_reserved(),
        "process": free_before - free_after,
        "seconds_per_step": round(statistics.median(took), 4),
        "tokens_per_second": round(tokens / statistics.median(took), 1),
        "tokens_per_row": int(trainer.batch[-1].shape[1]),
        "load_seconds": round(loaded, 2),
    }


if __name__ == "__main__":
    raise SystemExit(main())
