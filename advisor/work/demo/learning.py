"""Trains the demo's base model: whole documents in batches of like length, resumable at any checkpoint."""

import math
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import torch
from transformers import LlamaForCausalLM

from advisor.work.demo.documents import Encoded
from advisor.work.demo.recipe import Learning

_SORTED_TOGETHER = 2000
"""Documents among which those of like length are put into one batch."""


@dataclass
class Progress:
    """How far a run has come."""

    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    answer_loss: list[float] = field(default_factory=list)
    """Mean loss of the assistant's tokens of each step, nats; NaN in a step without any."""


def batches(documents: Sequence[Encoded], tokens: int, seed: int) -> Iterator[list[Encoded]]:
    """Batches without end, each of documents of like length with at most about `tokens` tokens."""
    rng = random.Random(seed)
    order = list(range(len(documents)))
    while True:
        rng.shuffle(order)
        for first in range(0, len(order), _SORTED_TOGETHER):
            near = sorted(order[first : first + _SORTED_TOGETHER], key=lambda each: len(documents[each].ids))
            packed: list[list[Encoded]] = [[]]
            for each in near:
                document = documents[each]
                if packed[-1] and (len(packed[-1]) + 1) * len(document.ids) > tokens:
                    packed.append([])
                packed[-1].append(document)
            rng.shuffle(packed)
            yield from packed


def padded(batch: Sequence[Encoded], pad: int, answer_weight: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids and weights of the tokens, both of shape (documents, longest)."""
    longest = max(len(each.ids) for each in batch)
    ids = torch.full((len(batch), longest), pad)
    weights = torch.zeros((len(batch), longest))
    for row, each in enumerate(batch):
        ids[row, : len(each.ids)] = torch.tensor(each.ids)
        weights[row, : len(each.ids)] = torch.tensor(each.said).float() * (answer_weight - 1) + 1
    return ids, weights


def share_of_rate(step: int, plan: Learning) -> float:
    """Part of the full rate at a step: linear warm-up, flat, then linear to zero."""
    warm = min(1.0, (step + 1) / plan.warmup_steps)
    return warm * min(1.0, (plan.steps - step) / (plan.steps * plan.decay_share))


def make_optimizers(model: LlamaForCausalLM, plan: Learning) -> tuple[torch.optim.Optimizer, ...]:
    """Muon for the matrices inside the layers, AdamW for embeddings and norms."""
    named = list(model.named_parameters())
    matrices = [each for name, each in named if each.ndim == 2 and "embed" not in name]
    others = [each for name, each in named if each.ndim != 2 or "embed" in name]
    return (
        torch.optim.Muon(matrices, lr=plan.matrix_rate, weight_decay=plan.weight_decay),
        torch.optim.AdamW(others, lr=plan.other_rate, betas=(0.9, 0.95), weight_decay=plan.weight_decay),
    )


def train(
    model: LlamaForCausalLM,
    documents: Sequence[Encoded],
    plan: Learning,
    seed: int,
    state: Path | None,
    say: Callable[[str], None],
    stop: int | None = None,
) -> Progress:
    """Train in place to the plan's end, or to the step `stop`; with `state`, save there now and then and go
    on from what is saved there."""
    optimizers = make_optimizers(model, plan)
    progress = Progress()
    if state is not None and state.exists():
        progress = _restore(state, model, optimizers)
        say(f"going on at step {progress.step}")
    pad = model.config.pad_token_id
    for step, batch in enumerate(batches(documents, plan.tokens_per_step, seed)):
        if step < progress.step:
            continue
        if step == (plan.steps if stop is None else stop):
            break
        began = time.monotonic()
        rate = share_of_rate(step, plan)
        for optimizer, full in zip(optimizers, (plan.matrix_rate, plan.other_rate), strict=True):
            optimizer.param_groups[0]["lr"] = full * rate
        progress.answer_loss.append(_step(model, optimizers, *padded(batch, pad, plan.answer_weight), plan))
        progress.step += 1
        progress.tokens += sum(len(each.ids) for each in batch)
        progress.seconds += time.monotonic() - began
        if progress.step % 50 == 0:
            say(_narration(progress, plan))
        if state is not None and progress.step % plan.save_every == 0:
            _save(state, model, optimizers, progress)
    return progress


def _step(
    model: LlamaForCausalLM,
    optimizers: Sequence[torch.optim.Optimizer],
    ids: torch.Tensor,
    weights: torch.Tensor,
    plan: Learning,
) -> float:
    """One step of every optimizer; returns the mean loss of the assistant's tokens."""
    with torch.autocast("cpu", torch.bfloat16):
        logits = model(input_ids=ids, use_cache=False).logits
    flat = logits[:, :-1].float().flatten(0, 1)
    losses = torch.nn.functional.cross_entropy(flat, ids[:, 1:].flatten(), reduction="none")
    weight = weights[:, 1:].flatten()
    ((losses * weight).sum() / weight.sum()).backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(model.parameters(), plan.clip)
    for optimizer in optimizers:
        optimizer.step()
        optimizer.zero_grad()
    return float(losses.detach()[weight > 1].mean())


def _narration(progress: Progress, plan: Learning) -> str:
    recent = [each for each in progress.answer_loss[-50:] if math.isfinite(each)]
    answers = sum(recent) / max(1, len(recent))
    speed = progress.tokens / progress.seconds
    left = (plan.steps - progress.step) * progress.seconds / progress.step
    return (
        f"step {progress.step}/{plan.steps}  answers {answers:.3f}  {speed:.0f} tokens/s  {left:.0f} s left"
    )


def _save(
    state: Path, model: LlamaForCausalLM, optimizers: Sequence[torch.optim.Optimizer], progress: Progress
) -> None:
    saved = {
        "model": model.state_dict(),
        "optimizers": [each.state_dict() for each in optimizers],
        "progress": vars(progress),
    }
    partial = state.with_name(state.name + ".part")
    torch.save(saved, partial)
    os.replace(partial, state)


def _restore(state: Path, model: LlamaForCausalLM, optimizers: Sequence[torch.optim.Optimizer]) -> Progress:
    saved = torch.load(state, weights_only=True)
    model.load_state_dict(saved["model"])
    for optimizer, each in zip(optimizers, saved["optimizers"], strict=True):
        optimizer.load_state_dict(each)
    return Progress(**saved["progress"])
