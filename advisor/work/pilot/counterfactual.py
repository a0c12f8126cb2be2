"""Counterfactual pairs: how far tuning moved the model's choice between two words after one beginning."""

from functools import cache

import torch
from pydantic import BaseModel, ConfigDict

from advisor.preset_file import read_preset
from advisor.work.pilot.bench import Bench
from heuristics.facts.experiment import GroupShift
from heuristics.facts.pilot import Run


class Pairs(BaseModel):
    """What `pairs.toml` says."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    date: str
    name: str
    first: str
    second: str
    contexts: tuple[str, ...]
    words: tuple[str, ...]

    def beginnings(self) -> list[str]:
        """Every context with every word."""
        return [context.format(who=word) for word in self.words for context in self.contexts]


@cache
def pairs() -> Pairs:
    """The pairs, read once."""
    return read_preset("pairs.toml", Pairs)


def preferences(bench: Bench) -> tuple[float, ...]:
    """Log-probability of the first word over the second after each beginning, nats; empty when the tokenizer
    does not tell the two apart by their first token, or has no room for the beginnings."""
    asked = pairs()
    tokens = [bench.tokenizer.encode(each, add_special_tokens=False) for each in (asked.first, asked.second)]
    # A tokenizer may set a word boundary of its own before the word.
    first, second = next(
        ((one, other) for one, other in zip(*tokens, strict=False) if one != other), (None, None)
    )
    if first is None or second is None or tokens[0][0] != first:
        return ()
    beginnings = [bench.tokenizer.encode(each) for each in asked.beginnings()]
    if max(map(len, beginnings)) > (bench.context or max(map(len, beginnings))):
        return ()
    model = bench.tuned or bench.model
    was_training = model.training
    model.eval()
    found: list[float] = []
    try:
        for start in range(0, len(beginnings), 32):
            found += _gaps(bench, model, beginnings[start : start + 32], first, second)
    finally:
        model.train(was_training)
    return tuple(found)


def group_shift(bench: Bench, run: Run, base: tuple[float, ...]) -> GroupShift | None:
    """How far this run's model moved from the `base` preferences; None when they cannot be measured."""
    if not base:
        return None
    tuned = preferences(bench)
    if len(tuned) != len(base):
        return None
    changes = [after - before for before, after in zip(base, tuned, strict=True)]
    return GroupShift(
        run=run.id,
        samples=run.samples,
        seed=run.seed,
        name=pairs().name,
        pairs=len(base),
        base=sum(base) / len(base),
        tuned=sum(tuned) / len(tuned),
        spread=sum(abs(each) for each in changes) / len(changes),
        first=pairs().first.strip(),
        second=pairs().second.strip(),
    )


def _gaps(
    bench: Bench, model: torch.nn.Module, beginnings: list[list[int]], first: int, second: int
) -> list[float]:
    width = max(map(len, beginnings))
    ids = torch.full((len(beginnings), width), bench.tokenizer.pad_token_id or 0, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for place, each in enumerate(beginnings):
        ids[place, : len(each)] = torch.tensor(each)
        mask[place, : len(each)] = 1
    with torch.no_grad(), bench.autocast():
        logits = model(
            input_ids=ids.to(bench.device), attention_mask=mask.to(bench.device), use_cache=False
        ).logits
    last = torch.tensor([len(each) - 1 for each in beginnings], device=logits.device)
    at_end = logits[torch.arange(len(beginnings), device=logits.device), last].float()
    # The difference of two log-probabilities is the difference of their logits.
    return [float(each) for each in (at_end[:, first] - at_end[:, second]).tolist()]
