"""TRL: the settings that the pilot trained with as a YAML file, and a plain script that reads them."""

from advisor.case import Case
from advisor.export.arguments import arguments, linear_targets
from advisor.export.headline import head
from advisor.export.requirements import requirements
from advisor.export.script import script
from advisor.export.target import DATA, Target, TextFile, Tune

_FILE = "trl.yaml"
SCRIPT = "train.py"
PACKAGES = ("trl", "peft", "transformers", "datasets", "accelerate", "torch", "tensorboard")
_DTYPES = {"fp32": "float32", "bf16": "bfloat16", "fp16": "float16"}

Setting = str | int | float | bool | list[str]


def settings(tune: Tune) -> dict[str, Setting]:
    """The settings under the names of TRL 1.16's SFTConfig, ModelConfig and ScriptArguments."""
    return {**_model(tune), **_data(tune), **_training(tune), **_evaluation(tune)}


def _model(tune: Tune) -> dict[str, Setting]:
    recipe = tune.recipe
    # Weights that are trained themselves stay in fp32 and are cast in each step.
    dtype = "float32" if recipe.method == "full" else _DTYPES[recipe.precision]
    chosen: dict[str, Setting] = {"model_name_or_path": tune.model_name, "dtype": dtype}
    if recipe.method == "full":
        return chosen
    chosen |= {
        "use_peft": True,
        "lora_r": recipe.rank,
        "lora_alpha": recipe.alpha,
        "lora_dropout": recipe.dropout,
        "lora_target_modules": linear_targets(recipe.targets),
    }
    if recipe.method == "qlora":
        chosen |= {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "use_bnb_nested_quant": True}
    return chosen


def _data(tune: Tune) -> dict[str, Setting]:
    recipe = tune.recipe
    chosen: dict[str, Setting] = {
        "dataset_name": f"./{DATA}",
        "dataset_train_split": "train",
        "max_length": recipe.sequence_length,
        "packing": recipe.packing,
    }
    if recipe.trained_tokens == "all":
        # Left out otherwise: the trainer then trains on answers alone wherever rows have a prompt.
        chosen["completion_only_loss"] = False
    return chosen


def _training(tune: Tune) -> dict[str, Setting]:
    recipe = tune.recipe
    return {
        "output_dir": "./tuned",
        **arguments(tune),
        # A share of all steps where it is below 1.
        "warmup_steps": recipe.warmup_share,
        "gradient_checkpointing": recipe.checkpointing,
        "bf16": recipe.precision == "bf16",
        "fp16": recipe.precision == "fp16",
        "report_to": "tensorboard",
    }


def _evaluation(tune: Tune) -> dict[str, Setting]:
    if tune.validation == 0:
        return {"eval_strategy": "no"}
    return {
        "eval_strategy": "epoch",
        "dataset_test_split": "validation",
        "per_device_eval_batch_size": tune.recipe.micro_batch,
    }


def _files(_case: Case, tune: Tune) -> tuple[TextFile, ...]:
    import yaml

    first = head(
        "Run from this folder: python train.py --config trl.yaml, or trl sft --config trl.yaml", tune
    )
    return (
        TextFile(_FILE, first + yaml.safe_dump(settings(tune), sort_keys=False)),
        script("train.py", SCRIPT),
        TextFile("requirements.txt", requirements(PACKAGES, tune)),
    )


TARGET = Target(
    name="trl",
    title="TRL, the trainer that the pilot used",
    files=_files,
    run=("python", SCRIPT, "--config", _FILE),
    packages=PACKAGES,
)
