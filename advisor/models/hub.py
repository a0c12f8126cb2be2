"""What the Hub says about one model: its small files, never its weights."""

import logging
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.errors import BadModel
from advisor.models.folder import LARGEST_CONFIG, LARGEST_TEMPLATE, facts_of_folder
from advisor.models.hub_cache import cache_folder
from advisor.models.weights import PICKLES, Weights
from heuristics.facts.model import ModelFacts

if TYPE_CHECKING:
    from huggingface_hub import HfApi
    from huggingface_hub.hf_api import ModelInfo

PATIENCE = 5.0
"""Seconds for the first answer."""

_SMALL = {
    "config.json": LARGEST_CONFIG,
    "tokenizer_config.json": LARGEST_TEMPLATE,
    "chat_template.jinja": LARGEST_TEMPLATE,
}
_TOKENIZERS = frozenset(("tokenizer.json", "tokenizer.model", "spiece.model", "vocab.json", "tekken.json"))


class HubUnreachable(BadModel):
    """The Hub gave no answer: no network, or its server has trouble."""


def ask_hub(model_id: str) -> ModelFacts:
    """Facts of a model that is online; raises BadModel in one line when it is missing, gated or unusable,
    HubUnreachable when there is no answer within PATIENCE seconds."""
    # Imported here because only a named online model needs it, and it costs a fifth of a second.
    from huggingface_hub import HfApi
    from huggingface_hub.errors import (
        EntryNotFoundError,
        GatedRepoError,
        HfHubHTTPError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )
    from huggingface_hub.utils.tqdm import disable_progress_bars

    # The caller owns the terminal: nothing else may write to it.
    disable_progress_bars()
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    # Which HTTP library stands below depends on the release of huggingface_hub.
    transport_error: type[Exception] = HfHubHTTPError.__bases__[0]
    api = HfApi(endpoint=os.environ.get("HF_ENDPOINT") or None)
    try:
        info = api.model_info(model_id, timeout=PATIENCE, files_metadata=True)
        return _facts(api, info, model_id)
    except GatedRepoError as error:
        raise BadModel(
            f"{model_id} is gated: its owner wants its licence accepted first",
            f"Accept it at {api.endpoint}/{model_id}, then run: hf auth login",
        ) from error
    except RepositoryNotFoundError as error:
        raise BadModel(
            f"The Hub has no model {model_id}, or it is private",
            "Check the spelling; for a private model run: hf auth login",
        ) from error
    except EntryNotFoundError as error:
        raise BadModel(f"{model_id} has no config.json", "Choose a model made for transformers.") from error
    except HfHubHTTPError as error:
        raise _unanswered(model_id, f"the Hub answered with error {error.response.status_code}") from error
    except (OfflineModeIsEnabled, transport_error, OSError) as error:
        raise _unanswered(model_id, "the Hub cannot be reached") from error
    except (ValueError, TypeError, KeyError) as error:
        raise _unanswered(model_id, "the Hub's answer makes no sense") from error


def _unanswered(model_id: str, why: str) -> HubUnreachable:
    return HubUnreachable(
        f"{model_id} is not on this machine and {why}",
        "Connect to the network, or choose a local folder or a model in the Hub cache.",
    )


def _facts(api: "HfApi", info: "ModelInfo", model_id: str) -> ModelFacts:
    sizes = {each.rfilename: each.size or 0 for each in info.siblings or []}
    weights = [name for name in sizes if "/" not in name and name.endswith(".safetensors")]
    if not weights:
        raise _without_weights(model_id, any(name.endswith(PICKLES) for name in sizes))
    folder = Path()
    for name, largest in _SMALL.items():
        if name != "config.json" and name not in sizes:
            continue
        if sizes.get(name, 0) > largest:
            raise BadModel(f"{model_id}: {name} is absurdly large", "Choose another model.")
        file = api.hf_hub_download(
            model_id, name, revision=info.sha, cache_dir=cache_folder(), etag_timeout=PATIENCE
        )
        folder = Path(file).parent
    found = Weights("safetensors", sum(sizes[name] for name in weights), _counted(info))
    facts = facts_of_folder(folder, model_id, "hub", found)
    tokenizer = not _TOKENIZERS.isdisjoint(sizes)
    return replace(
        facts,
        path=None,
        weights="online",
        tokenizer=tokenizer,
        licence=facts.licence or _licence(info),
        source=f"its own config.json, {info.sha or 'newest'}"[:60],
        problems=tuple(each for each in facts.problems if tokenizer is False or "tokenizer" not in each),
    )


def _without_weights(model_id: str, pickled: bool) -> BadModel:
    if pickled:
        return BadModel(
            f"{model_id} has only pickle weights: refused, loading them can run any code",
            "Choose a model with safetensors weights.",
        )
    return BadModel(f"{model_id} has no safetensors weights", "Choose a model with safetensors weights.")


def _counted(info: "ModelInfo") -> int | None:
    """Parameters as the Hub counted them, None when it did not or when they are packed."""
    counts = info.safetensors.parameters if info.safetensors else {}
    if not counts or not set(counts) <= {"F64", "F32", "F16", "BF16"}:
        return None
    return sum(counts.values())


def _licence(info: "ModelInfo") -> str:
    tags = [str(tag) for tag in info.tags or []]
    return next((tag.removeprefix("license:") for tag in tags if tag.startswith("license:")), "")
