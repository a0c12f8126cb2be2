"""Looks for training rows that the tuned model repeats word for word."""

import random
from collections.abc import Sequence

from advisor import catalog
from advisor.events import MemorisedFound
from advisor.work.pilot.bench import Bench
from advisor.work.pilot.material import Material
from advisor.work.pilot.rows import Row
from heuristics.facts.experiment import Memorised


def long_rows(rows: Sequence[Row], seed: int) -> tuple[Row, ...]:
    """Rows whose continuation is long enough to be called memorised, a random few of them."""
    limits = catalog.limits().schedule
    found = [each for each in rows if len(continuation(each)) >= limits.repeated_least]
    random.Random(seed).shuffle(found)
    return tuple(found[: limits.repeated_rows])


def continuation(row: Row) -> tuple[int, ...]:
    """What follows the part of a row that is shown: the answer, or the second half of raw text."""
    return row.answer if row.prompt else row.answer[len(row.question) :]


def repeated(bench: Bench, rows: Sequence[Row], text: str) -> tuple[int, ...]:
    """For each row the longest run of its own tokens in the bench's model's greedy continuation."""
    if not rows:
        return ()
    most = catalog.limits().schedule.repeated_most
    context = bench.context or most + max(len(each.question) for each in rows)
    most = max(1, min(most, context - max(len(each.question) for each in rows)))
    part = bench.progress.part(text, bench.seconds_to_generate(len(rows), most), len(rows))
    found = bench.generator().continuations([each.question for each in rows], most, part)
    return tuple(longest_shared_run(ids, continuation(row)) for ids, row in zip(found, rows, strict=True))


def look_for_memorised(bench: Bench, material: Material, by_base: Sequence[int]) -> Memorised:
    """Continue training and held-out rows with the tuned model; `by_base` are the base model's repetitions of
    the same training rows."""
    least = catalog.limits().schedule.repeated_least
    rows = long_rows(material.samples, bench.recipe.seed)
    heldout = long_rows(material.validation, bench.recipe.seed)
    runs = repeated(bench, rows, "looking for rows learnt by heart")
    elsewhere = repeated(bench, heldout, "the same on held-out rows")
    found = Memorised(
        rows=len(rows),
        reproduced=sum(each >= least for each in runs),
        by_base=sum(each >= least for each in by_base),
        heldout_rows=len(heldout),
        heldout_reproduced=sum(each >= least for each in elsewhere),
        longest=max(runs, default=0),
        least_tokens=least,
        lines=tuple(row.example.line for row, run in zip(rows, runs, strict=True) if run >= least)[:20],
    )
    bench.emitter.emit(MemorisedFound(memorised=found))
    return found


def longest_shared_run(one: Sequence[int], other: Sequence[int]) -> int:
    """Length of the longest run of tokens that both hold, word for word."""
    best = 0
    before = [0] * (len(other) + 1)
    for token in one:
        now = [0] * (len(other) + 1)
        for place, candidate in enumerate(other):
            if token == candidate:
                now[place + 1] = before[place] + 1
                best = max(best, now[place + 1])
        before = now
    return best
