"""Prices from SkyPilot's catalogue, which it keeps as CSV files in the home folder once it has run."""

import ast
import csv
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from advisor import catalog
from advisor.catalog import OfferEntry
from advisor.errors import BadInput
from advisor.export.versions import known
from advisor.text import one_line

NAME = "skypilot"
_NEEDED = frozenset(("InstanceType", "AcceleratorName", "AcceleratorCount", "Price"))
_TITLES = {"aws": "AWS", "gcp": "GCP", "azure": "Azure", "oci": "OCI", "runpod": "RunPod", "ibm": "IBM"}

Key = tuple[str, str, str, int]


def catalogue_folder() -> Path:
    """The newest version of the catalogue; raises BadInput where SkyPilot has none yet."""
    home = Path(os.environ.get("HOME") or Path.home()) / ".sky" / "catalogs"
    versions = [each for each in home.glob("v*") if each.name[1:].isdigit() and any(each.glob("*/vms.csv"))]
    if not versions:
        raise BadInput(
            f"There is no SkyPilot catalogue in {one_line(str(home))}",
            "Run `sky check` or `sky gpus list` once, which fetches it, or name a CSV file.",
        )
    return max(versions, key=lambda each: int(each.name[1:]))


def catalogue_offers(folder: Path) -> tuple[OfferEntry, ...]:
    """GPU machines that the presets know, each at its cheapest region; raises BadInput when there is none."""
    found: dict[Key, OfferEntry] = {}
    for path in sorted(folder.glob("*/vms.csv")):
        for key, entry in _machines(path):
            old = found.get(key)
            found[key] = entry if old is None else _cheaper(old, entry)
    if not found:
        raise BadInput(
            f"No machine in {one_line(str(folder))} has a GPU that the presets know",
            "Name a CSV file instead.",
        )
    return tuple(found.values())


def _machines(path: Path) -> Iterator[tuple[Key, OfferEntry]]:
    day = datetime.fromtimestamp(path.stat().st_mtime, UTC).date().isoformat()
    names = {theirs: ours for ours, theirs in reversed(known().skypilot.accelerators.items())}
    memory = {each.name: each.memory / catalog.GIB for each in catalog.gpus()}
    provider = _TITLES.get(path.parent.name, path.parent.name)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            if not set(reader.fieldnames or ()) >= _NEEDED:
                return
            for row in reader:
                gpu = names.get(row["AcceleratorName"] or "")
                entry = None if gpu is None else _entry(row, provider, (gpu, memory[gpu]), day)
                if entry is not None:
                    yield (provider, entry.instance, entry.gpu, entry.gpus), entry
    except (OSError, UnicodeDecodeError, csv.Error):
        # One cloud's damaged file leaves the other clouds.
        return


def _entry(row: dict[str, str], provider: str, gpu: tuple[str, float], day: str) -> OfferEntry | None:
    """One line; None where it has no usable price or count, such as parts of a GPU."""
    name, memory = gpu
    try:
        count = float(row["AcceleratorCount"] or 0)
        # Where no machine is named, the price is that of the GPU without one.
        if count < 1 or count != int(count) or not row["InstanceType"]:
            return None
        return OfferEntry(
            provider=provider,
            instance=row["InstanceType"],
            gpu=name,
            gpus=int(count),
            gpu_memory_gib=_gpu_memory(row.get("GpuInfo") or "") or memory,
            usd_per_hour=_price(row["Price"]),
            spot_usd_per_hour=_price(row.get("SpotPrice")),
            region=row.get("Region") or "",
            date=day,  # type: ignore[arg-type]
            verified="third party",
            source="SkyPilot catalogue on this machine",
        )
    except (ValueError, ValidationError):
        return None


def _price(text: str | None) -> float | None:
    """None for an empty cell; providers write 0 for what they do not sell."""
    value = float(text) if text else 0.0
    return value if value > 0 else None


def _gpu_memory(info: str) -> float | None:
    """GiB of each GPU; the cell holds a dictionary in Python's own notation."""
    try:
        read = ast.literal_eval(info)
        return float(read["Gpus"][0]["MemoryInfo"]["SizeInMiB"]) / 1024
    except (ValueError, SyntaxError, KeyError, IndexError, TypeError, MemoryError, RecursionError):
        return None


def _cheaper(old: OfferEntry, new: OfferEntry) -> OfferEntry:
    """The on-demand price of the cheapest region, and the lowest spot price anywhere."""
    spots = [each.spot_usd_per_hour for each in (old, new) if each.spot_usd_per_hour is not None]
    priced = sorted((old, new), key=lambda each: each.usd_per_hour or float("inf"))
    return priced[0].model_copy(update={"spot_usd_per_hour": min(spots) if spots else None})
