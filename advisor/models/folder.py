"""A model's folder as facts: config, weights, tokenizer, template and licence, with nothing executed."""

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from advisor import catalog
from advisor.errors import BadModel
from advisor.models.shape import shape_of, text_part
from advisor.models.weights import Weights, weights_of
from advisor.small_text import small_text
from advisor.text import one_line
from heuristics.facts.model import ModelFacts

LARGEST_CONFIG = 4 << 20
LARGEST_TEMPLATE = 16 << 20
"""Bytes; some tokenizer configurations list a hundred thousand added tokens."""

_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "spiece.model", "vocab.json", "vocab.txt", "tekken.json")
_MARKER = re.compile(r"\{%-?\s*generation\s*-?%\}")
_LICENCE = re.compile(r"^license(?:_name)?:[ \t]*['\"]?([^'\"\n#]+)", re.MULTILINE)
_DECODER = re.compile(r"CausalLM|LMHead|ConditionalGeneration")

REMOTE_CODE = "its config asks to run code from its repository (auto_map), which is not done"


def facts_of_folder(
    folder: Path,
    model_id: str,
    where: Literal["demo", "local", "cache", "hub"],
    weights: Weights | None = None,
) -> ModelFacts:
    """What the files in `folder` say; raises BadModel when its config is missing or impossible.

    Lesser faults are told in `problems`. `weights` replaces a look at the folder's own weight files.
    """
    config = _config_of(folder)
    weights = weights or weights_of(folder)
    family = _family_of(config)
    template = _template_of(folder)
    tokenizer = any((folder / name).is_file() for name in _TOKENIZERS)
    remote_code = _asks_for_code(config, folder)
    tied = _is_tied(config, family, weights)
    counted = weights.parameters
    if counted is not None and tied and weights.own_head:
        counted -= weights.head_parameters
    gated = family not in catalog.families().ungated
    problems = (
        weights.problem,
        "" if tokenizer else "no tokenizer (tokenizer.json) in its folder",
        _architecture_problem(config, family),
        REMOTE_CODE if remote_code else "",
    )
    return ModelFacts(
        id=one_line(model_id, 120),
        where=where,
        family=family,
        shape=shape_of(config, tied, gated, counted or None),
        path=str(folder),
        licence=_licence_of(folder),
        chat_template=bool(template),
        generation_markers=bool(_MARKER.search(template)),
        weights=weights.kind,
        weight_bytes=weights.bytes,
        tokenizer=tokenizer,
        remote_code=remote_code,
        verified="files",
        source="its own config.json",
        problems=tuple(each for each in problems if each),
    )


def _config_of(folder: Path) -> Mapping[str, object]:
    path = folder / "config.json"
    if (folder / "adapter_config.json").is_file() and not path.is_file():
        raise BadModel(
            f"{one_line(folder.name)} holds an adapter, not a model", "Name the base model it was trained on."
        )
    if not path.is_file():
        raise BadModel(
            f"{one_line(folder.name)} has no config.json", "Choose a folder in the transformers layout."
        )
    config = _json(path, LARGEST_CONFIG)
    if config is None:
        raise BadModel(
            f"config.json in {one_line(folder.name)} is damaged or not JSON", "Download the model again."
        )
    return config


def _json(path: Path, largest: int) -> Mapping[str, object] | None:
    """The object in a JSON file, None when it is missing, too large, or anything else."""
    try:
        value = json.loads(small_text(path, largest))
    except (OSError, ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _family_of(config: Mapping[str, object]) -> str:
    family = config.get("model_type")
    if not isinstance(family, str) or not re.fullmatch(r"[\w.-]{1,80}", family):
        raise BadModel("config.json does not name a model type", "Choose a model in the transformers layout.")
    return family


def _is_tied(config: Mapping[str, object], family: str, weights: Weights) -> bool:
    for part in (config, text_part(config)):
        said = part.get("tie_word_embeddings")
        if isinstance(said, bool):
            return said
    if weights.parameters is not None:
        return not weights.own_head
    return family in catalog.families().tied


def _template_of(folder: Path) -> str:
    """The chat template's text, all of them when there are several, "" when there is none."""
    try:
        return small_text(folder / "chat_template.jinja", LARGEST_TEMPLATE)
    except (OSError, ValueError):
        pass
    for name in ("tokenizer_config.json", "chat_template.json"):
        template = (_json(folder / name, LARGEST_TEMPLATE) or {}).get("chat_template")
        if isinstance(template, str) and template:
            return template
        if isinstance(template, list):
            texts = [str(each.get("template", "")) for each in template if isinstance(each, dict)]
            if any(texts):
                return "\n".join(texts)
    return ""


def _asks_for_code(config: Mapping[str, object], folder: Path) -> bool:
    tokenizer = _json(folder / "tokenizer_config.json", LARGEST_TEMPLATE) or {}
    return bool(config.get("auto_map")) or bool(tokenizer.get("auto_map"))


def _architecture_problem(config: Mapping[str, object], family: str) -> str:
    known = known_families()
    if known and family not in known:
        return f"the installed transformers does not know its architecture ({one_line(family, 40)})"
    names = config.get("architectures")
    listed = [str(each) for each in names] if isinstance(names, list) else []
    encoder_decoder = config.get("is_encoder_decoder") is True
    if encoder_decoder or (listed and not any(_DECODER.search(each) for each in listed)):
        return f"it is not a causal language model ({one_line(', '.join(listed) or family, 60)})"
    return ""


@cache
def known_families() -> frozenset[str]:
    """Model types that the installed transformers knows, read from its source without importing it."""
    spec = find_spec("transformers")
    if spec is None or spec.origin is None:
        return frozenset()
    folder = Path(spec.origin).parent / "models" / "auto"
    names: set[str] = set()
    for file in ("auto_mappings.py", "configuration_auto.py"):
        try:
            names.update(
                re.findall(r'^\s+\(?"([\w.-]+)"[,:] ', (folder / file).read_text("utf-8"), re.MULTILINE)
            )
        except OSError:
            continue
    return frozenset(names)


def _licence_of(folder: Path) -> str:
    try:
        path = folder / "README.md"
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            text = file.read(1 << 16).decode("utf-8", "replace")
    except OSError:
        return ""
    if not text.startswith("---"):
        return ""
    found = _LICENCE.findall(text.split("\n---", 1)[0])
    named = [each.strip() for each in found if each.strip().lower() != "other"]
    return one_line((named or found)[0], 60) if found else ""
