"""Looks at the rows of the batch when an alarm rings, so that rows and learning rate are told apart."""

import math
from collections.abc import Sequence

from advisor import catalog
from advisor.work.data.examples import Example
from advisor.work.pilot.bench import Bench
from advisor.work.pilot.rows import Row, kept
from advisor.work.pilot.scoring import mean_loss
from advisor.work.pilot.trainer import PilotTrainer
from heuristics.facts.experiment import Alarm
from heuristics.watch.cause import BatchEvidence, explained

_ABOUT_THE_BATCH = ("loss_spike", "perplexity_spike", "divergence", "nan")


def with_cause(
    bench: Bench,
    alarm: Alarm,
    trainer: PilotTrainer,
    examples: Sequence[Example],
    heldout: Sequence[Row],
    best: float,
) -> Alarm:
    """The alarm with the rows of its batch, which are among `examples`, and what they point to.

    `best` is the lowest loss that the run has had on the `heldout` rows.
    """
    if alarm.kind not in _ABOUT_THE_BATCH:
        return alarm
    rows = _batch_rows(bench, trainer, examples)
    if not rows:
        return alarm
    scorer = bench.scorer()
    losses = scorer.losses(rows)
    reference = mean_loss(scorer.losses(heldout))
    hard = [math.inf if math.isnan(each.per_token) else each.per_token for each in losses]
    evidence = BatchEvidence(
        rows=[(row.example.line, loss) for row, loss in zip(rows, hard, strict=True)],
        reference=math.inf if math.isnan(reference) else reference,
        reference_before=best,
    )
    return explained(alarm, evidence, catalog.limits().watch)


def _batch_rows(bench: Bench, trainer: PilotTrainer, examples: Sequence[Example]) -> list[Row]:
    """The rows whose token ids were in the last step's batch; packed rows are not recognised."""
    pad = bench.tokenizer.pad_token_id
    batch = [_without_padding(ids, pad) for each in trainer.batch for ids in each.tolist()]
    known = {
        _without_padding(row.prompt + row.answer, pad): row for row in kept(bench.encoder.rows(examples))
    }
    return [known[ids] for ids in batch if ids in known]


def _without_padding(ids: Sequence[int], pad: int | None) -> tuple[int, ...]:
    end = len(ids)
    while end and ids[end - 1] == pad:
        end -= 1
    return tuple(ids[:end])
