"""Brings a model's files from the Hub, or finds them in its cache; never weights that could run code."""

import os
from collections.abc import Iterable
from pathlib import Path

from huggingface_hub import HfApi
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
)
from tqdm.auto import tqdm  # type: ignore[import-untyped]

from advisor.errors import BadModel
from advisor.events import Note, Step
from advisor.models.weights import PICKLES
from advisor.text import one_line
from advisor.work.emit import Emitter
from heuristics.facts.model import ModelFacts

WANTED = ("*.safetensors", "*.safetensors.index.json", "*.json", "*.jinja", "*.model", "*.txt")


def model_folder(model: ModelFacts, offline: bool, emitter: Emitter) -> Path:
    """The folder with the model's files; raises BadModel when there is none and it cannot be fetched."""
    if model.path is not None:
        folder = Path(model.path)
        if not folder.is_dir():
            raise BadModel(f"{one_line(model.path, 120)} is not a folder", "Choose the model's folder again.")
        return folder
    return _from_hub(model.id, offline, emitter)


def _from_hub(name: str, offline: bool, emitter: Emitter) -> Path:
    shown = one_line(name, 80)
    api = HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None)
    try:
        found = Path(api.snapshot_download(name, allow_patterns=list(WANTED), local_files_only=True))
        # A tokenizer or a config that some program fetched alone makes a folder, too.
        if offline or any(each.suffix in (".safetensors", *PICKLES) for each in found.iterdir()):
            return found
    except LocalEntryNotFoundError:
        if offline:
            raise BadModel(
                f"{shown} is not on this machine and the network is off",
                "Choose a model that is here, or allow the network.",
            ) from None
    except HFValidationError as error:
        raise BadModel(f"{shown} is neither a folder nor a Hub id", "Check the spelling.") from error
    emitter.emit(Note(text=f"Fetching {shown} from the Hub"))
    try:
        return Path(api.snapshot_download(name, allow_patterns=list(WANTED), tqdm_class=_bar(emitter)))
    except GatedRepoError as error:
        raise BadModel(
            f"{shown} is gated: its owner must grant access",
            "Ask for access on its Hub page and log in with `hf auth login`, or choose another model.",
        ) from error
    except RepositoryNotFoundError as error:
        raise BadModel(
            f"The Hub has no public model {shown}",
            "Check the spelling, or log in with `hf auth login` when it is private.",
        ) from error
    except (LocalEntryNotFoundError, OfflineModeIsEnabled, HfHubHTTPError, ConnectionError) as error:
        raise BadModel(
            f"{shown} is not on this machine and the Hub cannot be reached",
            "Choose a model that is here, or try again online.",
        ) from error


def _bar(emitter: Emitter) -> type[tqdm]:
    """A progress bar that speaks in events, for downloads measured in bytes."""

    class Events(tqdm):  # type: ignore[misc]
        def __init__(self, *args: Iterable[object], **options: object) -> None:
            options.pop("name", None)
            super().__init__(*args, **{**options, "disable": False, "file": _Nowhere()})

        def display(self, *_args: object, **_options: object) -> None:
            if self.unit == "B" and self.total:
                emitter.emit(
                    Step(
                        phase="proof",
                        done=float(self.n),
                        total=float(self.total),
                        unit="bytes",
                        text="fetching the weights",
                    )
                )

    return Events


class _Nowhere:
    """A text file that forgets."""

    def write(self, _text: str) -> int:
        return 0

    def flush(self) -> None:
        return
