"""Which preset a device is, by the name that its driver reports."""

import re
from collections.abc import Iterable

from heuristics.facts.market import GpuPreset

_MAKERS = frozenset(("nvidia", "amd", "ati", "intel", "advanced", "micro", "devices", "inc", "corporation"))
_NOISE = _MAKERS | frozenset(
    ("geforce", "tesla", "radeon", "instinct", "r", "tm", "graphics", "gpu", "generation", "card", "edition")
)
_MEMORY = re.compile(r"\d+gb|\d+gib|hbm\d\w*")
_FORM = re.compile(r"(sxm|pcie)\d?")
CLOSE = 0.2
"""Largest relative difference in memory between a device and its preset."""


def preset_of(name: str, memory: int | None, presets: Iterable[GpuPreset]) -> GpuPreset | None:
    """The preset that a device's name and memory (bytes, None when unknown) point to, None when none does.

    All words must agree, so that a laptop's or a Ti's figures are never given to another device; only where
    the name leaves the board's form open, memory and then the order of the presets decide.
    """
    wanted = _words(name)
    presets = tuple(presets)
    aliased = [each for each in presets if any(_flat(alias) == _flat(name) for alias in each.aliases)]
    if aliased:
        return aliased[0]
    alike = [each for each in presets if _words(each.name) == wanted]
    alike = alike or [each for each in presets if _words(each.name, forms=False) == wanted]
    if memory is None:
        return alike[0] if alike else None
    # Apple's memory is the machine's: it says nothing about the chip.
    near = [each for each in alike if each.vendor == "Apple" or abs(each.memory / memory - 1) <= CLOSE]
    return min(near, key=lambda each: abs(each.memory - memory), default=None)


def _words(name: str, forms: bool = True) -> frozenset[str]:
    words = re.findall(r"[a-z0-9]+", name.lower().replace("®", "").replace("™", ""))
    kept = (word for word in words if word not in _NOISE and not _MEMORY.fullmatch(word))
    shortened = (_FORM.sub(r"\1", word) if _FORM.fullmatch(word) else word for word in kept)
    return frozenset(word for word in shortened if forms or word not in ("sxm", "pcie"))


def _flat(name: str) -> str:
    return " ".join(name.lower().split())
