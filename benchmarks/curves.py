"""Measures learning curves once: real fine-tunes on many tasks, kept in results/curves.jsonl."""

import argparse
import copy
import itertools
import json
import math
import os
import time
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from benchmarks.curve_tasks import TASKS, Task

RESULT = Path(__file__).parent / "results" / "curves.jsonl"
ROWS = 96
"""Rows of the largest ladder run; the truth is measured at four times as many."""
LADDER = ((ROWS // 8, 3), (ROWS // 4, 3), (ROWS // 2, 1), (ROWS, 1))
"""(rows, seeds): what a pilot would run."""
TRUTH = ((4 * ROWS, 1),)
HELD_OUT = 96
PASSES = 3
BATCH = 8
RATES = {"full": 1e-3, "lora": 5e-3}
PROMPT_MARK = "\nAnswer: "


def main(argv: Sequence[str] | None = None) -> int:
    """Measure the curves that are not yet there; each takes some seconds and is saved when it ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=4, help="curves of each task")
    asked = parser.parse_args(argv)
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    RESULT.parent.mkdir(exist_ok=True)
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
        with RESULT.open("a", encoding="utf-8") as file:
            file.write(json.dumps(curve) + "\n")
        print(f"{task.name:22}{seed:3}{method:>6}{time.monotonic() - began:8.1f} s", flush=True)
    return 0


def saved() -> list[dict[str, object]]:
    """The curves measured so far."""
    if not RESULT.exists():
        return []
    return [json.loads(line) for line in RESULT.read_text(encoding="utf-8").splitlines()]


def _points(task: Task, seed: int, method: str) -> Iterator[dict[str, float]]:
    """(samples, seed, loss) of every run: nested rows, the same held-out rows throughout."""
    heldout = list(itertools.islice(task.rows(f"held out {seed}"), HELD_OUT))
    rows = list(itertools.islice(task.rows(f"train {seed}"), 4 * ROWS))
    for samples, seeds in (*LADDER, *TRUTH):
        for each in range(seeds):
            loss = _tuned_loss(rows[:samples], heldout, method, 1000 * seed + each)
            yield {"samples": samples, "seed": each, "loss": round(loss, 6)}


def _tuned_loss(
    rows: Sequence[tuple[str, str]], heldout: Sequence[tuple[str, str]], method: str, seed: int
) -> float:
    """Loss per answer token on `heldout` after training on `rows`, nats."""
    import torch

    torch.manual_seed(seed)
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    tokenizer, base = _base()
    model = copy.deepcopy(base)
    if method == "lora":
        from peft import LoraConfig, get_peft_model

        model = get_peft_model(model, LoraConfig(r=16, lora_alpha=32, target_modules="all-linear"))
    model.train()
    weights = [each for each in model.parameters() if each.requires_grad]
    steps = math.ceil(len(rows) / BATCH) * PASSES
    optimizer = torch.optim.AdamW(weights, lr=RATES[method], weight_decay=0.0, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / steps)
    for _ in range(PASSES):
        order = torch.randperm(len(rows)).tolist()
        for start in range(0, len(rows), BATCH):
            batch = [rows[place] for place in order[start : start + BATCH]]
            model(**_batch(tokenizer, batch)).loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
    model.eval()
    lost, tokens = 0.0, 0
    with torch.no_grad():
        for start in range(0, len(heldout), 64):
            inputs = _batch(tokenizer, heldout[start : start + 64])
            count = int((inputs["labels"][:, 1:] != -100).sum())
            lost += float(model(**inputs).loss) * count
            tokens += count
    return lost / tokens


@cache
def _base():  # type: ignore[no-untyped-def]
    """The bundled tokenizer and model."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from advisor.catalog import demo_folder

    with demo_folder() as folder:
        return (
            AutoTokenizer.from_pretrained(folder / "model"),
            AutoModelForCausalLM.from_pretrained(folder / "model", dtype=torch.float32),
        )


def _batch(tokenizer, rows):  # type: ignore[no-untyped-def]
    """Padded ids with the prompt left out of the loss."""
    import torch

    ids, labels = [], []
    for prompt, answer in rows:
        asked = tokenizer(prompt + PROMPT_MARK, add_special_tokens=False)["input_ids"]
        told = [*tokenizer(answer, add_special_tokens=False)["input_ids"], tokenizer.eos_token_id]
        ids.append([*asked, *told])
        labels.append([-100] * len(asked) + told)
    longest = max(map(len, ids))
    return {
        "input_ids": torch.tensor([each + [tokenizer.pad_token_id] * (longest - len(each)) for each in ids]),
        "attention_mask": torch.tensor([[1] * len(each) + [0] * (longest - len(each)) for each in ids]),
        "labels": torch.tensor([each + [-100] * (longest - len(each)) for each in labels]),
    }


if __name__ == "__main__":
    raise SystemExit(main())
