"""The rows that each phase works on, chosen once and the same for every model."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from advisor.errors import BadData
from advisor.text import one_line
from advisor.work.data.examples import Example
from advisor.work.data.render import with_prompt_of, with_shots
from advisor.work.pilot.rows import Encoder, Row
from advisor.work.pilot.settings import general_text, pilot_settings

_PASSAGE = 4000
"""Characters of a line of general text that are looked at."""


@dataclass(frozen=True, slots=True)
class Material:
    """Rows of every phase; places are indices into `test`."""

    samples: tuple[Row, ...]
    validation: tuple[Row, ...]
    test: tuple[Row, ...]
    swapped: Mapping[int, Row]
    """Test rows under another row's prompt."""
    few_shot: tuple[Row, ...]
    """Test rows with solved examples in front; empty when those do not fit."""
    generated: tuple[int, ...]
    """Places that are answered by generation."""
    general: tuple[Row, ...]
    validation_swapped: Mapping[int, Row]
    """Validation rows under another row's prompt, by their place."""
    validation_generated: tuple[int, ...]
    """Places among the validation rows that are answered after each run of the ladder."""
    cleaned: tuple[Row, ...] = ()
    """Training rows of the cleaned file."""
    cleaned_test: tuple[Row, ...] = ()
    """Test rows of the cleaned file that no run has seen in either form."""


def swapped_rows(encoder: Encoder, test: Sequence[Row], seed: int) -> dict[int, Row]:
    """Each test row's answer under the prompt of a row with another answer.

    A row is left out when no other answer exists, or when its answer is not the same tokens under the other
    prompt. `encoder` should leave room for prompts that are longer than the row's own.
    """
    chance = random.Random(seed)
    order = list(range(len(test)))
    chance.shuffle(order)
    pairs = {}
    for position, place in enumerate(order):
        turned = order[position + 1 :] + order[:position]
        partner = next((each for each in turned if _asks_otherwise(test[place], test[each])), None)
        if partner is not None:
            pairs[place] = with_prompt_of(test[place].example, test[partner].example)
    rows = encoder.rows(list(pairs.values()))
    return {
        place: same
        for place, row in zip(pairs, rows, strict=True)
        if (same := _same_answer(row, test[place])) is not None
    }


def few_shot_rows(encoder: Encoder, test: Sequence[Row], shots: Sequence[Example]) -> tuple[Row, ...]:
    """Test rows with `shots` in front; a row that does not fit stays without; too many of those: none."""
    rows = encoder.rows([with_shots(each.example, shots) for each in test])
    fits = [_same_answer(row, own) for row, own in zip(rows, test, strict=True)]
    if sum(each is not None for each in fits) < pilot_settings().few_shot.fit_share * len(test):
        return ()
    return tuple(row or own for row, own in zip(fits, test, strict=True))


def choose_shots(samples: Sequence[Row], count: int, seed: int) -> tuple[Example, ...]:
    """Solved examples from the shorter half of the training rows, their answers different where possible."""
    shorter = sorted((each for each in samples if each.prompt), key=lambda each: each.tokens)
    pool = shorter[: max(count, len(shorter) // 2)]
    random.Random(seed).shuffle(pool)
    different = {each.example.answer: each for each in reversed(pool)}
    chosen = list(different.values())[-count:]
    chosen += [each for each in pool if each not in chosen][: count - len(chosen)]
    return tuple(each.example for each in chosen)


def places_to_generate(test: Sequence[Row], count: int, shown: int) -> tuple[int, ...]:
    """The first places whose reference can be reached, and others where the `shown` samples are lacking."""
    reachable = [place for place, row in enumerate(test) if row.reachable]
    samples = min(count, shown)
    others = [place for place, row in enumerate(test) if not row.reachable]
    return tuple((reachable[:count] + others[: max(0, samples - len(reachable))])[:count])


def general_rows(encoder: Encoder, own: Path | None = None) -> tuple[Row, ...]:
    """General prose as raw text: the lines of the user's `own` file, or ours."""
    texts = general_text() if own is None else _passages(own)
    examples = [Example(line, (), text=text) for line, text in enumerate(texts, start=1)]
    rows = encoder.rows(examples)
    return tuple(each for each in rows if each is not None)


def _passages(path: Path) -> tuple[str, ...]:
    """The first few hundred lines of a text file; raises BadData when it has none to score."""
    most = pilot_settings().scoring.general_rows
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            lines = [line.strip()[:_PASSAGE] for line in islice(file, most * 4) if line.strip()]
    except OSError as error:
        raise BadData(
            f"The general text {one_line(str(path), 80)} cannot be read: {error.strerror}", "Check the path."
        ) from error
    if not lines:
        raise BadData(f"The general text {one_line(path.name, 60)} is empty", "Give one passage a line.")
    return tuple(lines[:most])


def _asks_otherwise(row: Row, other: Row) -> bool:
    return bool(row.prompt) and row.answer != other.answer and row.group != other.group


def _same_answer(row: Row | None, own: Row) -> Row | None:
    """`row` with the answer cut as in `own`; None when the answer's tokens differ."""
    if row is None or row.answer[: len(own.answer)] != own.answer:
        return None
    return Row(row.example, row.prompt, own.answer, own.cut)
