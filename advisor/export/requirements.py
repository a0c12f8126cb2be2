"""Packages at the versions that the pilot ran with, tools at those that their export was written for."""

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

from advisor.export.target import Tune
from advisor.export.versions import known


def requirements(packages: Iterable[str], tune: Tune) -> str:
    """A requirements file, one package a line."""
    return "".join(f"{each}\n" for each in required(packages, tune))


def required(packages: Iterable[str], tune: Tune, *, own_quantisation: bool = False) -> list[str]:
    """The packages as pip reads them, with what the method needs besides."""
    names = dict.fromkeys(packages)
    if tune.recipe.method == "qlora" and not own_quantisation:
        names["bitsandbytes"] = None
    return [_pinned(name) for name in names]


def _pinned(name: str) -> str:
    tool = known().tools.get(name.partition("[")[0])
    return f"{name}=={tool.version}" if tool else _at_hand(name)


def _at_hand(name: str) -> str:
    """The version that this program ran with; without its local part, which no package index has."""
    try:
        return f"{name}=={version(name).split('+')[0]}"
    except PackageNotFoundError:
        return name
