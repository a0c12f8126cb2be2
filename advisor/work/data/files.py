"""Which files a choice means: one, several, a folder of them, a saved data set, a data set on the Hub."""

import json
import os
from collections import Counter
from pathlib import Path

from advisor.errors import BadData
from advisor.specs import DataChoice
from advisor.text import one_line
from advisor.work.data.hub_files import hub_name, hub_paths
from advisor.work.data.limits import data_limits
from advisor.work.data.source import check_file

_KINDS = ("jsonl", "ndjson", "json", "csv", "tsv", "parquet", "arrow")
_PACKED = ("gz", "zst", "xz", "bz2")
_HELD_OUT = ("test", "valid", "val", "dev", "eval")
_LOOKED_AT = 20_000
"""Entries of a folder after which it is too large to choose from."""


def files_of(choice: DataChoice) -> tuple[Path, ...]:
    """The files to read, in order, each a readable regular file; raises BadData in one line."""
    paths: list[Path] = []
    for each in (choice.path, *choice.more):
        if name := hub_name(each):
            paths += hub_paths(name)
        elif each.is_dir():
            paths += _files_in(each)
        else:
            paths.append(each)
    most = data_limits().reader.most_files
    if len(paths) > most:
        raise BadData(
            f"{len(paths):,} files are too many to read as one data set (at most {most:,})",
            "Choose fewer, or join them first.",
        )
    for each in paths:
        check_file(each)
    return tuple(paths)


def _files_in(folder: Path) -> list[Path]:
    """The data files of a folder, in order of their names."""
    if (folder / "dataset_dict.json").is_file():
        return _saved_splits(folder)
    if (folder / "state.json").is_file():
        return _saved_shards(folder)
    name = one_line(str(folder), 80)
    if (folder / "dataset_info.json").is_file() and any(folder.glob("*.arrow")):
        raise BadData(
            f"{name} looks like a saved data set, but its state.json is missing", "Save the data set again."
        )
    found = _data_files(folder, name)
    if not found:
        raise BadData(f"{name} is a folder without data files", "Choose one file, or a folder that has some.")
    kinds = Counter(_kind_of(each.name) for each in found)
    if len(kinds) > 1:
        kinds_named = ", ".join(f"{count:,} .{kind}" for kind, count in kinds.most_common())
        raise BadData(f"{name} holds files of several kinds: {kinds_named}", "Choose the files themselves.")
    training = [each for each in found if not _is_held_out(each.name)]
    return training or found


def _data_files(folder: Path, name: str) -> list[Path]:
    """Files that look like data; raises BadData when the folder is too large to choose from."""
    found = []
    try:
        with os.scandir(folder) as entries:
            for number, entry in enumerate(entries, start=1):
                if number > _LOOKED_AT:
                    raise BadData(
                        f"{name} holds more than {_LOOKED_AT:,} files", "Choose the files themselves."
                    )
                if _kind_of(entry.name) and not entry.name.startswith(".") and _is_file(entry, name):
                    found.append(Path(entry.path))
    except PermissionError as error:
        raise BadData(f"{name} cannot be read: permission denied", "Change its permissions.") from error
    found = [each for each in found if each.name not in ("dataset_info.json", "dataset_infos.json")]
    return sorted(found)


def _is_file(entry: "os.DirEntry[str]", folder: str) -> bool:
    """True for a regular file or a link to one; raises BadData for a link that leads nowhere.

    Leaving such a link out would silently read less than the folder is meant to hold.
    """
    try:
        if entry.is_file():
            return True
        nowhere = entry.is_symlink() and not Path(entry.path).exists()
    except OSError:  # a link to itself
        nowhere = True
    if nowhere:
        raise BadData(
            f"{folder}: the link {one_line(entry.name, 60)} leads nowhere", "Mend the link, or remove it."
        )
    return False


def _kind_of(name: str) -> str:
    """The kind that an ending promises, "" for none of ours."""
    parts = name.lower().split(".")
    if len(parts) > 2 and parts[-1] in _PACKED:
        parts.pop()
    return parts[-1] if len(parts) > 1 and parts[-1] in _KINDS else ""


def _is_held_out(name: str) -> bool:
    return name.lower().startswith(_HELD_OUT)


def _saved_splits(folder: Path) -> list[Path]:
    """The files of the training part of several parts saved together."""
    named = _json_of(folder / "dataset_dict.json").get("splits")
    splits = [each for each in named if isinstance(each, str)] if isinstance(named, list) else []
    chosen = next((each for each in splits if each == "train"), splits[0] if splits else None)
    if chosen is None or Path(chosen).name != chosen:
        raise BadData(f"{one_line(str(folder), 80)} names no part of a data set", "Save the data set again.")
    part = folder / chosen
    if not (part / "state.json").is_file():
        raise BadData(
            f"{one_line(str(folder), 80)}: the part {one_line(chosen, 40)} has no state.json",
            "Save the data set again.",
        )
    return _saved_shards(part)


def _saved_shards(folder: Path) -> list[Path]:
    """The files of a saved `datasets` folder, as its state names them."""
    listed = _json_of(folder / "state.json").get("_data_files")
    names = (
        [each.get("filename") for each in listed if isinstance(each, dict)]
        if isinstance(listed, list)
        else []
    )
    shown = one_line(str(folder), 80)
    shards = []
    for name in names:
        if not isinstance(name, str) or Path(name).name != name:
            raise BadData(
                f"{shown}: state.json names a file outside of the folder", "Save the data set again."
            )
        if not (folder / name).is_file():
            raise BadData(f"{shown}: {one_line(name, 60)} is missing", "Copy the folder again, whole.")
        shards.append(folder / name)
    if not shards:
        raise BadData(f"{shown}: state.json names no files", "Save the data set again.")
    return shards


def _json_of(path: Path) -> dict[str, object]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadData(f"{one_line(str(path), 80)} cannot be read", "Save the data set again.") from error
    return value if isinstance(value, dict) else {}
