"""Pictures made of text: histograms, stacked bars and intervals that read without colour."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.content import Content

from advisor import numbers
from screens.words import lines

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LETTERS = "█▓▒░#=+-"
"""One fill per part of a stacked bar, so that parts differ without colour."""
_STYLES = (
    "$text-primary",
    "$text-secondary",
    "$text-accent",
    "$text-warning",
    "$text-success",
    "$text-error",
)


def bar(share: float, width: int) -> str:
    """A bar that fills `share` of `width` cells, in steps of an eighth, padded to the width."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    full, rest = divmod(eighths, 8)
    return ("█" * full + (_EIGHTHS[rest] if rest else "")).ljust(width)


def histogram(pairs: Sequence[tuple[str, int]], width: int) -> Content:
    """One line per bin: label, bar, count."""
    if not pairs:
        return Content()
    label_width = max(cell_len(label) for label, _ in pairs)
    count_width = max(len(numbers.count(value)) for _, value in pairs)
    room = max(8, min(60, width - label_width - count_width - 3))
    most = max(value for _, value in pairs) or 1
    return lines(
        Content.assemble(
            f"{' ' * (label_width - cell_len(label))}{label} ",
            (bar(value / most, room), "$text-primary"),
            f" {numbers.count(value):>{count_width}}",
        )
        for label, value in pairs
    )


def cost_bars(pairs: Sequence[tuple[str, float]], width: int) -> Content:
    """One line per place: name, bar, US dollars."""
    most = max((value for _, value in pairs), default=0.0) or 1.0
    shown = [numbers.quantity(value, "USD") for _, value in pairs]
    costs = max(map(cell_len, shown), default=0)
    longest = max((cell_len(name) for name, _ in pairs), default=0)
    names = min(longest, max(8, min(width // 2, width - costs - 6)))
    room = max(4, min(40, width - names - costs - 2))
    return lines(
        Content.assemble(f"{name[:names]:<{names}} ", (bar(value / most, room), "$text-primary"), f" {words}")
        for (name, value), words in zip(pairs, shown, strict=True)
    )


def thinned(pairs: Sequence[tuple[int, int]], bins: int) -> list[tuple[int, int]]:
    """(upper edge, count) bins merged pairwise until at most `bins` are left; counts add up to the same."""
    merged = list(pairs)
    while len(merged) > bins:
        merged = [
            (group[-1][0], sum(value for _, value in group))
            for group in (merged[start : start + 2] for start in range(0, len(merged), 2))
        ]
    return merged


def stacked(parts: Sequence[tuple[str, float]], available: float, width: int) -> Content:
    """Parts of one amount as a bar against what is available, with a legend that says the same in words."""
    total = sum(value for _, value in parts)
    scale = max(total, available) or 1.0
    room = max(10, min(72, width - 2))
    cells = _cells([value / scale * room for _, value in parts])
    limit = min(room, round(available / scale * room))
    fill = "".join(_LETTERS[place % len(_LETTERS)] * amount for place, amount in enumerate(cells))
    line = fill.ljust(room)
    picture: list[Content | str] = [
        Content.assemble("[", *_coloured(line, cells), "]"),
        f"{' ' * limit}{'^'} the device gives {numbers.size(available)}"
        if limit < room - 30
        else f"{f'the device gives {numbers.size(available)} ^':>{limit + 1}}",
    ]
    name_width = max((len(name) for name, _ in parts), default=0)
    for place, (name, value) in enumerate(parts):
        mark = (_LETTERS[place % len(_LETTERS)] * 2, _STYLES[place % len(_STYLES)])
        amount = f"{numbers.size(value):>10}"
        picture.append(
            Content.assemble(mark, f" {name:<{name_width}} {amount}  {numbers.share(value / scale)}")
        )
    return lines(picture)


def gauge(parts: Sequence[tuple[str, float]], available: float, width: int) -> Content:
    """Parts of one amount on one line, and the line where the device ends: [██▓▓░    |]."""
    total = sum(value for _, value in parts)
    room = max(10, width - 2)
    scale = max(total, available) or 1.0
    ends = [
        round(sum(value for _, value in parts[: place + 1]) / scale * room) for place in range(len(parts))
    ]
    if total > 0:
        # What is there at all is seen.
        ends = [*ends[:-1], max(1, ends[-1])]
    cells = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    fill = "".join(_LETTERS[place % len(_LETTERS)] * amount for place, amount in enumerate(cells))
    limit = max(0, min(room - 1, round(available / scale * room) - 1))
    if limit >= len(fill) or total > available:
        fill = f"{fill.ljust(room)[:limit]}|{fill.ljust(room)[limit + 1 :]}"
    return Content.assemble("[", *_coloured(fill.ljust(room), cells), "]")


def interval(low: float, value: float, high: float, floor: float, ceiling: float, width: int) -> str:
    """An interval on a line from floor to ceiling: ···├──●──┤···; a bar marks zero when it is inside."""
    room = max(10, width)
    span = (ceiling - floor) or 1.0

    def place(number: float) -> int:
        return max(0, min(room - 1, round((number - floor) / span * (room - 1))))

    line = ["·"] * room
    for cell in range(place(low), place(high) + 1):
        line[cell] = "─"
    if floor < 0 < ceiling:
        line[place(0.0)] = "│"
    line[place(low)], line[place(high)] = "├", "┤"
    line[place(value)] = "●"
    return "".join(line)


def _cells(exact: Sequence[float]) -> list[int]:
    """Whole cells for each part; a part that is there at all gets at least one."""
    return [max(1, round(value)) if value > 0 else 0 for value in exact]


def _coloured(line: str, cells: Sequence[int]) -> list[str | tuple[str, str]]:
    pieces: list[str | tuple[str, str]] = []
    start = 0
    for place, amount in enumerate(cells):
        pieces.append((line[start : start + amount], _STYLES[place % len(_STYLES)]))
        start += amount
    return [*pieces, line[start:]]
