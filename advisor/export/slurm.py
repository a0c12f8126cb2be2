"""Slurm: one batch script that asks for the GPUs and the time, and goes on when it is started again."""

from advisor.case import Case
from advisor.export.accelerate import devices
from advisor.export.headline import head
from advisor.export.target import Target, TextFile, Tune

_FILE = "slurm.sbatch"
_SPARE = 1.5
"""Time asked for over the time expected: a job that runs out of it is killed."""
_SHORTEST = 30
_HOUR = 60


def _script(case: Case, tune: Tune) -> str:
    gpus = devices(tune) if tune.offers and tune.offers[0].gpus > 1 else 1
    options = {
        "job-name": tune.name,
        "nodes": "1",
        "ntasks": "1",
        "gpus-per-node": str(gpus),
        "cpus-per-task": str(4 * gpus),
        "time": _clock(_minutes(case)),
        "output": "slurm-%j.log",
        "requeue": None,
        "open-mode": "append",
    }
    asked = "".join(
        f"#SBATCH --{name}{'' if value is None else f'={value}'}\n" for name, value in options.items()
    )
    body = (
        "set -euo pipefail\n"
        'cd -- "${SLURM_SUBMIT_DIR:-.}"\n'
        "# The environment of RUN.md, when it was made here.\n"
        "[ -f .venv/bin/activate ] && . .venv/bin/activate\n"
        f'srun torchrun --standalone --nproc_per_node "${{SLURM_GPUS_ON_NODE:-{gpus}}}" train.py '
        "--config trl.yaml\n"
    )
    return "#!/bin/bash\n" + asked + head("sbatch slurm.sbatch", tune, _notes(tune)) + body


def _minutes(case: Case) -> float:
    """Time to ask for: the slowest case of the full run, with room."""
    planned = case.plan.full_time.high / 60 if case.plan else 0.0
    return max(_SHORTEST, planned * _SPARE)


def _clock(minutes: float) -> str:
    """Days-hours:minutes:00, as Slurm reads it."""
    whole = round(min(minutes, 7 * 24 * _HOUR))
    hours, rest = divmod(whole, _HOUR)
    days, hours = divmod(hours, 24)
    return f"{days}-{hours:02}:{rest:02}:00"


def _notes(_tune: Tune) -> tuple[str, ...]:
    return (
        "Submit it from this folder, which the compute node must see; add --partition and "
        "--account as your site asks.",
        "The time is the longest that this machine would need, and half as much again.",
        "Started again, it goes on from the newest complete checkpoint.",
    )


def _files(case: Case, tune: Tune) -> tuple[TextFile, ...]:
    return (TextFile(_FILE, _script(case, tune)),)


TARGET = Target(
    name="slurm",
    title="Slurm batch script",
    files=_files,
    run=("sbatch", _FILE),
    needs=("trl",),
    notes=_notes,
)
