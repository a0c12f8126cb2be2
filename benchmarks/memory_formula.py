"""How far the memory formula is from the simulation; --write puts the interval into the presets."""

import argparse
import itertools
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

import presets
from advisor import catalog
from advisor.errors import BadModel
from advisor.files import write_atomic
from advisor.simulations import library_versions
from advisor.work.simulate.config import config_of_shape
from benchmarks.memory_scores import Row, say
from benchmarks.simulations import timed
from heuristics.facts.machine import Device
from heuristics.facts.model import ModelFacts
from heuristics.memory.formula import load_of, predict
from heuristics.memory.simulated import training_step
from heuristics.planning.recipe import Method, Recipe

RESULT = Path(__file__).parent / "results" / "memory_formula.json"
THRESHOLDS = Path(str(presets.__file__)).parent / "thresholds.toml"
MODELS = (
    "HuggingFaceTB/SmolLM2-135M-Instruct",
    "meta-llama/Llama-3.2-1B-Instruct",
    "Qwen/Qwen3-0.6B",
)
METHODS: tuple[Method, ...] = ("lora", "qlora", "full")
LOADS = ((1, 512, True), (1, 512, False), (2, 4096, True), (8, 256, False))
"""Rows, tokens per row, and whether activations are recomputed."""
DEVICE = Device("cuda", 0, "a GPU", 80 << 30, 80 << 30, bf16=True, compute_capability="8.0")


def main(argv: Sequence[str] | None = None) -> int:
    """Print the quantiles of simulated over formula memory, and write them when asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--write", action="store_true", help="replace memory.low and memory.high in the presets"
    )
    asked = parser.parse_args(argv)
    table = [_line(model, recipe) for model, recipe in _grid()]
    ratios = np.array([float(str(each["ratio"])) for each in table])
    low, high = (float(each) for each in np.quantile(ratios, (0.05, 0.95)))
    print(f"{len(ratios)} steps, simulated over formula: {low:.2f} (5 %) to {high:.2f} (95 %)")
    document = {
        "what": "reserved memory simulated over the formula's tensors, pilot's trainer on a recent GPU",
        "date": datetime.now(UTC).date().isoformat(),
        "versions": dict(library_versions()),
        "low": round(low, 3),
        "high": round(high, 3),
        "rows": table,
    }
    RESULT.parent.mkdir(exist_ok=True)
    write_atomic(RESULT, json.dumps(document, indent=1) + "\n", mode=0o644)
    if asked.write:
        _write(low, high, len(ratios))
    return 0


def _grid() -> Iterator[tuple[ModelFacts, Recipe]]:
    known = {each.id: each for each in catalog.models()}
    for name, method, (batch, length, again) in itertools.product(MODELS, METHODS, LOADS):
        if name in known:
            recipe = Recipe(name, method, 1e-4, batch, 1, 1, length, 1, precision="bf16", checkpointing=again)
            yield known[name], recipe


def _line(model: ModelFacts, recipe: Recipe) -> Row:
    limits = catalog.limits().memory
    step = training_step(recipe, DEVICE)
    assert step is not None
    try:
        facts = timed(config_of_shape(model.family, model.shape), step).facts
    except BadModel as error:
        raise SystemExit(f"{model.id}: {error.message}") from error
    bare = replace(limits, allowance=1.0, gpu_overhead=0.0)
    formula = predict(load_of(model.shape, recipe, DEVICE), DEVICE.memory_free, False, bare).total.value
    line: Row = {
        "model": model.id,
        "method": recipe.method,
        "rows": recipe.micro_batch,
        "length": recipe.sequence_length,
        "recomputed": recipe.checkpointing,
        "simulated": facts.reserved,
        "formula": round(formula),
        "ratio": round(facts.reserved / formula, 4),
    }
    say(str(line))
    return line


def _write(low: float, high: float, steps: int) -> None:
    limits = catalog.limits().memory
    text = THRESHOLDS.read_text(encoding="utf-8")
    today = datetime.now(UTC).date().isoformat()
    for name, value in (("low", low), ("high", high / limits.allowance)):
        source = f"5 % and 95 % of simulated over formula memory, {steps} steps, benchmarks/memory_formula.py"
        entry = f'[memory.{name}]\nvalue = {value:.3f}\nsource = "{source}"\ndate = "{today}"\n'
        text = re.sub(rf"\[memory\.{name}\]\nvalue = .*\nsource = .*\ndate = .*\n", entry, text)
    write_atomic(THRESHOLDS, text, mode=0o644)


if __name__ == "__main__":
    raise SystemExit(main())
