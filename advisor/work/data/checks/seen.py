"""What every check looks at, and how it says what it counted."""

from collections.abc import Sequence
from dataclasses import dataclass

from advisor.text import one_line
from advisor.private import masked
from advisor.work.data.examples import Example
from advisor.work.data.load import Loaded
from heuristics.facts.data import CheckResult

SHOWN = 20
EXCERPT = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """The rows of the file and, when the user has one, of the file to be tested on."""

    loaded: Loaded
    held: Loaded | None = None

    @property
    def examples(self) -> tuple[Example, ...]:
        return self.loaded.examples


def spoken(example: Example) -> str:
    """The row's own words: everything but the system turn, which rows share."""
    if example.text is not None:
        return example.text
    return "\n".join(each.content for each in example.messages if each.role != "system")


def asked(example: Example) -> str:
    """The last thing that was said before the answer."""
    prompt = example.prompt
    return prompt[-1].content if prompt else ""


def excerpt_of(example: Example) -> str:
    """A row in one line, private values masked before it is cut."""
    question = asked(example)
    text = f"{question[:400]} → {example.answer[:400]}" if question else example.answer[:800]
    return one_line(masked(text), EXCERPT)


def counted(
    check: str, concerned: Sequence[Example], total: int, detail: str = "", shown: Sequence[str] | None = None
) -> CheckResult:
    """The result for a list of rows; `shown` replaces their excerpts."""
    excerpts = [excerpt_of(each) for each in concerned[:SHOWN]] if shown is None else shown[:SHOWN]
    return CheckResult(
        check=check,
        count=len(concerned),
        total=total,
        rows=tuple(each.line for each in concerned[:SHOWN]),
        examples=tuple(excerpts),
        detail=one_line(detail, 300),
    )
