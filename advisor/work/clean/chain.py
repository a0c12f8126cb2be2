"""The chosen edits as one: applied in order until the row comes to rest."""

from collections.abc import Callable, Sequence

from advisor.work.clean.edits.characters import remove_invisible, unify_line_ends
from advisor.work.clean.edits.encoding import repair_mojibake
from advisor.work.clean.edits.markup import decode_entities, strip_html
from advisor.work.clean.edits.masking import mask_private, mask_secrets
from advisor.work.clean.edits.spaces import trim
from advisor.work.clean.edits.spelling import unifier
from advisor.work.clean.fields import Edit, Value, mended
from heuristics.facts.cleaning import Cleaning
from heuristics.facts.data import FormatFacts

_ROUNDS = 12

EDITS: dict[str, Callable[[Cleaning], Edit]] = {
    "mojibake": lambda _: repair_mojibake,
    "control_characters": lambda _: remove_invisible,
    "line_ends": lambda _: unify_line_ends,
    "entities": lambda _: decode_entities,
    "html": lambda _: strip_html,
    "spaces": lambda _: trim,
    "labels": lambda cleaning: unifier(cleaning.spellings),
    "secrets": lambda _: mask_secrets,
    "private_data": lambda _: mask_private,
}
"""Name of a fix -> its edit for a user's cleaning."""


class Chain:
    """Several edits, so composed that editing an edited row changes nothing."""

    def __init__(self, names: Sequence[str], cleaning: Cleaning) -> None:
        self._edits = [(name, EDITS[name](cleaning)) for name in names if name in EDITS]

    def mend(self, value: Value, format_: FormatFacts) -> tuple[Value, tuple[str, ...]]:
        """The row with its texts at rest, and the names of the edits that changed it, in their order."""
        if not self._edits:
            return value, ()
        changed: set[str] = set()
        row = mended(value, format_, lambda text: self._at_rest(text, changed))
        return row, tuple(name for name, _ in self._edits if name in changed)

    def would_change(self, value: Value, format_: FormatFacts) -> tuple[str, ...]:
        """Names of the edits that would change the row, each of them alone."""
        found: set[str] = set()

        def ask(text: str) -> str:
            found.update(name for name, edit in self._edits if name not in found and edit(text) != text)
            return text

        mended(value, format_, ask)
        return tuple(name for name, _ in self._edits if name in found)

    def _at_rest(self, text: str, changed: set[str]) -> str:
        """The text after all edits, repeated until none changes it.

        A text that does not come to rest stays as it is: a half-mended one would change again next time.
        """
        now = text
        names: set[str] = set()
        for _ in range(_ROUNDS):
            before = now
            for name, edit in self._edits:
                new = edit(now)
                if new != now:
                    names.add(name)
                    now = new
            if now == before:
                if now != text:
                    changed |= names
                return now
        return text
