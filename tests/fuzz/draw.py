"""Choices taken from bytes, so that one input serves a guided fuzzer, hypothesis and a kept file alike."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

HOSTILE = "\x1b]52;c;eA==\x07\x9b31m\u202e[@click=app.quit]x[/]<script>\ud800\x00$(touch owned)"
ODD: tuple[object, ...] = (
    *(0, -1, 1, 2, 7, 255, 1 << 31, -(1 << 63), 1 << 64, 10**30, 10**400),
    *(0.0, -0.0, 0.5, -3.5, 1e-320, 1e308, -1e308, float("nan"), float("inf"), float("-inf")),
    *(True, False, None, "", "x", "nan", "1e999", HOSTILE, "a" * 5000, "\u0301" * 400),
    *([], {}, [[]], [None], {"": ""}, [1, "x", {}], {"low": 1, "high": 0}),
)
"""Values that nobody expects where a number, a word or a list stands."""


class Draw:
    """Reads choices from bytes; when they have run out every choice is the first."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> bool:
        """True while bytes remain."""
        return self._at < len(self._data)

    def below(self, count: int) -> int:
        """A number from 0 to `count` - 1."""
        size = max(1, (count - 1).bit_length() + 7 >> 3)
        taken = self._data[self._at : self._at + size]
        self._at += size
        return int.from_bytes(taken, "big") % count

    def one_of(self, choices: Sequence[T]) -> T:
        """One of the choices."""
        return choices[self.below(len(choices))]

    def text(self) -> str:
        """Up to 31 bytes as text, or one of the odd texts."""
        size = self.below(33)
        if size == 32:
            return HOSTILE
        taken = self._data[self._at : self._at + size]
        self._at += size
        return taken.decode("utf-8", "surrogateescape")

    def rest(self) -> bytes:
        """Everything that is left."""
        taken = self._data[self._at :]
        self._at = len(self._data)
        return taken


def value(draw: Draw, depth: int = 3) -> object:
    """Anything that JSON or TOML can hold."""
    kind = draw.below(8 if depth else 5)
    if kind <= 1:
        return draw.text()
    if kind == 2:
        return draw.below(1 << 16) - 100
    if kind <= 4:
        return draw.one_of(ODD)
    if kind == 5:
        return [value(draw, depth - 1) for _ in range(draw.below(4))]
    return {draw.text(): value(draw, depth - 1) for _ in range(draw.below(4))}


def spoiled(draw: Draw, whole: object) -> object:
    """A copy of nested lists and objects in which a few drawn places hold something else."""
    for _ in range(1 + draw.below(4)):
        whole = _spoiled_once(draw, whole)
    return whole


def _spoiled_once(draw: Draw, whole: object) -> object:
    if isinstance(whole, dict) and whole and draw.below(16):
        key = draw.one_of(sorted(whole))
        change = draw.below(20)
        if change == 0:
            return {name: each for name, each in whole.items() if name != key}
        if change == 1:
            return {**whole, draw.text(): value(draw)}
        return {**whole, key: _spoiled_once(draw, whole[key])}
    if isinstance(whole, list) and whole and draw.below(16):
        place = draw.below(len(whole))
        change = draw.below(12)
        if change == 0:
            return whole[:place] + whole[place + 1 :]
        if change == 1:
            return whole + whole[place : place + 1] * draw.one_of((1, 3, 200))
        return [*whole[:place], _spoiled_once(draw, whole[place]), *whole[place + 1 :]]
    return value(draw) if draw.below(4) == 0 else draw.one_of(_like(whole))


def _like(whole: object) -> Sequence[object]:
    """Odd values of the same kind, which pass the first look."""
    if isinstance(whole, bool):
        return (True, False)
    if isinstance(whole, int | float):
        return [each for each in ODD if isinstance(each, int | float) and not isinstance(each, bool)]
    if isinstance(whole, str):
        return [each for each in ODD if isinstance(each, str)]
    return ODD
