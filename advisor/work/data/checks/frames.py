"""Converted rows as the frames that checks on single rows look at."""

from collections.abc import Iterator, Sequence

from advisor.work.data.checks.batch import Batch
from advisor.work.data.examples import Example
from heuristics.facts.data import FormatFacts

_ROWS = 4096


def batches(examples: Sequence[Example], format_: FormatFacts) -> Iterator[Batch]:
    """The rows in frames of a few thousand, in the order of the file."""
    for start in range(0, len(examples), _ROWS):
        yield batch_of(examples[start : start + _ROWS], format_)


def batch_of(examples: Sequence[Example], format_: FormatFacts) -> Batch:
    """One frame of these rows; half surrogate pairs, which no other library accepts, are replaced."""
    import polars as pl

    said = [_parts(each) for each in examples]
    names = ("system", "prompt", "question", "answer", "text")
    columns = {
        name: pl.Series([_encodable(parts[place]) for parts in said], dtype=pl.String)
        for place, name in enumerate(names)
    }
    lines = pl.Series([each.line for each in examples], dtype=pl.UInt64)
    return Batch(pl.DataFrame({"line": lines, **columns}), format_)


def _parts(example: Example) -> tuple[str, str, str, str, str]:
    """System, prompt, question, answer and text of a row."""
    if example.text is not None:
        return "", "", "", example.text, example.text
    before = example.prompt
    system = "\n".join(each.content for each in before if each.role == "system")
    said = [each.content for each in before if each.role != "system"]
    prompt, answer = "\n".join(said), example.answer
    return system, prompt, said[-1] if said else "", answer, f"{prompt}\n{answer}"


def _encodable(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
