"""The files of a data set on the Hub, fetched into the Hub's own cache; scripts there are never run."""

import os
from pathlib import Path, PurePosixPath

from advisor.errors import BadData
from advisor.hub_cache import cache_folder, is_hub_id
from advisor.text import one_line
from advisor.work.data.limits import data_limits

PREFIX = "hf:"
_ENDINGS = (".parquet", ".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".arrow")
_PACKED = (".gz", ".zst", ".xz", ".bz2")
_NOT_DATA = ("dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json", "config.json")
_PATIENCE = 10.0
"""Seconds for the first answer."""


def hub_name(path: Path) -> str:
    """The id of a data set written as hf:owner/name or hf://datasets/owner/name; "" for other paths."""
    text = str(path)
    if not text.startswith(PREFIX):
        return ""
    name = text.removeprefix(PREFIX).strip("/").removeprefix("datasets/")
    if not is_hub_id(name):
        raise BadData(f"{one_line(text, 80)} is not the name of a data set", "Write hf:owner/name.")
    return name


def hub_paths(name: str) -> list[Path]:
    """The training files of a data set, on this machine; raises BadData when they cannot be had."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import (
        GatedRepoError,
        HfHubHTTPError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )
    from huggingface_hub.utils.tqdm import disable_progress_bars

    disable_progress_bars()
    transport_error: type[Exception] = HfHubHTTPError.__bases__[0]
    api = HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None)
    try:
        info = api.dataset_info(name, timeout=_PATIENCE, files_metadata=True)
        sizes = {each.rfilename: each.size or 0 for each in info.siblings or []}
        chosen = training_files(name, sizes)
        return [
            Path(
                api.hf_hub_download(
                    name, each, repo_type="dataset", revision=info.sha, cache_dir=cache_folder()
                )
            )
            for each in chosen
        ]
    except GatedRepoError as error:
        raise BadData(
            f"{name} is gated: its owner wants its terms accepted first",
            f"Accept them at {api.endpoint}/datasets/{name}, then run: hf auth login",
        ) from error
    except RepositoryNotFoundError as error:
        raise BadData(
            f"The Hub has no data set {name}, or it is private",
            "Check the spelling; for a private one run: hf auth login",
        ) from error
    except OfflineModeIsEnabled as error:
        raise BadData(
            f"{name} is on the Hub, and this run is offline", "Go online, or choose a local file."
        ) from error
    except (HfHubHTTPError, LocalEntryNotFoundError, transport_error, OSError) as error:
        raise BadData(
            f"{name} cannot be fetched: the Hub gives no answer",
            "Connect to the network, or choose a local file.",
        ) from error


def training_files(name: str, sizes: dict[str, int]) -> list[str]:
    """The files of the training part: those in folders or under names that say so, else all data files."""
    data = sorted(each for each in sizes if _is_data(each))
    if not data:
        script = any(each.endswith(".py") for each in sizes)
        why = "only a loading script, which is never run" if script else "no data files that can be read here"
        raise BadData(f"{name} has {why}", "Choose a data set that has Parquet, JSON Lines or CSV files.")
    best = min(_ENDINGS.index(_ending(each)) for each in data)
    data = [each for each in data if _ENDINGS.index(_ending(each)) == best]
    training = [each for each in data if "train" in each.lower()] or data
    folders = {str(PurePosixPath(each).parent) for each in training}
    if len(folders) > 1:
        first = min(folders)
        training = [each for each in training if str(PurePosixPath(each).parent) == first]
    size = sum(sizes[each] for each in training)
    most = data_limits().reader.most_fetched_bytes
    if size > most:
        raise BadData(
            f"{name} has {size:,} bytes of data, more than is fetched unasked ({most:,})",
            "Download what you need of it, and choose the files.",
        )
    return training


def _ending(name: str) -> str:
    path = PurePosixPath(name.lower())
    return PurePosixPath(path.stem).suffix if path.suffix in _PACKED else path.suffix


def _is_data(name: str) -> bool:
    return (
        _ending(name) in _ENDINGS and PurePosixPath(name).name not in _NOT_DATA and not name.startswith(".")
    )
