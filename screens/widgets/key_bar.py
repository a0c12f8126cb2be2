"""The keys that work now, as one text: a widget per key would cost time at each key press."""

from itertools import groupby

from textual.binding import Binding
from textual.content import Content
from textual.screen import Screen

from screens.widgets.plain_text import PlainText

_Shown = tuple[Binding, str]


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
            self.show(lambda width: _fitting(bindings, width))


def _fitting(bindings: list[_Shown], width: int) -> Content:
    """The line as it is read best; in a narrow window keys of one group are drawn together."""
    whole = _line(bindings)
    return whole if whole.cell_length <= width else _line(bindings, short=True)


def _line(bindings: list[_Shown], short: bool = False) -> Content:
    first_of: dict[str, _Shown] = {}
    for each in bindings:
        first_of.setdefault(each[0].action, each)
    parts: list[Content] = []
    for group, members in groupby(first_of.values(), lambda each: each[0].group):
        if group is not None:
            names = [key for _, key in members]
            keys = f"{names[0]}-{names[-1]}" if short else "".join(names)
            parts.append(_key(keys, group.description))
        else:
            parts += [_key(key, binding.description) for binding, key in members]
    return Content("  ").join(parts)


def _key(key: str, what: str) -> Content:
    return Content.assemble((key, "bold $footer-key-foreground"), f" {what}")
