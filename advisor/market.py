"""Cloud offers that the plan compares: the user's own table where there is one, else the bundled one."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from pydantic import ValidationError

from advisor import catalog
from advisor.cases import cases_home
from advisor.catalog import OfferEntry
from advisor.errors import BadInput
from advisor.export.all import Written, put_files
from advisor.export.target import TextFile
from advisor.preset_errors import SHOWN
from advisor.small_text import small_text
from advisor.text import one_line
from heuristics.facts.market import CloudOffer

TABLE = "offers.csv"
REQUIRED = ("provider", "instance", "gpu", "gpus", "usd_per_hour", "date")
OPTIONAL = ("spot_usd_per_hour", "gpu_memory_gib", "region", "source", "vcpus", "ram_gib", "verified", "note")
LARGEST = 32 << 20
"""Bytes; every provider's GPU machines in every region are far fewer."""


@dataclass(frozen=True, slots=True)
class Market:
    """The offers in use, and where they come from."""

    offers: tuple[CloudOffer, ...]
    source: str
    """Words for a person: the bundled table, or the user's file."""
    problem: str = ""
    """Why the user's table is not used, empty when it is or when there is none."""

    @property
    def dates(self) -> tuple[str, str]:
        """ISO dates of the oldest and the newest price; empty without offers."""
        dates = [each.date for each in self.offers]
        return (min(dates), max(dates)) if dates else ("", "")


def table_path() -> Path:
    """Where the user's own table lies."""
    return cases_home().parent / TABLE


def market() -> Market:
    """The offers to compare; a user's table that cannot be read is told and the bundled one used."""
    path = table_path()
    try:
        stamp = path.stat()
    except OSError:
        return Market(catalog.offers(), "the table that came with the program")
    return _of_file(path, stamp.st_mtime_ns, stamp.st_size)


@lru_cache(maxsize=4)
def _of_file(path: Path, _changed: int, _size: int) -> Market:
    try:
        offers = tuple(catalog.offer_of(each, each.source) for each in read_table(path))
    except BadInput as error:
        return Market(catalog.offers(), "the table that came with the program", error.message)
    return Market(offers, f"your table {path}")


def use_table(entries: Iterable[OfferEntry]) -> Written:
    """Make a table the user's own; the one before is kept beside it. Raises BadInput or NoSpace."""
    path = table_path()
    return put_files((TextFile(path.name, table_text(entries)),), path.parent)


def table_text(entries: Iterable[OfferEntry]) -> str:
    """The entries as CSV that `read_table` reads back."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    names = (*REQUIRED, *OPTIONAL)
    writer.writerow(names)
    for entry in entries:
        values = entry.model_dump(mode="json")
        writer.writerow("" if values[name] is None else values[name] for name in names)
    return out.getvalue()


def read_table(path: Path) -> tuple[OfferEntry, ...]:
    """The offers of a CSV file; raises BadInput that names up to five faults with their lines."""
    shown = one_line(str(path))
    try:
        text = small_text(path, LARGEST, "utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise BadInput(
            f"The table {shown} cannot be read: {one_line(str(reason))}", "Check the path."
        ) from error
    try:
        return _entries(text, shown)
    except csv.Error as error:
        raise BadInput(f"{shown} is not CSV: {one_line(str(error))}", _HOW) from error


_HOW = f"Columns: {', '.join(REQUIRED)}; optional: {', '.join(OPTIONAL)}."


def _entries(text: str, shown: str) -> tuple[OfferEntry, ...]:
    reader = csv.DictReader(io.StringIO(text), strict=True)
    names = [name.strip() for name in reader.fieldnames or ()]
    reader.fieldnames = names
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        raise BadInput(f"{shown} has no column {', '.join(missing)}", _HOW)
    found: list[OfferEntry] = []
    faults: list[str] = []
    for row in reader:
        if None in row:
            faults.append(f"line {reader.line_num}: more cells than columns")
            continue
        entry = _entry({key: (value or "").strip() for key, value in row.items()}, reader.line_num, faults)
        found += [entry] if entry is not None else []
    if faults:
        rest = f" … and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        raise BadInput(
            f"{shown}: {'; '.join(faults[:SHOWN])}{rest}", "Correct the table; nothing was changed."
        )
    if not found:
        raise BadInput(f"{shown} holds no offer", _HOW)
    return tuple(found)


def _entry(cells: dict[str, str], line: int, faults: list[str]) -> OfferEntry | None:
    known = {each.name: each for each in catalog.gpus()}
    gpu = cells["gpu"]
    if gpu not in known:
        near = get_close_matches(gpu, known, 1, 0.4)
        hint = f", did you mean {near[0]}?" if near else ""
        faults.append(f"line {line}: no GPU is called {one_line(gpu, 40) or 'nothing'}{hint}")
        return None
    values: dict[str, object] = {name: cells[name] for name in (*REQUIRED, *OPTIONAL) if cells.get(name)}
    values.setdefault("gpu_memory_gib", known[gpu].memory / catalog.GIB)
    values.setdefault("source", "your table")
    values.setdefault("verified", "yours")
    try:
        return OfferEntry.model_validate(values)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            where = ".".join(str(part) for part in fault["loc"])
            faults.append(f"line {line}: {where}: {one_line(fault['msg'], 100)}")
        return None
