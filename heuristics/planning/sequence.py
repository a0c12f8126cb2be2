"""How long a training sequence may be, and what that cuts off."""

import math
from dataclasses import dataclass

from heuristics.basis import Basis
from heuristics.facts.data import DataFacts, TokenFacts, Truncation
from heuristics.facts.model import ModelShape
from heuristics.thresholds.settings import SequenceLimits


@dataclass(frozen=True, slots=True)
class SequenceLength:
    """A sequence length in tokens, and why."""

    value: int
    reason: str
    basis: Basis


def choose_length(data: DataFacts | None, shape: ModelShape, limits: SequenceLimits) -> SequenceLength:
    """The longest row when that is short or hardly longer than the others, else the 99th percentile, rounded
    up to what hardware likes, within the model's context."""
    tokens = data.tokens if data is not None else None
    if tokens is None:
        length = _within(limits.assumed, shape)
        return SequenceLength(length, "Assumed until the tokens of the data are counted.", Basis.ASSUMED)
    whole = tokens.total.largest <= max(limits.whole, tokens.total.p99 * limits.stretch)
    target = max(tokens.total.largest if whole else tokens.total.p99, limits.least)
    length = _within(rounded_up(target, limits), shape)
    covers = "The longest row" if whole else "99 of 100 rows"
    reason = f"{covers} fit; {loss_in_words(tokens, length)}."
    if shape.context is not None and target > shape.context:
        reason = f"The model's context ends at {shape.context:,}; {loss_in_words(tokens, length)}."
    return SequenceLength(length, reason, Basis.MEASURED if tokens.exact else Basis.FORMULA)


def rounded_up(tokens: int, limits: SequenceLimits) -> int:
    """The next length that hardware likes."""
    step = limits.fine_step if tokens <= limits.fine_below else limits.coarse_step
    return math.ceil(tokens / step) * step


def truncation_at(tokens: TokenFacts, length: int) -> Truncation | None:
    """What `length` cuts off, at most: the counted candidate that is nearest from below; None when even the
    shortest candidate is longer."""
    if length >= tokens.total.largest:
        return Truncation(length, 0, 0.0, 0)
    shorter = [each for each in tokens.truncation if each.sequence_length <= length]
    return max(shorter, key=lambda each: each.sequence_length, default=None)


def loss_in_words(tokens: TokenFacts, length: int) -> str:
    """What is cut off at `length`, as half a sentence."""
    cut = truncation_at(tokens, length)
    if cut is None:
        return f"what is cut off at {length:,} was not counted"
    if cut.rows_cut == 0:
        return "nothing is cut off"
    bound = "" if cut.sequence_length == length else "at most "
    return f"{bound}{cut.answer_tokens_lost:.1%} of answer tokens are cut off, in {cut.rows_cut:,} rows"


def mean_tokens(data: DataFacts | None, length: int, limits: SequenceLimits) -> float:
    """Tokens of the average row after truncation, at least 1."""
    if data is None or data.tokens is None:
        return max(1.0, length * limits.assumed_fill)
    return max(1.0, min(data.tokens.total.mean, float(length)))


def _within(length: int, shape: ModelShape) -> int:
    return max(1, min(length, shape.context)) if shape.context else max(1, length)
