"""Teacher-forced loss on answer tokens, row by row, for any number of rows in little memory."""

import inspect
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import torch

from advisor.work.pilot.rows import Row
from advisor.work.pilot.settings import pilot_settings
from heuristics.facts.pilot import Score


@dataclass(frozen=True, slots=True)
class RowLoss:
    """What one row's answer cost a model."""

    nll: float
    """Summed over the answer's tokens, nats."""
    tokens: int
    correct: int
    """Answer tokens that were the most likely prediction."""

    @property
    def per_token(self) -> float:
        """Mean negative log-likelihood per answer token, nats."""
        return self.nll / self.tokens


@dataclass(frozen=True, slots=True)
class Scorer:
    """Scores rows with one model in one number format."""

    model: torch.nn.Module
    pad: int
    autocast: Callable[[], AbstractContextManager[object]]

    def losses(self, rows: Sequence[Row], tick: Callable[[int], None] | None = None) -> list[RowLoss]:
        """One RowLoss for each row, in order; `tick` hears how many tokens are done."""
        was_training = self.model.training
        self.model.eval()
        found: list[RowLoss | None] = [None] * len(rows)
        done = 0
        try:
            with torch.no_grad():
                for batch in batches([each.tokens for each in rows]):
                    chosen = [rows[index] for index in batch]
                    with self.autocast():
                        losses = self._batch(chosen)
                    for index, loss in zip(batch, losses, strict=True):
                        found[index] = loss
                    done += sum(each.tokens for each in chosen)
                    if tick:
                        tick(done)
        finally:
            self.model.train(was_training)
        return [each for each in found if each is not None]

    def _batch(self, rows: Sequence[Row]) -> list[RowLoss]:
        device = next(self.model.parameters()).device
        width = max(each.tokens for each in rows)
        ids = torch.full((len(rows), width), self.pad, dtype=torch.long)
        mask = torch.zeros((len(rows), width), dtype=torch.long)
        for index, row in enumerate(rows):
            ids[index, : row.tokens] = torch.tensor(row.prompt + row.answer)
            mask[index, : row.tokens] = 1
        first = max(0, min(len(each.prompt) for each in rows) - 1)
        logits = self._logits(ids.to(device), mask.to(device), first)
        return [_row_loss(logits[index], row, first) for index, row in enumerate(rows)]

    def _logits(self, ids: torch.Tensor, mask: torch.Tensor, first: int) -> torch.Tensor:
        """Predictions from position `first` on; shape rows x positions x vocabulary."""
        if _knows_positions(self.model):
            wanted = torch.arange(first, ids.shape[1], device=ids.device)
            output = self.model(input_ids=ids, attention_mask=mask, use_cache=False, logits_to_keep=wanted)
            return output.logits  # type: ignore[no-any-return]
        output = self.model(input_ids=ids, attention_mask=mask, use_cache=False)
        return output.logits[:, first:]  # type: ignore[no-any-return]


def batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Indices of rows of similar length, longest first, within the limits of tokens and rows."""
    limits = pilot_settings().scoring
    order = sorted(range(len(lengths)), key=lambda index: (-lengths[index], index))
    batch: list[int] = []
    for index in order:
        if batch and (
            len(batch) == limits.batch_rows or lengths[batch[0]] * (len(batch) + 1) > limits.batch_tokens
        ):
            yield batch
            batch = []
        batch.append(index)
    if batch:
        yield batch


def score_of(
    name: str,
    split: str,
    losses: Sequence[RowLoss],
    matches: Sequence[bool] = (),
    overlaps: Sequence[float] = (),
) -> Score:
    """The score that rows' losses, and exact matches of some of them, add up to."""
    tokens = sum(each.tokens for each in losses)
    loss = sum(each.nll for each in losses) / tokens
    return Score(
        name=name,
        split=split,  # type: ignore[arg-type]
        items=len(losses),
        answer_tokens=tokens,
        loss=loss,
        perplexity=perplexity(loss),
        token_accuracy=sum(each.correct for each in losses) / tokens,
        exact_match=sum(matches) / len(matches) if matches else None,
        token_f1=sum(overlaps) / len(overlaps) if overlaps else None,
        generated=len(matches),
    )


def mean_loss(losses: Sequence[RowLoss]) -> float:
    """Mean negative log-likelihood per answer token of all rows together, nats."""
    return sum(each.nll for each in losses) / sum(each.tokens for each in losses)


def perplexity(loss: float) -> float:
    """exp(loss), infinite where that leaves the range of numbers."""
    return math.exp(loss) if loss < 700 else math.inf


def _row_loss(logits: torch.Tensor, row: Row, first: int) -> RowLoss:
    """`logits` begin at position `first`; the one before a token predicts it."""
    answer = row.answer if row.prompt else row.answer[1:]
    start = max(len(row.prompt), 1) - 1 - first
    predicted = logits[start : start + len(answer)].float()
    target = torch.tensor(answer, device=predicted.device)
    chosen = torch.log_softmax(predicted, dim=-1).gather(1, target[:, None])
    correct = predicted.argmax(dim=-1).eq(target)
    return RowLoss(-float(chosen.double().sum()), len(answer), int(correct.sum()))


def _knows_positions(model: torch.nn.Module) -> bool:
    """True when the model can be asked for the predictions of some positions only."""
    unwrapped = getattr(model, "get_base_model", None)
    base = model if unwrapped is None else unwrapped()
    return "logits_to_keep" in inspect.signature(base.forward).parameters
