"""Short fine-tunes of small models for learning curves: AdamW, linear decay, answers only."""

import copy
import math
from collections.abc import Sequence

import torch

PASSES = 3
BATCH = 8
Encoded = tuple[list[int], list[int]]
"""Ids of a prompt and of its answer."""


def tuned(
    model: torch.nn.Module, rows: Sequence[Encoded], pad: int, method: str, rate: float, seed: int
) -> torch.nn.Module:
    """A copy of the model after training on `rows`."""
    torch.manual_seed(seed)
    trained: torch.nn.Module = copy.deepcopy(model)
    if method == "lora":
        from peft import LoraConfig, get_peft_model

        trained = get_peft_model(trained, LoraConfig(r=16, lora_alpha=32, target_modules="all-linear"))
    trained.train()
    weights = [each for each in trained.parameters() if each.requires_grad]
    steps = math.ceil(len(rows) / BATCH) * PASSES
    optimizer = torch.optim.AdamW(weights, lr=rate, weight_decay=0.0, fused=True)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1 - step / steps)
    for _ in range(PASSES):
        order = torch.randperm(len(rows)).tolist()
        for start in range(0, len(rows), BATCH):
            chosen = [rows[place] for place in order[start : start + BATCH]]
            trained(**padded(chosen, pad)).loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
    return trained.eval()


def padded(rows: Sequence[Encoded], pad: int) -> dict[str, torch.Tensor]:
    """One batch, with the prompts and the padding left out of the loss."""
    longest = max(len(asked) + len(told) for asked, told in rows)
    ids, mask, labels = [], [], []
    for asked, told in rows:
        empty = longest - len(asked) - len(told)
        ids.append([*asked, *told] + [pad] * empty)
        mask.append([1] * (longest - empty) + [0] * empty)
        labels.append([-100] * len(asked) + told + [-100] * empty)
    return {
        "input_ids": torch.tensor(ids),
        "attention_mask": torch.tensor(mask),
        "labels": torch.tensor(labels),
    }
