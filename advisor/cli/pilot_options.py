"""Options of the commands that run a pilot, beside goal and settings."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from advisor.alert import checked_alert
from advisor.pilot_options import MOST_SEEDS, PilotOptions, project_name, readable_file
from advisor.text import one_line


def pilot_options(command: argparse.ArgumentParser) -> None:
    """What is measured beside the goal, and whom the pilot tells."""
    group = command.add_argument_group("the pilot")
    group.add_argument(
        "--probe",
        type=Path,
        metavar="FILE",
        help="general text of your own, one passage a line, on which forgetting is measured",
    )
    group.add_argument(
        "--cleaned",
        type=Path,
        metavar="FILE",
        help="the same rows after cleaning: are cleaner rows or more rows the lever?",
    )
    group.add_argument(
        "--seeds", type=_seeds, metavar="N", help="runs at each of the two smallest sizes (default: 3)"
    )
    group.add_argument(
        "--alert",
        metavar="WHERE",
        help="send alarms as JSON: an https address, http on this machine, env:NAME of a variable that "
        "holds one, or a command that reads it from its standard input",
    )
    group.add_argument(
        "--wandb", metavar="PROJECT", help="metrics to Weights & Biases too; offline without login"
    )


def options_given(given: Mapping[str, object]) -> PilotOptions:
    """The options among parsed ones; raises BadInput for a file or an address that cannot be used."""
    alert, wandb, seeds = given.get("alert"), given.get("wandb"), given.get("seeds")
    return PilotOptions(
        probe=_file(given.get("probe"), "general text"),
        cleaned=_file(given.get("cleaned"), "cleaned file"),
        seeds=seeds if isinstance(seeds, int) else None,
        alert=checked_alert(alert) if isinstance(alert, str) else None,
        wandb=project_name(wandb) if isinstance(wandb, str) else None,
    )


def _file(path: object, what: str) -> str | None:
    return readable_file(path, what) if isinstance(path, Path) else None


def _seeds(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{one_line(text, 40)} is not a whole number") from None
    if not 1 <= value <= MOST_SEEDS:
        raise argparse.ArgumentTypeError(f"must be 1 to {MOST_SEEDS}")
    return value
