"""Pictures as inline SVG in the colours of the page; every number in them also stands in the text."""

import math
from collections.abc import Iterable, Sequence
from html import escape

from advisor import numbers
from advisor.document.blocks import Plot
from advisor.text import plain

_WIDTH, _HEIGHT = 640, 260
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 34, 24, 50
_TICKS = 4


def plot(picture: Plot) -> str:
    """A line plot with its axes named, and a legend in words."""
    shown = [
        (x, y) for each in picture.series for x, y in each.points if math.isfinite(x) and math.isfinite(y)
    ]
    if not shown:
        return ""
    xs = [x for x, _ in shown] + [x for x, *_ in picture.band]
    ys = [y for _, y in shown] + [edge for _, *edges in picture.band for edge in edges]
    frame = _Frame(min(xs), max(xs), min(ys), max(ys), picture.logarithmic)
    body = [*_axes(picture, frame)]
    if picture.band:
        upper = [frame.at(x, high) for x, _, high in picture.band]
        lower = [frame.at(x, low) for x, low, _ in reversed(picture.band)]
        body.append(f'<polygon class="band" points="{_points([*upper, *lower])}"/>')
    for place, each in enumerate(picture.series):
        points = [frame.at(x, y) for x, y in each.points if math.isfinite(x) and math.isfinite(y)]
        if each.dotted or len(points) == 1:
            body += [f'<circle class="dot s{place % 4}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>' for x, y in points]
        else:
            body.append(f'<polyline class="line s{place % 4}" points="{_points(points)}"/>')
    legend = " ".join(
        f'<span class="key s{place % 4}">{escape(each.name)}</span>'
        for place, each in enumerate(picture.series)
    )
    return _figure(picture, body, legend if len(picture.series) > 1 else "")


class _Frame:
    """From values to places in the picture."""

    def __init__(self, left: float, right: float, low: float, high: float, logarithmic: bool) -> None:
        self._logarithmic = logarithmic and left > 0
        self.left, self.right = left, right if right > left else left + 1
        room = (high - low) * 0.05 or abs(high) * 0.05 or 1.0
        # Losses and shares end at zero: no axis goes below what no value can reach.
        self.low = max(0.0, low - room) if low >= 0 else low - room
        self.high = high + room

    def at(self, x: float, y: float) -> tuple[float, float]:
        """The place of a point."""
        scale = math.log if self._logarithmic else float
        share = (scale(x) - scale(self.left)) / (scale(self.right) - scale(self.left))
        height = (y - self.low) / (self.high - self.low)
        return (
            _LEFT + share * (_WIDTH - _LEFT - _RIGHT),
            _HEIGHT - _BOTTOM - height * (_HEIGHT - _TOP - _BOTTOM),
        )

    def across(self) -> list[float]:
        """Where the x axis is labelled."""
        if self._logarithmic:
            steps = [each / _TICKS for each in range(_TICKS + 1)]
            return [self.left * (self.right / self.left) ** each for each in steps]
        return _round_steps(self.left, self.right)

    def up(self) -> list[float]:
        """Where the y axis is labelled."""
        return _round_steps(self.low, self.high)


def _round_steps(low: float, high: float) -> list[float]:
    """About as many round numbers as there are ticks, all inside."""
    rough = (high - low) / _TICKS
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * each for each in (1, 2, 2.5, 5, 10) if unit * each >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    return [each * step for each in range(first, math.floor(high / step + 1e-9) + 1)]


def _axes(picture: Plot, frame: _Frame) -> Iterable[str]:
    foot = _HEIGHT - _BOTTOM
    for value in frame.up():
        y = frame.at(frame.left, value)[1]
        yield f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="end" x="{_LEFT - 6}" y="{y + 4:.1f}">{escape(numbers.decimal(value))}</text>'
    for value in picture.ticks or frame.across():
        x = frame.at(value, frame.low)[0]
        shown = numbers.count(value) if abs(value) >= 10 else numbers.decimal(value)
        yield f'<text class="mid" x="{x:.1f}" y="{foot + 20}">{escape(shown)}</text>'
    yield f'<text class="mid" x="{(_LEFT + _WIDTH) / 2}" y="{_HEIGHT - 8}">{escape(picture.across)}</text>'
    yield f'<text class="up" x="{_LEFT + 4}" y="{_TOP - 8}">{escape(picture.up)}</text>'


def _points(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _figure(picture: Plot, body: Iterable[str], legend: str) -> str:
    title, words = (escape(plain(each)) for each in (picture.title, picture.words))
    drawn = f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{title}">{"".join(body)}</svg>'
    keys = f'<p class="legend">{legend}</p>' if legend else ""
    return f"<figure><figcaption>{title}</figcaption><p>{words}</p>{drawn}{keys}</figure>"
