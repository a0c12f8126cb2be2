"""The files of a data set on the Hub, fetched into the Hub's own cache; scripts there are never run."""

import errno
import os
from pathlib import Path, PurePosixPath

from advisor.errors import BadData, NoSpace
from advisor.models.hub_cache import HUB_PREFIX, cache_folder, is_hub_id, on_hub
from advisor.text import one_line
from advisor.work.data.limits import data_limits

_ENDINGS = (".parquet", ".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".arrow")
_PACKED = (".gz", ".zst", ".xz", ".bz2")
_NOT_DATA = ("dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json", "config.json")
_TOO_OFTEN = 429
_PATIENCE = 10.0
"""Seconds for the first answer."""


def hub_name(path: Path) -> str:
    """The id of a data set written as hf:owner/name or hf://datasets/owner/name; "" for other paths."""
    if not on_hub(path):
        return ""
    text = str(path)
    name = text.removeprefix(HUB_PREFIX).strip("/").removeprefix("datasets/")
    if not is_hub_id(name):
        raise BadData(f"{one_line(text, 80)} is not the name of a data set", "Write hf:owner/name.")
    return name


def hub_paths(name: str) -> list[Path]:
    """The training files of a data set, on this machine; raises BadData when they cannot be had, NoSpace when
    the disk is full."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import EntryNotFoundError, HfHubHTTPError
    from huggingface_hub.utils.tqdm import disable_progress_bars

    disable_progress_bars()
    # Which HTTP library stands below depends on the release of huggingface_hub.
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
    except (transport_error, EntryNotFoundError, OSError) as error:
        raise _no_space(name, error) or _refusal(name, str(api.endpoint), error) from error
    except (ValueError, TypeError, KeyError) as error:
        raise BadData(
            f"{name}: the Hub's answer makes no sense", "Try again, or choose a local file."
        ) from error


def _no_space(name: str, error: Exception) -> NoSpace | None:
    if not isinstance(error, OSError) or error.errno not in (errno.ENOSPC, errno.EDQUOT):
        return None
    return NoSpace(
        f"No space left to fetch {name} into {one_line(str(cache_folder()), 80)}",
        "Free some disk space, or let HF_HUB_CACHE name a larger disk.",
    )


def _refusal(name: str, address: str, error: Exception) -> BadData:
    """Why nothing came, in words."""
    from huggingface_hub import errors

    match error:
        case errors.GatedRepoError():
            return BadData(
                f"{name} is gated: its owner wants its terms accepted first",
                f"Accept them at {address}/datasets/{name}, then run: hf auth login",
            )
        case errors.RepositoryNotFoundError():
            return BadData(
                f"The Hub has no data set {name}, or it is private",
                "Check the spelling; for a private one run: hf auth login",
            )
        case errors.OfflineModeIsEnabled():
            return BadData(
                f"{name} is on the Hub, and this run is offline", "Go online, or choose a local file."
            )
        case errors.HfHubHTTPError() if error.response.status_code in (401, 403):
            return BadData(
                f"The Hub refuses your access token for {name}",
                "Run: hf auth login, with a token that may read it; or unset HF_TOKEN.",
            )
        case errors.HfHubHTTPError() if error.response.status_code == _TOO_OFTEN:
            return BadData(f"{name} cannot be fetched: the Hub was asked too often", "Try again in a minute.")
        case errors.HfHubHTTPError():
            return BadData(
                f"{name} cannot be fetched: the Hub answered with error {error.response.status_code}",
                "Try again later, or choose a local file.",
            )
        case _:
            return BadData(
                f"{name} cannot be fetched: the Hub gives no answer",
                "Connect to the network, or choose a local file.",
            )


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
