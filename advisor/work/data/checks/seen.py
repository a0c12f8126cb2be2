"""How a row is shown to a person."""

from advisor.private import masked
from advisor.text import one_line
from advisor.work.data.examples import Example

EXCERPT = 200


def asked(example: Example) -> str:
    """The last thing that was said before the answer."""
    prompt = example.prompt
    return prompt[-1].content if prompt else ""


def excerpt_of(example: Example) -> str:
    """A row in one line, private values masked before it is cut."""
    question = asked(example)
    text = f"{question[:400]} → {example.answer[:400]}" if question else example.answer[:800]
    return one_line(masked(text), EXCERPT)
