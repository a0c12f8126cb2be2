"""The keys that work now, as one text: a widget per key would cost time at each key press."""

from itertools import groupby

from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen

from screens.widgets.plain_text import PlainText

_Shown = tuple[Binding, str]
_SPARED = ("whole",)
"""Left out where there is no room."""
_BARE = frozenset(
    {"next", "undo", "help", "quit", "replay-on", "replay-back", "replay-faster", "replay-slower"}
)
"""Keys whose words are left out where there is still no room: the line above names the next thing."""


class KeyBar(PlainText):
    """Follows the focus; keys that make no sense now are left out, and words where there is no room."""

    def on_mount(self) -> None:
        """Listen for other keys becoming active."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, screen: Screen[object]) -> None:
        if self.is_attached and screen is self.screen:
            bindings = [
                (each.binding, self.app.get_key_display(each.binding))
                for each in screen.active_bindings.values()
                if each.binding.show and each.enabled
            ]
            self.show(lambda width: _fitting(_ordered(bindings), width))


def _fitting(bindings: list[_Shown], width: int) -> Content:
    """The line as it is read best; in a narrow window keys of one group are drawn together, and what
    can be spared is left out, then words."""
    whole = _line(bindings)
    if whole.cell_length <= width:
        return whole
    short = _line(bindings, short=True)
    if short.cell_length <= width:
        return short
    needed = [each for each in bindings if each[0].id not in _SPARED]
    spared = _line(needed, short=True)
    return spared if spared.cell_length <= width else _line(needed, short=True, bare=_BARE)


def _ordered(bindings: list[_Shown]) -> list[_Shown]:
    """What helps with any row stands behind the keys of the step and before those that go elsewhere."""
    helping = [each for each in bindings if each[0].id in _SPARED]
    others = [each for each in bindings if each[0].id not in _SPARED]
    place = next((place for place, each in enumerate(others) if each[0].group is not None), len(others))
    return [*others[:place], *helping, *others[place:]]


def _line(bindings: list[_Shown], short: bool = False, bare: frozenset[str] = frozenset()) -> Content:
    first_of: dict[str, _Shown] = {}
    for each in bindings:
        first_of.setdefault(each[0].action, each)
    parts: list[Content] = []
    for group, members in groupby(first_of.values(), lambda each: each[0].group):
        if group is not None:
            names = [key for _, key in members]
            keys = f"{names[0]}-{names[-1]}" if short else "".join(names)
            parts.append(_key(keys, "" if bare else group.description))
        else:
            parts += [
                _key(key, "" if binding.id in bare else binding.description) for binding, key in members
            ]
    return Content("  ").join(parts)


def _key(key: str, what: str) -> Content:
    return Content.assemble((key, "bold $footer-key-foreground"), f" {what}" if what else "")
