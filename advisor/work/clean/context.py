"""Rows that are longer than the model reads at once."""

from collections.abc import Iterator
from contextlib import suppress

from jinja2 import TemplateError

from advisor.errors import BadData
from advisor.specs import CleanTask
from advisor.work.data.examples import Example
from advisor.work.data.render import Template
from advisor.work.tokenizer import encode_examples, load_tokenizer

_BATCH = 256


class ContextRule:
    """Counts tokens of rows in batches and remembers the places of those that are too long."""

    def __init__(self, task: CleanTask) -> None:
        model = task.model
        if model is None or (model.path is None and model.where == "catalogue"):
            raise BadData(
                "No tokenizer counts the rows", "Name a model that is on this machine: --model FOLDER_OR_ID."
            )
        limit = task.cleaning.context or model.shape.context
        if limit is None:
            raise BadData("The model does not say how long its context is", "Set context in the plan.")
        self.limit = limit
        self._model = model
        self._tokenizer = load_tokenizer(model)
        self._waiting: list[tuple[int, Example]] = []
        self._found: list[int] = []

    def add(self, place: int, example: Example) -> None:
        """Take one more row."""
        self._waiting.append((place, example))
        if len(self._waiting) >= _BATCH:
            self._count()

    def too_long(self) -> Iterator[int]:
        """Places of the rows whose prompt and answer together are over the limit."""
        self._count()
        yield from self._found

    def _count(self) -> None:
        if not self._waiting:
            return
        try:
            self._count_all(self._waiting)
        except TemplateError:
            for each in self._waiting:
                with suppress(TemplateError):
                    self._count_all([each])
        self._waiting.clear()

    def _count_all(self, rows: list[tuple[int, Example]]) -> None:
        """A row that the template refuses has no length; the check of turns reports it."""
        examples = [example for _, example in rows]
        pairs = encode_examples(self._tokenizer, examples, self._template(examples))
        for (place, _), (prompt, answer) in zip(rows, pairs, strict=True):
            if len(prompt) + len(answer) > self.limit:
                self._found.append(place)

    def _template(self, examples: list[Example]) -> Template:
        if examples[0].text is not None:
            return "none"
        return "chat" if getattr(self._tokenizer, "chat_template", None) else "plain"
