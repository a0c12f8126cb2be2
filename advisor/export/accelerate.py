"""accelerate with FSDP2: the plain script on all GPUs of a machine, weights and optimizer sharded."""

from advisor.case import Case
from advisor.export.headline import head
from advisor.export.rented import note, several, share_note, share_parts, shared_options
from advisor.export.target import Target, TextFile, Tune
from heuristics.memory.sharded import gpus_of
from heuristics.words import rows

_FILE = "fsdp2.yaml"
_MIXED = {"fp32": "no", "bf16": "bf16", "fp16": "fp16"}

Setting = str | int | bool | dict[str, str | int | bool]


def settings(tune: Tune) -> dict[str, Setting]:
    """The settings under the names of accelerate's configuration file."""
    offer = several(tune)
    return {
        "compute_environment": "LOCAL_MACHINE",
        "distributed_type": "FSDP",
        "machine_rank": 0,
        "num_machines": 1,
        "num_processes": devices(tune),
        "mixed_precision": _MIXED[offer.precision if offer and offer.precision else tune.recipe.precision],
        "main_training_function": "main",
        "rdzv_backend": "static",
        "same_network": True,
        "use_cpu": False,
        "fsdp_config": {
            "fsdp_version": 2,
            "fsdp_auto_wrap_policy": "TRANSFORMER_BASED_WRAP",
            "fsdp_reshard_after_forward": True,
            "fsdp_offload_params": False,
            "fsdp_cpu_ram_efficient_loading": True,
            "fsdp_state_dict_type": "FULL_STATE_DICT",
            # The trainer recomputes activations itself, which gathers no layer twice under FSDP2. The
            # launcher's way renames the modules, and an adapter is then saved without its weights.
            "fsdp_activation_checkpointing": False,
        },
    }


def devices(tune: Tune) -> int:
    """GPUs that the files are written for."""
    return gpus_of(tune.offers)


def _notes(tune: Tune) -> tuple[str, ...]:
    notes = [
        f"Set num_processes to your number of GPUs; they share {rows(tune.recipe.effective_batch)} per step.",
        share_note(tune, "FSDP2"),
        share_parts(tune, "FSDP2"),
        note(tune, several(tune)),
    ]
    if tune.recipe.method == "qlora":
        notes.append(
            "4-bit weights are sharded only when stored as the compute type; LoRA is the safer choice."
        )
    return tuple(each for each in notes if each)


def _files(_case: Case, tune: Tune) -> tuple[TextFile, ...]:
    import yaml

    first = head("accelerate launch --config_file fsdp2.yaml train.py --config trl.yaml", tune, _notes(tune))
    return (TextFile(_FILE, first + yaml.safe_dump(settings(tune), sort_keys=False)),)


TARGET = Target(
    name="fsdp2",
    title="accelerate with FSDP2, several GPUs",
    files=_files,
    run=("accelerate", "launch", "--config_file", _FILE, "train.py", "--config", "trl.yaml"),
    options=shared_options,
    needs=("trl",),
    notes=_notes,
)
