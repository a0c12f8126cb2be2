"""Packages at the versions that the pilot ran with, tools at those that their export was written for."""

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

from advisor.export.target import Tune
from advisor.export.versions import known


def requirements(packages: Iterable[str], tune: Tune) -> str:
    """A requirements file, one package a line."""
    return "".join(f"{each}\n" for each in required(packages, tune))


def required(packages: Iterable[str], tune: Tune) -> list[str]:
    """The packages as pip reads them, with what the method needs besides."""
    names = dict.fromkeys(packages)
    if tune.recipe.method == "qlora":
        names["bitsandbytes"] = None
    tools = known().tools
    return [f"{name}=={tools[name].version}" if name in tools else _at_hand(name) for name in names]


def _at_hand(name: str) -> str:
    """The version that this program ran with; without its local part, which no package index has."""
    try:
        return f"{name}=={version(name).split('+')[0]}"
    except PackageNotFoundError:
        return name
