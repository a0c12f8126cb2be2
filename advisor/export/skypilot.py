"""SkyPilot: one task for any cloud, on spot machines, that goes on from its bucket after an interruption."""

import shlex

from advisor.case import Case
from advisor.export.headline import head
from advisor.export.rented import launcher, note, options
from advisor.export.target import KEPT, Target, TextFile, Tune
from advisor.export.versions import known
from heuristics.planning.recipe import Offer

_FILE = "sky.yaml"
_KEPT = "/checkpoints"
_MODEL = "/model"
_DISK_GB = 100
_ANY = "A100-80GB"


def settings(tune: Tune) -> dict[str, object]:
    """The task under SkyPilot's names."""
    mounts: dict[str, object] = {_KEPT: {"name": bucket(tune), "mode": "MOUNT"}}
    if tune.local_model is not None:
        mounts[_MODEL] = tune.local_model
    return {
        "name": tune.name,
        "workdir": ".",
        "resources": {
            "accelerators": accelerators(tune),
            "use_spot": True,
            "disk_size": _DISK_GB,
            "job_recovery": {"strategy": "EAGER_NEXT_REGION", "max_restarts_on_errors": 1},
        },
        "file_mounts": mounts,
        "setup": "python3 -m pip install -r requirements.txt\n",
        "run": _run(tune),
    }


def bucket(tune: Tune) -> str:
    """Where the checkpoints are kept; every cloud takes such a name."""
    return f"advisor-{tune.name}"[:60].rstrip("-")


def accelerators(tune: Tune) -> str:
    """GPU and count of the cheapest fitting machine that SkyPilot has a name for."""
    fitting = _offer(tune)
    names = known().skypilot.accelerators
    return f"{names[fitting.gpu]}:{fitting.gpus}" if fitting else f"{_ANY}:1"


def _offer(tune: Tune) -> Offer | None:
    names = known().skypilot.accelerators
    return next((each for each in tune.offers if each.gpu in names), None)


def _run(tune: Tune) -> str:
    offer = _offer(tune)
    words = ["train.py", "--config", "trl.yaml", "--output_dir", f"{_KEPT}/tuned", *options(tune, offer)]
    if tune.local_model is not None:
        words += ["--model_name_or_path", _MODEL]
    # The checkpoints lie in the bucket: a machine that replaces a lost one goes on from the newest.
    start = " ".join(launcher(offer, '"$SKYPILOT_NUM_GPUS_PER_NODE"'))
    return f"{start} {shlex.join(words)}\n"


def _notes(tune: Tune) -> tuple[str, ...]:
    notes = [
        f"Written for SkyPilot {known().tools['skypilot'].version}: `sky check` shows which clouds "
        "it can use.",
        f"The bucket {bucket(tune)} is created in your account and keeps the checkpoints; delete it "
        "afterwards.",
        "This folder, with your rows, is copied to the machine.",
    ]
    offer = _offer(tune)
    notes.append(note(tune, offer) if offer else f"No fitting offer is known: {_ANY} is only a guess.")
    return tuple(each for each in notes if each)


def _files(_case: Case, tune: Tune) -> tuple[TextFile, ...]:
    import yaml

    first = head("sky jobs launch sky.yaml", tune, _notes(tune))
    return (
        TextFile(_FILE, first + yaml.safe_dump(settings(tune), sort_keys=False)),
        TextFile(".skyignore", f"/.venv\n/env-*\n/tuned*\n{KEPT}\n"),
    )


TARGET = Target(
    name="skypilot",
    title="SkyPilot: any cloud, spot machines",
    files=_files,
    run=("sky", "jobs", "launch", _FILE),
    packages=("skypilot",),
    needs=("trl", "fsdp2"),
    sends_rows=True,
    environment="env-skypilot",
    notes=_notes,
)
