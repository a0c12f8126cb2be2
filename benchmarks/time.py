"""Predicted training time against the time of real runs on this processor, for several model shapes."""

import argparse
import json
import math
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from advisor import catalog
from advisor.files import write_atomic
from advisor.models.search import find_model
from advisor.specs import DataChoice
from advisor.work.data.load import load
from advisor.work.data.split import split
from advisor.work.emit import Emitter
from advisor.work.machine.speed import matmul_speed
from advisor.work.pilot.loading import load_model
from advisor.work.pilot.rows import Encoder, kept
from advisor.work.pilot.trainer import RunPlan, make_trainer
from advisor.work.tokenizer import load_tokenizer, template_of
from benchmarks.origin import machine
from heuristics.costs.duration import Work, device_speed, training_time
from heuristics.facts.machine import Device
from heuristics.facts.model import ModelFacts
from heuristics.planning.recipe import Recipe

RESULT = Path(__file__).parent / "results" / "time.json"
SHAPES = ((64, 5, 172), (128, 8, 344), (256, 6, 688), (576, 6, 1536))
"""(hidden, layers, intermediate) of random-weight models beside the named ones."""
ROWS, BATCH = 48, 4


@dataclass(frozen=True, slots=True)
class Compared:
    """One real run beside its prediction, in seconds of processor time on one core."""

    model: str
    method: str
    tokens: int
    predicted: float
    low: float
    high: float
    measured: float

    @property
    def ratio(self) -> float:
        """Measured over predicted."""
        return self.measured / self.predicted

    @property
    def inside(self) -> bool:
        """True when the measurement lies in the predicted interval."""
        return self.low <= self.measured <= self.high


def main(argv: Sequence[str] | None = None) -> int:
    """Print the table; 1 when a measurement lies outside its interval."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("models", nargs="*", help="folders of models to run beside the random shapes")
    parser.add_argument("--save", action="store_true", help=f"write {RESULT.name}")
    asked = parser.parse_args(argv)
    compared: list[Compared] = []
    with tempfile.TemporaryDirectory() as home, catalog.demo_folder() as demo:
        named = [find_model(each) for each in ("demo", *asked.models)]
        models = [*named, *(_random_model(Path(home), demo / "model", *shape) for shape in SHAPES)]
        for model in models:
            for method in ("lora", "full"):
                one = _compare(model, demo / "triage.jsonl", method == "full", Path(home))
                print(
                    f"{one.model:20}{one.method:6}{one.tokens:8,d} tokens  predicted {one.predicted:7.2f} s "
                    f"({one.low:.2f} to {one.high:.2f})  measured {one.measured:7.2f} s  {one.ratio:.2f}",
                    flush=True,
                )
                compared.append(one)
    inside = sum(each.inside for each in compared)
    ratios = [each.ratio for each in compared]
    geometric = math.exp(sum(math.log(each) for each in ratios) / len(ratios))
    print(
        f"{inside} of {len(compared)} inside; measured over predicted {min(ratios):.2f} to "
        f"{max(ratios):.2f}, mean {geometric:.2f}"
    )
    if asked.save:
        _save(compared)
    return 0 if inside == len(compared) else 1


def _random_model(home: Path, tokenizer: Path, hidden: int, layers: int, intermediate: int) -> ModelFacts:
    """A Llama shape with random weights and the demo's tokenizer."""
    import torch
    from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM

    folder = home / f"random-{hidden}x{layers}"
    words = AutoTokenizer.from_pretrained(tokenizer)
    torch.manual_seed(0)
    heads = max(1, hidden // 32)
    config = LlamaConfig(
        vocab_size=len(words),
        hidden_size=hidden,
        intermediate_size=intermediate,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        max_position_embeddings=512,
        tie_word_embeddings=True,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    words.save_pretrained(folder)
    return find_model(str(folder))


def _compare(model: ModelFacts, data: Path, full: bool, home: Path) -> Compared:
    """Train on the demo's rows once; both times are this thread's own, so that a busy machine changes
    neither."""
    import torch

    torch.set_num_threads(1)
    cpu = torch.device("cpu")
    recipe = Recipe(model.id, "full" if full else "lora", 1e-4, BATCH, 1, 1.0, 256, ROWS, rank=8)
    tokenizer = load_tokenizer(model)
    examples = split(load(DataChoice(path=data), Emitter(home)).examples, None).train
    recipe = replace(recipe, template=template_of(model, tokenizer, examples))
    rows = kept(Encoder(tokenizer, recipe.template, recipe.sequence_length).rows(examples[:ROWS]))
    tokens = sum(each.tokens for each in rows)
    plan = RunPlan("time", "rate", tuple(each.example for each in rows), 1e-4, 1.0, 17)
    trainer = make_trainer(load_model(Path(model.path or ""), recipe, cpu), tokenizer, recipe, plan, home)
    speed = matmul_speed(cpu, "fp32", 1 << 30, time.thread_time)
    device = Device("cpu", 0, platform.processor(), 1 << 34, 1 << 34, False, (speed,))
    limits = catalog.limits().time
    reached = device_speed(device, model.shape, recipe.method, "fp32", limits)
    work = Work(model.shape, recipe.method, recipe.sequence_length, False, tokens, math.ceil(ROWS / BATCH))
    estimate = training_time(work, reached, limits)
    began = time.process_time()
    trainer.train()
    spent = time.process_time() - began
    return Compared(
        model.id,
        recipe.method,
        tokens,
        *(round(each, 3) for each in (estimate.value, estimate.low, estimate.high, spent)),
    )


def _save(compared: Sequence[Compared]) -> None:
    RESULT.parent.mkdir(exist_ok=True)
    written = {
        "what": "seconds of processor time of one training run on one core, predicted and measured",
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "runs": [
            {
                "model": each.model,
                "method": each.method,
                "tokens": each.tokens,
                "predicted": each.predicted,
                "low": each.low,
                "high": each.high,
                "measured": each.measured,
                "ratio": round(each.ratio, 3),
            }
            for each in compared
        ],
    }
    write_atomic(RESULT, json.dumps(written, indent=1) + "\n", mode=0o644)


if __name__ == "__main__":
    sys.exit(main())
