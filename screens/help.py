"""Help on a step: what it is for, its keys, and the words of the field."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalGroup, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from screens.widgets.plain_text import PlainText
from screens.words import heading, labelled, lines, muted, paragraphs

_GLOSSARY = (
    ("learning rate", "size of each update of the weights"),
    ("micro-batch", "rows that are in memory at once"),
    ("accumulation", "micro-batches before one optimizer step"),
    ("effective batch", "rows per optimizer step: micro-batch times accumulation"),
    ("epoch", "one pass over the training rows"),
    ("LoRA", "trains a small adapter beside frozen weights; rank is its width"),
    ("QLoRA", "the same with the frozen weights in 4 bits"),
    ("checkpointing", "computes activations twice to keep fewer in memory"),
    ("held-out loss", "loss on rows that were not trained on, in nats per answer token"),
    ("perplexity", "exponential of the loss: how many tokens the model wavers between"),
    ("format gain", "improvement from learning the form and frequencies of answers"),
    ("task gain", "improvement that depends on the row's own input"),
    ("basis", "where a number comes from: assumed, formula, published, simulated or measured"),
    ("BLOCK", "training would fail, learn nothing, or leak secrets"),
    ("RISK", "the result may be worse or invalid"),
    ("UNKNOWN", "a fact is missing; the finding says which"),
)


class Help(ModalScreen[None]):
    """Text that scrolls; escape leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape,question_mark,q", "dismiss(None)", "leave", tooltip="Back to the step", id="help-leave"
        ),
    ]

    def __init__(self, title: str, about: str, keys: list[tuple[str, str]]) -> None:
        super().__init__()
        self._title, self._about, self._keys = title, about, keys

    def compose(self) -> ComposeResult:
        """Purpose, keys, glossary."""
        width = max((len(key) for key, _ in self._keys), default=0)
        keys = lines(
            Content.assemble((key.ljust(width), "bold $text-accent"), f"  {what}") for key, what in self._keys
        )
        words = lines(labelled(word, meaning) for word, meaning in _GLOSSARY)
        with VerticalGroup(classes="dialogue tall"):
            with VerticalScroll():
                yield PlainText(
                    paragraphs(
                        [heading(self._title), self._about, heading("Keys"), keys, heading("Words"), words]
                    )
                )
            yield PlainText(muted("escape leaves   arrows scroll"))
