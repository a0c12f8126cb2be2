"""MLX-LM, for Macs with Apple silicon: one YAML file for `mlx_lm.lora`."""

from advisor.case import Case
from advisor.export.arguments import linear_targets
from advisor.export.headline import head
from advisor.export.target import CONVERSATIONS, DATA, Target, TextFile, Tune
from advisor.export.versions import known

_FILE = "mlx.yaml"
_QUANTISED = "./model-4bit"

Setting = str | int | float | bool | dict[str, object]


def settings(tune: Tune) -> dict[str, Setting]:
    """The settings under the names of MLX-LM's command `lora`."""
    recipe = tune.recipe
    chosen: dict[str, Setting] = {
        "model": _QUANTISED if recipe.method == "qlora" else tune.model_name,
        "train": True,
        "fine_tune_type": "full" if recipe.method == "full" else "lora",
        # All layers; left to itself it trains the last 16.
        "num_layers": -1,
        "hf_dataset": _rows(tune),
        "mask_prompt": recipe.template != "none" and recipe.trained_tokens == "answers",
        "max_seq_length": recipe.sequence_length,
        "adapter_path": "./tuned-mlx",
        **_training(tune),
    }
    if recipe.method != "full":
        chosen["lora_parameters"] = _adapter(tune)
    return chosen


def _rows(tune: Tune) -> dict[str, object]:
    folder = CONVERSATIONS if tune.recipe.template == "chat" else DATA
    rows: dict[str, object] = {"path": f"./{folder}", "train_split": "train"}
    if tune.validation:
        rows["valid_split"] = "validation"
    return rows


def _adapter(tune: Tune) -> dict[str, object]:
    recipe = tune.recipe
    chosen: dict[str, object] = {
        "rank": recipe.rank,
        "scale": recipe.alpha / recipe.rank,
        "dropout": recipe.dropout,
    }
    if recipe.targets != "all-linear":
        chosen["keys"] = [_place(name) for name in linear_targets(recipe.targets)]
    return chosen


def _place(layer: str) -> str:
    """Where a layer stands inside a block, as MLX-LM names it."""
    return f"{'self_attn' if layer in ('q_proj', 'k_proj', 'v_proj', 'o_proj') else 'mlp'}.{layer}"


def _training(tune: Tune) -> dict[str, Setting]:
    recipe = tune.recipe
    once = max(1, tune.steps // max(1, round(recipe.epochs))) * recipe.accumulation
    return {
        "batch_size": recipe.micro_batch,
        "grad_accumulation_steps": recipe.accumulation,
        # Its steps are micro-batches.
        "iters": tune.steps * recipe.accumulation,
        "learning_rate": recipe.learning_rate,
        "lr_schedule": _schedule(tune),
        "optimizer": "adamw",
        "optimizer_config": {"adamw": {"weight_decay": recipe.weight_decay}},
        "grad_checkpoint": recipe.checkpointing,
        "seed": recipe.seed,
        "steps_per_report": 10 * recipe.accumulation,
        "steps_per_eval": once,
        "save_every": once,
    }


def _schedule(tune: Tune) -> dict[str, object]:
    """Warm-up and decay; counted in updates of the weights."""
    rate, left = tune.recipe.learning_rate, max(1, tune.steps - tune.warmup_steps)
    match tune.recipe.schedule:
        case "cosine":
            name, arguments = "cosine_decay", [rate, left]
        case "constant":
            name, arguments = "linear_schedule", [rate, rate, left]
        case _:
            name, arguments = "linear_schedule", [rate, 0.0, left]
    return {"name": name, "arguments": arguments, "warmup": tune.warmup_steps}


def _quantise(tune: Tune) -> tuple[tuple[str, ...], ...]:
    if tune.recipe.method != "qlora":
        return ()
    return (
        ("mlx_lm.convert", "--hf-path", tune.model_name, "--mlx-path", _QUANTISED, "-q", "--q-bits", "4"),
    )


def _notes(tune: Tune) -> tuple[str, ...]:
    tool, recipe = known().tools["mlx-lm"], tune.recipe
    notes = [
        f"MLX-LM {tool.version} trains on Macs with Apple silicon. It clips no gradients; the pilot did.",
        "Its rates are those of the plan, but nothing of the plan's memory and time was checked with MLX.",
    ]
    if recipe.template == "plain":
        notes.append(
            "It puts prompt and answer through a chat template: give the tokenizer one before training."
        )
    if recipe.method == "qlora":
        notes.append("Its 4-bit numbers are of another kind than the pilot's NF4.")
    if not tune.validation:
        notes.append("No rows are held out: it watches the last tenth of the rows that it trains on.")
    return tuple(notes)


def _files(_case: Case, tune: Tune) -> tuple[TextFile, ...]:
    import yaml

    first = head("Run from this folder: mlx_lm.lora --config mlx.yaml", tune, _notes(tune))
    return (TextFile(_FILE, first + yaml.safe_dump(settings(tune), sort_keys=False)),)


TARGET = Target(
    name="mlx",
    title="MLX-LM, on a Mac",
    files=_files,
    run=("mlx_lm.lora", "--config", _FILE),
    packages=("mlx-lm[train]",),
    environment="env-mlx",
    own_quantisation=True,
    before=_quantise,
    notes=_notes,
)
