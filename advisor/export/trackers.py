"""Weights & Biases: the names under which the full run is shown; TensorBoard is written without settings."""

import shlex

from advisor.case import Case
from advisor.export.target import Target, TextFile, Tune

_FILE = "wandb.env"


def _files(_case: Case, tune: Tune) -> tuple[TextFile, ...]:
    values = {
        "WANDB_PROJECT": "fine-tuning-advisor",
        "WANDB_NAME": tune.name,
        # Nothing leaves the machine until `wandb sync` or another mode is asked for.
        "WANDB_MODE": "offline",
        "WANDB_LOG_MODEL": "false",
    }
    lines = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in values.items())
    return (
        TextFile(_FILE, f"# . ./wandb.env && python train.py --config trl.yaml --report_to wandb\n{lines}"),
    )


def _notes(_tune: Tune) -> tuple[str, ...]:
    return (
        "TensorBoard: `tensorboard --logdir tuned` shows what trl.yaml logs anyway.",
        "Offline until you ask otherwise: set WANDB_MODE to online, or run `wandb sync` afterwards.",
    )


TARGET = Target(
    name="wandb",
    title="Weights & Biases, offline at first; TensorBoard",
    files=_files,
    run=("bash", "-c", f". ./{_FILE} && python train.py --config trl.yaml --report_to wandb"),
    packages=("wandb",),
    needs=("trl",),
    notes=_notes,
)
