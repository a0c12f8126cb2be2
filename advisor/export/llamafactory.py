"""LLaMA-Factory: a YAML file and the dataset_info.json that names the columns."""

import json

from advisor.case import Case
from advisor.export.arguments import arguments
from advisor.export.headline import head
from advisor.export.target import CONVERSATIONS, DATA, Target, TextFile, Tune
from advisor.export.versions import known

_FILE = "llamafactory.yaml"

Setting = str | int | float | bool


def settings(tune: Tune) -> dict[str, Setting]:
    """The settings under the names of LLaMA-Factory's arguments."""
    recipe = tune.recipe
    chosen: dict[str, Setting] = {
        "model_name_or_path": tune.model_name,
        "stage": "pt" if recipe.template == "none" else "sft",
        "do_train": True,
        "finetuning_type": "full" if recipe.method == "full" else "lora",
        "dataset_dir": ".",
        "dataset": "advisor_train",
        "cutoff_len": recipe.sequence_length,
        "packing": recipe.packing,
        "train_on_prompt": recipe.trained_tokens == "all",
        # Only the last answer of a row is trained.
        "mask_history": recipe.template == "chat" and recipe.trained_tokens == "answers",
    }
    if recipe.template == "plain":
        chosen["template"] = "empty"
    if tune.validation:
        chosen |= {"eval_dataset": "advisor_validation", "eval_strategy": "epoch"}
    return {**chosen, **_adapter(tune), **_training(tune)}


def _adapter(tune: Tune) -> dict[str, Setting]:
    recipe = tune.recipe
    if recipe.method == "full":
        return {}
    chosen: dict[str, Setting] = {
        "lora_rank": recipe.rank,
        "lora_alpha": recipe.alpha,
        "lora_dropout": recipe.dropout,
        "lora_target": "all" if recipe.targets == "all-linear" else recipe.targets,
    }
    if recipe.method == "qlora":
        chosen |= {"quantization_bit": 4, "quantization_type": "nf4", "double_quantization": True}
    return chosen


def _training(tune: Tune) -> dict[str, Setting]:
    recipe = tune.recipe
    return {
        "output_dir": "./tuned-llamafactory",
        **arguments(tune),
        "per_device_eval_batch_size": recipe.micro_batch,
        # Whole steps: what a share is called differs among the versions that it allows.
        "warmup_steps": tune.warmup_steps,
        # On by default there, unlike in the pilot's trainer.
        "disable_gradient_checkpointing": not recipe.checkpointing,
        "bf16": recipe.precision == "bf16",
        "fp16": recipe.precision == "fp16",
        "report_to": "none",
    }


def dataset_info(tune: Tune) -> dict[str, object]:
    """Files and columns of the rows."""
    return {f"advisor_{role}": _rows(tune, role) for role in ("train", "validation", "test")}


def _rows(tune: Tune, role: str) -> dict[str, object]:
    match tune.recipe.template:
        case "chat":
            tags = {
                "role_tag": "role",
                "content_tag": "content",
                "user_tag": "user",
                "assistant_tag": "assistant",
                "system_tag": "system",
                "observation_tag": "tool",
            }
            return {
                "file_name": f"{CONVERSATIONS}/{role}.jsonl",
                "formatting": "sharegpt",
                "columns": {"messages": "messages"},
                "tags": tags,
            }
        case "plain":
            columns = {"prompt": "prompt", "response": "completion"}
        case _:
            columns = {"prompt": "text"}
    return {"file_name": f"{DATA}/{role}.jsonl", "formatting": "alpaca", "columns": columns}


def _notes(tune: Tune) -> tuple[str, ...]:
    tool = known().tools["llamafactory"]
    notes = [f"LLaMA-Factory {tool.version} pins {tool.pins}: it needs an environment of its own."]
    notes.append(
        "Rows longer than the sequence length are cut in prompt and answer in proportion; the "
        "pilot's trainer "
        "cuts the end."
    )
    notes.append(_DIFFERENCES[tune.recipe.template])
    return tuple(notes)


_DIFFERENCES = {
    "chat": "The model's own chat template is parsed; where it has a begin token, that is repeated "
    "before the "
    "question after a system turn and before later questions. Rows whose turns do not alternate "
    "are left out.",
    "plain": "Its template without markup ends no answer: no end-of-text token is trained, so the "
    "tuned model "
    "does not learn where to stop.",
    "none": "Raw text is trained in its pretraining stage, which joins rows into blocks of that length.",
}


def _files(_case: Case, tune: Tune) -> tuple[TextFile, ...]:
    import yaml

    first = head("Run from this folder: llamafactory-cli train llamafactory.yaml", tune, _notes(tune))
    return (
        TextFile(_FILE, first + yaml.safe_dump(settings(tune), sort_keys=False)),
        TextFile("dataset_info.json", json.dumps(dataset_info(tune), indent=2) + "\n"),
    )


TARGET = Target(
    name="llamafactory",
    title="LLaMA-Factory",
    files=_files,
    run=("llamafactory-cli", "train", _FILE),
    packages=("llamafactory",),
    environment="env-llamafactory",
    notes=_notes,
)
