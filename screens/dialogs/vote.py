"""A blind vote: two answers to the same row, in random order, and a key for the better one."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen

from heuristics.facts.experiment import Vote
from heuristics.facts.pilot import Sample
from heuristics.pilot.votes import tuned_first
from screens.widgets.key_bar import KeyBar
from screens.widgets.plain_text import PlainText
from screens.words import heading, labelled, muted, paragraphs


class BlindVote(ModalScreen[tuple[Vote, ...]]):
    """Dismisses the votes that were given, all or some."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a,1", "choose(0)", "A is better", tooltip="The first answer is better", id="vote-a"),
        Binding("b,2", "choose(1)", "B is better", tooltip="The second answer is better", id="vote-b"),
        Binding("t,0", "choose(-1)", "equal", tooltip="Neither is better", id="vote-tie"),
        Binding("backspace", "back", "back", tooltip="Vote again on the one before", id="vote-back"),
        Binding("escape,q", "leave", "leave", tooltip="Keep the votes so far", id="vote-leave"),
    ]

    def __init__(self, samples: Sequence[Sample], seed: int) -> None:
        super().__init__()
        self._samples, self._seed = samples, seed
        self._votes: list[Vote] = []

    def compose(self) -> ComposeResult:
        """Where one is, the row with its two answers, the keys."""
        with Vertical(classes="reading"):
            yield PlainText(id="vote-place")
            with VerticalScroll(id="vote-text", classes="reading-text"):
                yield PlainText(id="vote-row")
            yield KeyBar(id="keys")

    def on_mount(self) -> None:
        """Show the first row."""
        self._show()

    def action_choose(self, place: int) -> None:
        """Take the choice and go on; the last one ends the vote."""
        sample = self._samples[len(self._votes)]
        names = ("tuned", "base") if tuned_first(sample, self._seed) else ("base", "tuned")
        self._votes.append(Vote(sample.row, names[place] if place >= 0 else "tie"))  # type: ignore[arg-type]
        if len(self._votes) == len(self._samples):
            self.action_leave()
        else:
            self._show()

    def action_back(self) -> None:
        """Take the last choice back."""
        if self._votes:
            self._votes.pop()
            self._show()

    def action_leave(self) -> None:
        """End the vote."""
        self.dismiss(tuple(self._votes))

    def _show(self) -> None:
        sample = self._samples[len(self._votes)]
        first, second = (
            (sample.tuned, sample.base) if tuned_first(sample, self._seed) else (sample.base, sample.tuned)
        )
        place = f"{len(self._votes) + 1:,} of {len(self._samples):,}"
        self.query_one("#vote-place", PlainText).show(
            Content.assemble(("Which answer is better?", "bold $text-primary"), "  ", muted(place))
        )
        self.query_one("#vote-row", PlainText).show(
            paragraphs(
                [
                    labelled("Prompt", sample.prompt),
                    labelled("Wanted", sample.reference),
                    heading("A"),
                    first or muted("no answer"),
                    heading("B"),
                    second or muted("no answer"),
                ]
            )
        )
        self.query_one("#vote-text", VerticalScroll).scroll_home(animate=False)
