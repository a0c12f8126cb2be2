"""Unsloth: a plain script, and a JSON file with the settings that it reads."""

import json

from advisor.case import Case
from advisor.export.arguments import arguments, linear_targets
from advisor.export.script import script
from advisor.export.target import DATA, Target, TextFile, Tune
from advisor.export.versions import known

_FILE = "unsloth.json"
SCRIPT = "unsloth_train.py"
_LINEAR = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
"""Unsloth wants its layers by name; these are the linear ones of the families that it speeds up."""


def settings(tune: Tune) -> dict[str, object]:
    """What the script reads; "arguments" are transformers' TrainingArguments."""
    recipe = tune.recipe
    targets = _LINEAR if recipe.targets == "all-linear" else linear_targets(recipe.targets)
    return {
        "model": tune.model_name,
        "method": recipe.method,
        "rank": recipe.rank,
        "alpha": recipe.alpha,
        "dropout": recipe.dropout,
        "targets": targets,
        "precision": recipe.precision,
        "checkpointing": recipe.checkpointing,
        "sequence_length": recipe.sequence_length,
        "everything": recipe.trained_tokens == "all",
        "train": f"{DATA}/train.jsonl",
        "validation": f"{DATA}/validation.jsonl" if tune.validation else None,
        "warmup_share": recipe.warmup_share,
        "epochs": recipe.epochs,
        "micro_batch": recipe.micro_batch,
        "accumulation": recipe.accumulation,
        "seed": recipe.seed,
        "arguments": {
            "output_dir": "./tuned-unsloth",
            **arguments(tune),
            "per_device_eval_batch_size": recipe.micro_batch,
            "report_to": "none",
        },
    }


def _notes(tune: Tune) -> tuple[str, ...]:
    tool = known().tools["unsloth"]
    notes = [
        f"Unsloth {tool.version} pins {tool.pins}: it needs an environment of its own, and a CUDA GPU.",
        "The script makes ids and labels itself, the same as the pilot's; the kernels and the "
        "adapter's first values "
        "are Unsloth's own.",
    ]
    if tune.recipe.targets == "all-linear" and tune.recipe.method != "full":
        notes.append("The layers are named for Llama-like models; others may have linear layers besides.")
    if tune.recipe.packing:
        notes.append("Rows are not packed here: steps take longer, what is learnt is the same.")
    return tuple(notes)


def _files(_case: Case, tune: Tune) -> tuple[TextFile, ...]:
    text = json.dumps(settings(tune), indent=2) + "\n"
    return (TextFile(_FILE, text), script("unsloth_train.py", SCRIPT))


TARGET = Target(
    name="unsloth",
    title="Unsloth, for one CUDA GPU",
    files=_files,
    run=("python", SCRIPT, _FILE),
    packages=("unsloth",),
    environment="env-unsloth",
    notes=_notes,
)
