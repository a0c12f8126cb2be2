"""Measures learning curves once: real fine-tunes on many tasks, kept in results/curves.jsonl."""

import argparse
import itertools
import os
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, PreTrainedModel, PreTrainedTokenizerBase

from advisor.catalog import demo_folder
from benchmarks.curve_tasks import TASKS, Task
from benchmarks.kept_lines import keep, kept
from benchmarks.small_tunes import Encoded, padded, tuned

RESULT = Path(__file__).parent / "results" / "curves.jsonl"
ROWS = 96
"""Rows of the largest ladder run; the truth is measured at four times as many."""
LADDER = ((ROWS // 8, 3), (ROWS // 4, 3), (ROWS // 2, 1), (ROWS, 1))
"""(rows, seeds): what a pilot would run."""
TRUTH = ((4 * ROWS, 1),)
HELD_OUT = 96
RATES = {"full": 1e-3, "lora": 5e-3}
PROMPT_MARK = "\nAnswer: "


def main(argv: Sequence[str] | None = None) -> int:
    """Measure the curves that are not yet there; each takes some seconds and is saved when it ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=4, help="curves of each task")
    asked = parser.parse_args(argv)
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    there = {(each["task"], each["seed"]) for each in saved()}
    for seed, (number, task) in itertools.product(range(asked.seeds), enumerate(TASKS)):
        if (task.name, seed) in there:
            continue
        began = time.monotonic()
        method = ("full", "lora")[(number + seed) % 2]
        curve = {
            "task": task.name,
            "seed": seed,
            "method": method,
            "points": list(_points(task, seed, method)),
        }
        keep(RESULT, curve)
        print(f"{task.name:22}{seed:3}{method:>6}{time.monotonic() - began:8.1f} s", flush=True)
    return 0


def saved() -> list[dict[str, object]]:
    """The curves measured so far."""
    return kept(RESULT)


def _points(task: Task, seed: int, method: str) -> Iterator[dict[str, float]]:
    """(samples, seed, loss) of every run: nested rows, the same held-out rows throughout."""
    heldout = [_encoded(each) for each in itertools.islice(task.rows(f"held out {seed}"), HELD_OUT)]
    rows = [_encoded(each) for each in itertools.islice(task.rows(f"train {seed}"), 4 * ROWS)]
    tokenizer, base = _base()
    for samples, seeds in (*LADDER, *TRUTH):
        for each in range(seeds):
            model = tuned(
                base, rows[:samples], tokenizer.pad_token_id, method, RATES[method], 1000 * seed + each
            )
            loss = _loss(model, heldout, tokenizer.pad_token_id)
            yield {"samples": samples, "seed": each, "loss": round(loss, 6)}


def _loss(model: torch.nn.Module, heldout: Sequence[Encoded], pad: int) -> float:
    """Loss per answer token, nats."""
    lost, tokens = 0.0, 0
    with torch.no_grad():
        for start in range(0, len(heldout), 64):
            inputs = padded(heldout[start : start + 64], pad)
            count = int((inputs["labels"][:, 1:] != -100).sum())
            lost += float(model(**inputs).loss) * count
            tokens += count
    return lost / tokens


@cache
def _base() -> tuple[PreTrainedTokenizerBase, PreTrainedModel]:
    """The bundled tokenizer and model."""
    with demo_folder() as folder:
        return (
            AutoTokenizer.from_pretrained(folder / "model"),
            AutoModelForCausalLM.from_pretrained(folder / "model", dtype=torch.float32),
        )


def _encoded(row: tuple[str, str]) -> Encoded:
    tokenizer = _base()[0]
    asked = tokenizer(row[0] + PROMPT_MARK, add_special_tokens=False)["input_ids"]
    told = tokenizer(row[1], add_special_tokens=False)["input_ids"]
    return asked, [*told, tokenizer.eos_token_id]


if __name__ == "__main__":
    raise SystemExit(main())
