"""Finding the model that the user named, and the models that are already on this machine."""

import os
from dataclasses import replace
from pathlib import Path

from advisor import catalog
from advisor.errors import BadModel
from advisor.models.folder import REMOTE_CODE, facts_of_folder
from advisor.models.hub import HubUnreachable, ask_hub
from advisor.models.hub_cache import cache_folder, cached_snapshots, is_hub_id, offline_by, snapshot_of
from advisor.text import one_line
from heuristics.facts.model import ModelFacts

DEMO = "demo"
FOLDERS = "ADVISOR_MODELS"
"""Environment variable: folders with models in them, separated like PATH."""


def find_model(choice: str, offline: bool = False) -> ModelFacts:
    """The model that `choice` names: "demo", a folder, or a Hub id (cached, online, or known by preset).

    Raises BadModel, in one line with what to do, when it cannot be used at all. A model that can be planned
    with but not trained yet is returned with `problems`.
    """
    choice = choice.strip()
    if choice == DEMO:
        return demo_model()
    path = Path(choice or "?").expanduser()
    if path.exists() or choice.startswith((".", "/", "~")):
        return _named_folder(path, choice)
    if not is_hub_id(choice):
        raise BadModel(
            f"{one_line(choice, 80) or 'An empty text'} is neither a folder nor a model id",
            "Name a folder, or an id such as owner/name.",
        )
    return _named_id(choice, offline or offline_by(os.environ))


def demo_model() -> ModelFacts:
    """The bundled base model; raises BadModel when the installation lacks it."""
    with catalog.demo_folder() as folder:
        if not (folder / "model" / "config.json").is_file():
            raise BadModel("The bundled demo model is missing", "Install the program again.")
        return facts_of_folder(folder / "model", DEMO, "demo")


def local_models(folder: Path) -> list[ModelFacts]:
    """Models in `folder` itself and one level below it; folders that hold none are passed over."""
    found: list[ModelFacts] = []
    try:
        below = sorted(each for each in folder.iterdir() if each.is_dir())
    except OSError:
        return found
    for each in [folder, *below]:
        if (each / "config.json").is_file():
            found += _listed(each, each.resolve().name, cached=False)
    return found


def models_here() -> list[ModelFacts]:
    """Models on this machine: in the folders that ADVISOR_MODELS names, and in the Hub cache."""
    folders = [each for each in os.environ.get(FOLDERS, "").split(os.pathsep) if each]
    local = [model for each in folders for model in local_models(Path(each).expanduser())]
    return local + cached_models()


def cached_models() -> list[ModelFacts]:
    """Models in the local Hub cache, those with problems included; those without a usable config are not."""
    return [
        _with_preset(facts)
        for model_id, snapshot in cached_snapshots(cache_folder())
        for facts in _listed(snapshot, model_id, cached=True)
    ]


def _listed(folder: Path, model_id: str, cached: bool) -> list[ModelFacts]:
    try:
        return [facts_of_folder(folder, model_id, "cache" if cached else "local")]
    except (BadModel, OSError):
        return []


def _named_folder(path: Path, choice: str) -> ModelFacts:
    shown = one_line(choice, 80)
    if path.is_file() and path.name == "config.json":
        return facts_of_folder(path.resolve().parent, path.resolve().parent.name, "local")
    if not path.is_dir():
        what = "is a file, not a model's folder" if path.exists() else "does not exist"
        raise BadModel(f"{shown} {what}", "Name a folder with config.json and safetensors weights.")
    below = [] if (path / "config.json").is_file() else local_models(path)
    if below:
        names = ", ".join(one_line(each.id, 40) for each in below[:5])
        raise BadModel(
            f"{shown} holds {len(below)} models: {names}",
            f"Name one of them: {one_line(str(path / below[0].id), 120)}",
        )
    try:
        facts = facts_of_folder(path.resolve(), path.resolve().name, "local")
    except OSError as error:
        raise BadModel(f"{shown} cannot be read: {error.strerror}", "Check its permissions.") from error
    return _usable(facts, shown)


def _named_id(model_id: str, offline: bool) -> ModelFacts:
    snapshot = snapshot_of(model_id, cache_folder())
    if snapshot is not None and (snapshot / "config.json").is_file():
        facts = facts_of_folder(snapshot, model_id, "cache")
        if facts.weights != "missing" and facts.tokenizer:
            return _usable(_with_preset(facts), model_id)
    if offline:
        return _by_preset(model_id, "the network is switched off")
    try:
        return _usable(_with_preset(ask_hub(model_id)), model_id)
    except HubUnreachable as error:
        known = _preset(model_id)
        if known is None:
            raise
        return replace(known, problems=(one_line(error.message),))


def _usable(facts: ModelFacts, shown: str) -> ModelFacts:
    """The same facts, or BadModel with the first problem that forbids training."""
    barring = [each for each in facts.problems if each != REMOTE_CODE]
    if barring:
        raise BadModel(f"{shown}: {barring[0]}", "Choose another model, or download this one again.")
    return facts


def _by_preset(model_id: str, why: str) -> ModelFacts:
    known = _preset(model_id)
    if known is None:
        raise BadModel(
            f"{model_id} is not in the Hub cache and {why}",
            "Choose a local folder or a cached model, or allow the network.",
        )
    return replace(known, problems=(f"its files are not on this machine and {why}",))


def _preset(model_id: str) -> ModelFacts | None:
    return next((each for each in catalog.models() if each.id.lower() == model_id.lower()), None)


def _with_preset(facts: ModelFacts) -> ModelFacts:
    """The licence from the preset where the files do not tell it, marked as such."""
    known = _preset(facts.id)
    if facts.licence or known is None:
        return facts
    return replace(facts, licence=known.licence, unverified=("licence",))
