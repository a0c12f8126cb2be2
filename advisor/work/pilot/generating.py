"""Greedy answers in padded batches, and whether they equal the reference."""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import torch
from transformers import GenerationConfig, PreTrainedTokenizerBase

from advisor import catalog
from advisor.work.pilot.rows import Row
from advisor.work.pilot.settings import pilot_settings


@dataclass(frozen=True, slots=True)
class Generator:
    """Answers prompts with one model, always taking the most likely token."""

    model: torch.nn.Module
    tokenizer: PreTrainedTokenizerBase
    stops: tuple[int, ...]
    """Tokens that end an answer."""
    autocast: Callable[[], AbstractContextManager[object]]

    def answers(
        self,
        prompts: Sequence[Sequence[int]],
        most_tokens: int,
        tick: Callable[[int], None] | None = None,
        stop_early: bool = True,
    ) -> list[str]:
        """The text that follows each prompt, in order; `tick` hears how many rows are done."""
        found = self.continuations(prompts, most_tokens, tick, stop_early)
        return [decoded(self.tokenizer, each) for each in found]

    def continuations(
        self,
        prompts: Sequence[Sequence[int]],
        most_tokens: int,
        tick: Callable[[int], None] | None = None,
        stop_early: bool = True,
    ) -> list[list[int]]:
        """The token ids that follow each prompt, in order, up to the end of the answer."""
        was_training = self.model.training
        self.model.eval()
        found: list[list[int]] = [[] for _ in prompts]
        order = sorted(range(len(prompts)), key=lambda index: (-len(prompts[index]), index))
        size = catalog.limits().time.generate_batch
        done = 0
        try:
            for start in range(0, len(order), size):
                batch = order[start : start + size]
                answers = self._batch([prompts[index] for index in batch], most_tokens, stop_early)
                for index, ids in zip(batch, answers, strict=True):
                    found[index] = ids
                done += len(batch)
                if tick:
                    tick(done)
        finally:
            self.model.train(was_training)
        return found

    def _batch(self, prompts: Sequence[Sequence[int]], most_tokens: int, stop_early: bool) -> list[list[int]]:
        device = next(self.model.parameters()).device
        width = max(len(each) for each in prompts)
        pad = self.tokenizer.pad_token_id
        ids = torch.full((len(prompts), width), pad, dtype=torch.long)
        mask = torch.zeros_like(ids)
        for index, prompt in enumerate(prompts):
            ids[index, width - len(prompt) :] = torch.tensor(prompt)
            mask[index, width - len(prompt) :] = 1
        # A config of its own: the model's may ask for sampling, penalties or minimum lengths.
        config = GenerationConfig(
            do_sample=False,
            num_beams=1,
            max_new_tokens=most_tokens,
            pad_token_id=pad,
            eos_token_id=list(self.stops) if stop_early and self.stops else None,
            use_cache=True,
        )
        with torch.no_grad(), self.autocast():
            output = self.model.generate(  # type: ignore[operator]
                input_ids=ids.to(device), attention_mask=mask.to(device), generation_config=config
            )
        return [self._ended(each.tolist()) for each in output[:, width:]]

    def _ended(self, ids: list[int]) -> list[int]:
        end = next((index for index, each in enumerate(ids) if each in self.stops), len(ids))
        return ids[:end]


def decoded(tokenizer: PreTrainedTokenizerBase, ids: Sequence[int]) -> str:
    """Token ids as text without special tokens and outer white space."""
    return str(tokenizer.decode(list(ids), skip_special_tokens=True)).strip()


def same_answer(one: str, other: str) -> bool:
    """Equality after trimming and with runs of white space collapsed."""
    return one.split() == other.split()


def word_overlap(answer: str, reference: str) -> float:
    """F1 of the words of an answer against those of the reference, each counted as often as it occurs
    (as for SQuAD, Rajpurkar et al. 2016, without its removal of articles and punctuation)."""
    said, wanted = Counter(answer.casefold().split()), Counter(reference.casefold().split())
    shared = (said & wanted).total()
    if not said or not wanted:
        return float(said == wanted)
    return 2 * shared / (said.total() + wanted.total())


def stop_tokens(
    tokenizer: PreTrainedTokenizerBase, model: torch.nn.Module, rows: Sequence[Row]
) -> tuple[int, ...]:
    """Tokens that end an answer: those that the tokenizer and the model declare, and the special token that
    most reference answers end on, such as a template's end of turn."""
    stops = {tokenizer.eos_token_id}
    declared = getattr(getattr(model, "generation_config", None), "eos_token_id", None)
    stops.update(declared if isinstance(declared, list) else [declared])
    special = {number for number, token in tokenizer.added_tokens_decoder.items() if token.special}
    ends = Counter(
        next((each for each in reversed(row.answer[-3:]) if each in special), None)
        for row in rows
        if not row.cut
    )
    if ends:
        stops.add(ends.most_common(1)[0][0])
    return tuple(sorted(each for each in stops if isinstance(each, int)))


def tokens_needed(rows: Sequence[Row], context: int | None) -> int:
    """New tokens that let every reference answer end, within the settings and the context."""
    most = min(max(len(each.answer) for each in rows) + 1, pilot_settings().generating.most_tokens)
    if context is not None:
        most = min(most, context - max(len(each.prompt) for each in rows))
    return max(1, most)
