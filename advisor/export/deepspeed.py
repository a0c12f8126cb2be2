"""DeepSpeed through accelerate: optimizer and gradients, for full fine-tuning also weights, sharded."""

import json

from advisor.case import Case
from advisor.export.accelerate import devices
from advisor.export.headline import head
from advisor.export.rented import note, several, share_note, share_parts, shared_options
from advisor.export.target import Target, TextFile, Tune
from advisor.export.versions import known
from heuristics.words import rows

_LAUNCH = "deepspeed.yaml"
_FILE = "deepspeed.json"
_AUTO = "auto"
"""Filled in by the trainer from its own settings, so that no value stands in two places."""


def launch_settings(tune: Tune) -> dict[str, object]:
    """The settings under the names of accelerate's configuration file."""
    return {
        "compute_environment": "LOCAL_MACHINE",
        "distributed_type": "DEEPSPEED",
        "machine_rank": 0,
        "num_machines": 1,
        "num_processes": devices(tune),
        "main_training_function": "main",
        "rdzv_backend": "static",
        "same_network": True,
        "use_cpu": False,
        "deepspeed_config": {
            "deepspeed_config_file": _FILE,
            "zero3_init_flag": _stage(tune) == 3,
        },
    }


def settings(tune: Tune) -> dict[str, object]:
    """DeepSpeed's own configuration."""
    stage = _stage(tune)
    zero: dict[str, object] = {"stage": stage, "overlap_comm": True, "contiguous_gradients": True}
    if stage == 3:
        zero["stage3_gather_16bit_weights_on_model_save"] = True
    return {
        "train_batch_size": _AUTO,
        "train_micro_batch_size_per_gpu": _AUTO,
        "gradient_accumulation_steps": _AUTO,
        "gradient_clipping": _AUTO,
        "bf16": {"enabled": _AUTO},
        "fp16": {"enabled": _AUTO},
        "zero_optimization": zero,
    }


def _stage(tune: Tune) -> int:
    """Weights are sharded too where all of them are trained; frozen ones are small beside what LoRA saves."""
    return 3 if tune.recipe.method == "full" else 2


def _notes(tune: Tune) -> tuple[str, ...]:
    engine = f"DeepSpeed ZeRO-{_stage(tune)}"
    offer = several(tune)
    said = (
        f"Written for DeepSpeed {known().tools['deepspeed'].version}, ZeRO stage {_stage(tune)}; it "
        "needs NVIDIA "
        "GPUs and their CUDA compiler.",
        f"Set num_processes to your number of GPUs; they share {rows(tune.recipe.effective_batch)} per step.",
        share_note(tune, engine),
        share_parts(tune, engine),
        "" if offer is not None and offer.sharded and _stage(tune) == 2 else note(tune, offer),
    )
    return tuple(each for each in said if each)


def _files(_case: Case, tune: Tune) -> tuple[TextFile, ...]:
    import yaml

    first = head(
        "accelerate launch --config_file deepspeed.yaml train.py --config trl.yaml", tune, _notes(tune)
    )
    return (
        TextFile(_LAUNCH, first + yaml.safe_dump(launch_settings(tune), sort_keys=False)),
        TextFile(_FILE, json.dumps(settings(tune), indent=2) + "\n"),
    )


TARGET = Target(
    name="deepspeed",
    title="DeepSpeed, several GPUs",
    files=_files,
    run=("accelerate", "launch", "--config_file", _LAUNCH, "train.py", "--config", "trl.yaml"),
    options=shared_options,
    packages=("deepspeed",),
    needs=("trl",),
    notes=_notes,
)
