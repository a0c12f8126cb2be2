"""Axolotl: one YAML file with the same rows, the same loss mask and the same steps."""

from advisor.case import Case
from advisor.export.arguments import linear_targets
from advisor.export.headline import head
from advisor.export.target import CONVERSATIONS, DATA, Target, TextFile, Tune
from advisor.export.versions import known

_FILE = "axolotl.yaml"

Setting = str | int | float | bool | list[str] | list[dict[str, object]]


def settings(tune: Tune) -> dict[str, Setting]:
    """The settings under the names of Axolotl's own schema."""
    return {**_model(tune), **_rows(tune), **_training(tune)}


def _model(tune: Tune) -> dict[str, Setting]:
    recipe = tune.recipe
    chosen: dict[str, Setting] = {"base_model": tune.model_name}
    if recipe.method == "full":
        return chosen
    chosen |= {
        "adapter": recipe.method,
        "lora_r": recipe.rank,
        "lora_alpha": recipe.alpha,
        "lora_dropout": recipe.dropout,
    }
    if recipe.targets == "all-linear":
        chosen["lora_target_linear"] = True
    else:
        chosen["lora_target_modules"] = linear_targets(recipe.targets)
    if recipe.method == "qlora":
        chosen["load_in_4bit"] = True
    return chosen


def _rows(tune: Tune) -> dict[str, Setting]:
    chosen: dict[str, Setting] = {
        "sequence_len": tune.recipe.sequence_length,
        # Left to itself, Axolotl drops rows that are too long; the pilot's trainer cuts their end.
        "excess_length_strategy": "truncate",
        "sample_packing": tune.recipe.packing,
        "train_on_inputs": tune.recipe.trained_tokens == "all",
        "datasets": [_part(tune, "train")],
        "dataset_prepared_path": "./axolotl-prepared",
    }
    if tune.validation:
        chosen["test_datasets"] = [_part(tune, "validation")]
    return chosen


def _part(tune: Tune, role: str) -> dict[str, object]:
    match tune.recipe.template:
        case "chat":
            return {
                "path": f"./{CONVERSATIONS}/{role}.jsonl",
                "ds_type": "json",
                "split": "train",
                "type": "chat_template",
                "chat_template": "tokenizer_default",
                "field_messages": "messages",
                "message_property_mappings": {"role": "role", "content": "content"},
                # Only the last answer of a row is trained: every turn says whether it is.
                "message_field_training": "train",
                "roles_to_train": [],
                "train_on_eos": "turn",
            }
        case "plain":
            return {
                "path": f"./{DATA}/{role}.jsonl",
                "ds_type": "json",
                "split": "train",
                "type": {
                    "field_instruction": "prompt",
                    "field_output": "completion",
                    "format": "{instruction}",
                    "no_input_format": "{instruction}",
                },
            }
        case _:
            return {
                "path": f"./{DATA}/{role}.jsonl",
                "ds_type": "json",
                "split": "train",
                "type": "completion",
                "field": "text",
            }


def _training(tune: Tune) -> dict[str, Setting]:
    recipe = tune.recipe
    return {
        "output_dir": "./tuned-axolotl",
        "learning_rate": recipe.learning_rate,
        "micro_batch_size": recipe.micro_batch,
        "gradient_accumulation_steps": recipe.accumulation,
        "num_epochs": recipe.epochs,
        "lr_scheduler": recipe.schedule,
        "warmup_ratio": recipe.warmup_share,
        "optimizer": recipe.optimizer,
        "weight_decay": recipe.weight_decay,
        "max_grad_norm": recipe.max_grad_norm,
        "gradient_checkpointing": recipe.checkpointing,
        "bf16": recipe.precision == "bf16",
        "fp16": recipe.precision == "fp16",
        "seed": recipe.seed,
        "logging_steps": 10,
        "saves_per_epoch": 1,
        **({"evals_per_epoch": 1} if tune.validation else {}),
        "save_total_limit": 2,
        "auto_resume_from_checkpoints": True,
    }


def _notes(tune: Tune) -> tuple[str, ...]:
    tool = known().tools["axolotl"]
    notes = [f"Axolotl {tool.version} pins {tool.pins}: it needs an environment of its own."]
    notes.append(_DIFFERENCES[tune.recipe.template])
    if tune.recipe.method == "full" and tune.recipe.precision != "fp32":
        notes.append("Axolotl may keep trained weights in 16 bits, where the pilot kept them in fp32.")
    return tuple(notes)


_DIFFERENCES = {
    "chat": "What the chat template writes after the answer's end token is not trained here; in "
    "the pilot it is.",
    "plain": "Prompt and answer are tokenized apart and then joined: where a token would span the "
    "border, one "
    "token differs from the pilot's.",
    "none": "Raw text longer than the sequence length is cut as in the pilot.",
}


def _files(_case: Case, tune: Tune) -> tuple[TextFile, ...]:
    import yaml

    first = head("Run from this folder: axolotl train axolotl.yaml", tune, _notes(tune))
    return (TextFile(_FILE, first + yaml.safe_dump(settings(tune), sort_keys=False)),)


TARGET = Target(
    name="axolotl",
    title="Axolotl",
    files=_files,
    run=("axolotl", "train", _FILE),
    packages=("axolotl",),
    environment="env-axolotl",
    notes=_notes,
)
