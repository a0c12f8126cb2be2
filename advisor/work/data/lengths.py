"""Lengths of rows in tokens, and what each sequence length would cut off."""

from typing import TYPE_CHECKING

from advisor import catalog
from advisor.work.data.limits import LengthLimits, data_limits
from advisor.work.data.packing import waste
from advisor.work.data.render import Template
from advisor.work.data.scan.state import RowStore
from advisor.work.data.scan.tokens import NOT_COUNTED
from heuristics.facts.data import Quantiles, TokenFacts, Truncation
from heuristics.facts.model import ModelFacts
from heuristics.planning.sequence import rounded_up

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Counts = NDArray[np.int64]


def token_facts_of(store: RowStore, model: ModelFacts, template: Template) -> TokenFacts | None:
    """The facts of the token counts that a pass over a file left in its store.

    Of a sample, counts are scaled by the characters of all rows over those of the counted ones, which is
    steadier than the ratio of row counts: within half a percent from a thousand rows on. None without rows.
    """
    import numpy as np

    answers = np.asarray(store.column("answer_tokens"), dtype=np.int64)
    prompts = np.asarray(store.column("prompt_tokens"), dtype=np.int64)
    characters = np.asarray(store.column("characters"), dtype=np.int64)
    counted = answers != NOT_COUNTED
    if not counted.any():
        return None
    scale = float(characters.sum()) / max(1, int(characters[counted].sum()))
    return token_facts(prompts[counted], answers[counted], model, template, scale, exact=bool(counted.all()))


def token_facts(
    prompts: "Counts", answers: "Counts", model: ModelFacts, template: Template, scale: float, *, exact: bool
) -> TokenFacts:
    """The facts of counted rows; counts of rows and tokens are multiplied by `scale`."""
    limits = data_limits().lengths
    totals = prompts + answers
    total = quantiles(totals)
    lengths = sorted(
        {*candidate_lengths(limits, total.largest, model.shape.context), *_rule_lengths(total, model)}
    )
    return TokenFacts(
        model=model.id,
        template=template,
        total=total,
        prompt=quantiles(prompts),
        answer=quantiles(answers),
        tokens=round(float(totals.sum()) * scale),
        answer_tokens=round(float(answers.sum()) * scale),
        histogram=histogram(totals, limits.histogram_bins, scale),
        truncation=tuple(truncation(prompts, answers, length, scale) for length in lengths),
        exact=exact,
        waste=waste(totals, next((each for each in lengths if each >= total.p99), lengths[-1])),
    )


def quantiles(counts: "Counts") -> Quantiles:
    """The distribution of counts, each quantile a count that occurs."""
    import numpy as np

    p5, p50, p95, p99 = np.percentile(counts, (5, 50, 95, 99), method="inverted_cdf").astype(int).tolist()
    return Quantiles(p5, p50, p95, p99, int(counts.max()), float(counts.mean()))


def candidate_lengths(limits: LengthLimits, longest: int, context: int | None) -> tuple[int, ...]:
    """Sequence lengths worth considering: up to the context, and up to the first that cuts nothing."""
    fitting = [each for each in limits.candidates if context is None or each <= context]
    if context is not None and context not in fitting:
        fitting.append(context)
    enough = next((index for index, each in enumerate(fitting) if each >= longest), len(fitting) - 1)
    return tuple(fitting[: enough + 1])


def _rule_lengths(total: Quantiles, model: ModelFacts) -> set[int]:
    """The lengths that the plan's rule may choose for these rows."""
    limits, context = catalog.limits().sequence, model.shape.context
    wished = (rounded_up(max(each, limits.least), limits) for each in (total.p99, total.largest))
    return {each if context is None else min(each, context) for each in wished}


def truncation(prompts: "Counts", answers: "Counts", length: int, scale: float) -> Truncation:
    """What is lost when rows are cut after `length` tokens."""
    kept = (length - prompts).clip(0, answers)
    lost = int((answers - kept).sum())
    return Truncation(
        sequence_length=length,
        rows_cut=round(int((prompts + answers > length).sum()) * scale),
        answer_tokens_lost=lost / max(1, int(answers.sum())),
        rows_without_answer=round(int((kept == 0).sum()) * scale),
    )


def histogram(totals: "Counts", bins: int, scale: float) -> tuple[tuple[int, int], ...]:
    """(Upper edge, rows) of equal steps from 0 to the longest row; edges are whole tokens."""
    import numpy as np

    width = max(1, -(-int(totals.max()) // bins))
    counts = np.bincount((totals - 1).clip(0) // width, minlength=1)
    return tuple(((index + 1) * width, round(int(count) * scale)) for index, count in enumerate(counts))
