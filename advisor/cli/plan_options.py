"""Options about the inputs, the goal and the settings of a plan."""

import argparse
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import get_args

from advisor.cli.numbers_given import not_negative, positive, whole
from advisor.errors import BadInput
from advisor.text import one_line
from heuristics.facts.data import Columns
from heuristics.goal import Metric, TaskKind, Topic
from heuristics.planning.recipe import Method


def input_options(command: argparse.ArgumentParser) -> None:
    """The model, the test rows, and which column is what."""
    group = command.add_argument_group("inputs")
    group.add_argument("--model", metavar="ID_OR_FOLDER", help="model to tune: a folder or a Hub id")
    group.add_argument(
        "--pilot-model",
        metavar="ID_OR_FOLDER",
        help="a smaller model that runs the pilot where the one to tune does not fit",
    )
    group.add_argument(
        "--eval",
        type=Path,
        dest="eval_file",
        metavar="FILE",
        help="your own test rows, opened once at the end",
    )
    group.add_argument(
        "--column",
        action="append",
        metavar="PART=NAME",
        help="which column plays a part, such as prompt=question; repeat as needed",
    )


def topic_options(command: argparse.ArgumentParser) -> None:
    """What the rows should be about."""
    group = command.add_argument_group("topic (for the check of rows about something else)")
    group.add_argument("--topic", metavar="TEXT", help="what the rows should be about, in their own words")
    group.add_argument(
        "--typical",
        action="append",
        type=whole,
        metavar="LINE",
        help="line of a row that is typical of it; repeat as needed",
    )


def goal_options(command: argparse.ArgumentParser) -> None:
    """What better means, and what it may cost."""
    group = command.add_argument_group("goal")
    group.add_argument("--goal", dest="task", choices=get_args(TaskKind), help="kind of task")
    group.add_argument("--metric", choices=get_args(Metric), help="what better means")
    group.add_argument(
        "--smallest-gain", type=positive, help="smallest gain that matters: nats, or share of rows"
    )
    group.add_argument("--minutes", type=positive, dest="pilot_minutes", help="time budget of the pilot")
    group.add_argument("--budget-hours", type=positive, help="longest acceptable full run")
    group.add_argument("--budget-money", type=not_negative, help="most that the full run may cost, USD")
    group.add_argument(
        "--electricity",
        type=not_negative,
        dest="electricity_price",
        metavar="USD",
        help="price of a kWh here, USD (default: US average for homes)",
    )
    for name, what in (
        ("keep-general", "the tuned model must keep its general ability"),
        ("data-may-leave", "the data may be sent to a cloud machine"),
        ("format-counts", "learning the form of the answers is a goal"),
    ):
        group.add_argument(f"--{name}", action=argparse.BooleanOptionalAction, help=what)


def setting_options(command: argparse.ArgumentParser) -> None:
    """What the plan would choose itself."""
    group = command.add_argument_group("settings fixed by hand (default: the plan chooses)")
    group.add_argument("--method", choices=get_args(Method))
    group.add_argument("--lr", type=positive, dest="learning_rate", help="learning rate")
    group.add_argument("--epochs", type=positive)
    group.add_argument("--seq", type=whole, dest="sequence_length", help="sequence length, tokens")
    group.add_argument("--samples", type=whole, help="training rows of the pilot")
    group.add_argument("--batch", type=whole, dest="micro_batch", help="rows per micro-batch")
    group.add_argument("--accumulation", type=whole, help="micro-batches per optimizer step")
    group.add_argument("--rank", type=whole, help="rank of the adapter")
    group.add_argument(
        "--checkpointing", action=argparse.BooleanOptionalAction, help="gradient checkpointing"
    )
    group.add_argument("--seed", type=int)


def columns_given(pairs: Sequence[str]) -> Columns:
    """The columns that `PART=NAME` pairs name; raises BadInput for a pair that is none."""
    parts = [each.name for each in fields(Columns)]
    chosen: dict[str, str] = {}
    for pair in pairs:
        part, _, name = pair.partition("=")
        if part not in parts or not name:
            raise BadInput(
                f"--column {one_line(pair, 60)} is not understood",
                f"Write PART=NAME, where PART is one of: {', '.join(parts)}.",
            )
        chosen[part] = name
    return Columns(**chosen)


def topic_given(text: str | None, lines: Sequence[int] | None) -> Topic | None:
    """The topic, None where neither words nor rows say one."""
    said = one_line(text or "", 1000)
    return Topic(said, tuple(lines or ())) if said or lines else None
