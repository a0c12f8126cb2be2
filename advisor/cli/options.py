"""The command line: commands, options and their limits."""

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import NoReturn, get_args

from advisor.cli.asked import Asked, GoalWishes
from advisor.cli.memory_options import memory_options, memory_wishes
from advisor.cli.pilot_options import options_given, pilot_options
from advisor.errors import BadInput
from advisor.text import one_line
from heuristics.facts.data import Columns
from heuristics.goal import Metric, TaskKind, Topic
from heuristics.knobs import Knobs
from heuristics.recipe import Method

_FILE_COMMANDS = {
    "profile": "read a data set and say what is in it",
    "clean": "mend a copy of a data set, and log every change",
    "plan": "recommend a recipe, with its memory, time and reasons",
    "pilot": "run the small experiment on this machine",
    "run": "everything: probe, profile, goal, plan, pilot, verdict, export",
}
_OTHER_COMMANDS = {
    "probe": "find out what this machine is and can do",
    "verdict": "say what the evidence of a case allows to say",
    "export": "write the files that trainers read",
    "report": "write the case as HTML, Markdown and a model card",
    "memory": "say whether a training step of a model fits: exit code 0 fits, 1 does not, 4 cannot tell",
    "offers": "list the cloud prices that plans compare, or take newer ones",
    "doctor": "say what this installation lacks for which feature, and the command that adds it",
    "demo": "the whole journey on the bundled data and model, offline",
    "compare": "put two pilots side by side: a case's two newest, or two that are named",
    "replay": "print what a recorded run said",
}
_EPILOG = (
    "Exit codes: 0 ready, 1 not ready, 2 usage or input error, 3 a job failed. "
    "Without a command the terminal program opens."
)


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        raise BadInput(one_line(message), f"See: {self.prog} --help")


class _Version(argparse.Action):
    """Prints the installed version; looked up only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import PackageNotFoundError, version

        try:
            known = version("finetune-advisor")
        except PackageNotFoundError:
            known = "not installed as a package"
        sys.stdout.write(f"finetune-advisor {known}\n")
        parser.exit()


def parse(argv: Sequence[str]) -> Asked:
    """The command that `argv` asks for; raises BadInput for anything that cannot be understood."""
    for word in argv:
        # A name that is not UTF-8 arrives as surrogates, which no case file can hold.
        if not word.isprintable() and any("\ud800" <= each <= "\udfff" for each in word):
            raise BadInput(f"{one_line(word, 80)} is not valid UTF-8", "Rename the file or folder.")
    given = vars(_parser().parse_args(list(argv)))
    columns = given.get("column") or []
    files = given.get("files") or ()
    if given["command"] == "clean" and len(files) > 1:
        raise BadInput("Several files are cleaned one at a time", "Write: advisor clean FILE --out DIR")
    return Asked(
        command=given["command"],
        file=next(iter(files), given.get("file")),
        more=tuple(files[1:]),
        other=given.get("other"),
        case=given.get("case"),
        model=given.get("model"),
        pilot_model=given.get("pilot_model"),
        eval_file=given.get("eval_file"),
        columns=_columns(columns) if columns else None,
        topic=_topic(given.get("topic"), given.get("typical")),
        knobs=Knobs(**{each.name: given.get(each.name) for each in fields(Knobs)}),
        goal=GoalWishes(**{each.name: given.get(each.name) for each in fields(GoalWishes)}),
        options=options_given(given),
        memory=memory_wishes(given),
        background=given.get("background"),
        to=given.get("to"),
        targets=tuple(given.get("targets") or ()),
        plan=given.get("plan"),
        update=given.get("update"),
        fixes=tuple(given.get("fix") or ()),
        cache=given.get("cache", True),
        preview=given.get("preview", False),
        speed=given.get("speed") or 0.0,
        as_json=given.get("as_json", False),
        offline=given.get("offline", False),
    )


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="advisor",
        description="Should I fine-tune, with what settings, here or in the cloud?",
        epilog=_EPILOG,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and end")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, what in {**_FILE_COMMANDS, **_OTHER_COMMANDS}.items():
        command = commands.add_parser(name, help=what, description=what, allow_abbrev=False)
        if name in _FILE_COMMANDS:
            command.add_argument(
                "files",
                type=Path,
                nargs="*",
                metavar="FILE",
                help="data: JSONL, JSON, CSV or text; several files are read as one",
            )
        if _stands_alone(command, name):
            continue
        _common(command)
        if name == "clean":
            _inputs(command)
            _cleaning(command)
        if name in ("plan", "pilot", "run", "demo", "profile"):
            _inputs(command)
            _reading(command)
            _topics(command)
            _goal(command)
            _knobs(command)
        if name in ("plan", "pilot", "run", "demo"):
            pilot_options(command)
        if name == "pilot":
            _background(command)
        if name == "report":
            command.add_argument("--to", type=Path, metavar="DIR", help="folder for the documents")
        if name in ("export", "run", "demo"):
            command.add_argument("--to", type=Path, metavar="DIR", help="folder for the exported files")
            command.add_argument(
                "--target",
                action="append",
                dest="targets",
                metavar="NAME",
                help="export for this tool only, such as axolotl; repeat as needed (default: all)",
            )
    return parser


def _stands_alone(command: argparse.ArgumentParser, name: str) -> bool:
    """True for a command that has only options of its own, which it then has."""
    match name:
        case "replay":
            command.add_argument("file", type=Path, metavar="FOLDER", help="folder of one run")
            command.add_argument("--speed", type=_positive, help="pace; default: without waiting")
        case "compare":
            command.add_argument("file", type=Path, nargs="?", metavar="EARLIER", help="folder of one run")
            command.add_argument("other", type=Path, nargs="?", metavar="LATER", help="folder of another")
            _common(command)
        case "memory":
            memory_options(command)
            _knobs(command)
        case "doctor":
            command.add_argument("--json", action="store_true", dest="as_json", help="one JSON document")
        case "offers":
            command.add_argument("--json", action="store_true", dest="as_json", help="one JSON document")
            command.add_argument(
                "--update",
                metavar="FILE",
                help="use the prices of this CSV file from now on, or of SkyPilot's catalogue: skypilot",
            )
        case _:
            return False
    return True


def _common(command: argparse.ArgumentParser) -> None:
    command.add_argument("--case", type=Path, metavar="DIR", help="folder of the case, new or existing")
    command.add_argument("--json", action="store_true", dest="as_json", help="one JSON document on stdout")
    command.add_argument("--offline", action="store_true", help="forbid every download")


def _inputs(command: argparse.ArgumentParser) -> None:
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


def _reading(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--no-cache", action="store_false", dest="cache", help="read the data again though nothing changed"
    )


def _topics(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("topic (for the check of rows about something else)")
    group.add_argument("--topic", metavar="TEXT", help="what the rows should be about, in their own words")
    group.add_argument(
        "--typical",
        action="append",
        type=_whole,
        metavar="LINE",
        help="line of a row that is typical of it; repeat as needed",
    )


def _cleaning(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("cleaning")
    group.add_argument("--plan", type=Path, metavar="FILE", help="a cleaning.toml to use again")
    group.add_argument(
        "--fix",
        action="append",
        metavar="NAME",
        help="a fix to apply; repeat as needed; with --plan added to it; default: those that are safe",
    )
    group.add_argument("--out", type=Path, dest="to", metavar="DIR", help="folder for the copy and its log")
    group.add_argument(
        "--preview", action="store_true", help="count what every fix would do; exit 1 when one would act"
    )


def _background(command: argparse.ArgumentParser) -> None:
    """A pilot that goes on without the command that began it."""
    group = command.add_mutually_exclusive_group()
    for name, what in (
        ("detach", "begin the pilot and leave it: it goes on by itself"),
        ("attach", "watch the pilot of a case that goes on by itself; Ctrl+C ends the watching alone"),
        ("stop", "end the pilot of a case that goes on by itself; what it finished is kept"),
    ):
        group.add_argument(f"--{name}", action="store_const", const=name, dest="background", help=what)


def _goal(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("goal")
    group.add_argument("--goal", dest="task", choices=get_args(TaskKind), help="kind of task")
    group.add_argument("--metric", choices=get_args(Metric), help="what better means")
    group.add_argument(
        "--smallest-gain", type=_positive, help="smallest gain that matters: nats, or share of rows"
    )
    group.add_argument("--minutes", type=_positive, dest="pilot_minutes", help="time budget of the pilot")
    group.add_argument("--budget-hours", type=_positive, help="longest acceptable full run")
    group.add_argument("--budget-money", type=_not_negative, help="most that the full run may cost, USD")
    group.add_argument(
        "--electricity",
        type=_not_negative,
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


def _knobs(command: argparse.ArgumentParser) -> None:
    group = command.add_argument_group("settings fixed by hand (default: the plan chooses)")
    group.add_argument("--method", choices=get_args(Method))
    group.add_argument("--lr", type=_positive, dest="learning_rate", help="learning rate")
    group.add_argument("--epochs", type=_positive)
    group.add_argument("--seq", type=_whole, dest="sequence_length", help="sequence length, tokens")
    group.add_argument("--samples", type=_whole, help="training rows of the pilot")
    group.add_argument("--batch", type=_whole, dest="micro_batch", help="rows per micro-batch")
    group.add_argument("--accumulation", type=_whole, help="micro-batches per optimizer step")
    group.add_argument("--rank", type=_whole, help="rank of the adapter")
    group.add_argument(
        "--checkpointing", action=argparse.BooleanOptionalAction, help="gradient checkpointing"
    )
    group.add_argument("--seed", type=int)


def _columns(pairs: Sequence[str]) -> Columns:
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


def _topic(text: str | None, lines: Sequence[int] | None) -> Topic | None:
    said = one_line(text or "", 1000)
    return Topic(said, tuple(lines or ())) if said or lines else None


def _positive(text: str) -> float:
    value = _not_negative(text)
    if value == 0:
        raise argparse.ArgumentTypeError("must be above 0")
    return value


def _not_negative(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{one_line(text, 40)} is not a number") from None
    if not math.isfinite(value) or value < 0:
        raise argparse.ArgumentTypeError("must be a number, 0 or above")
    return value


def _whole(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{one_line(text, 40)} is not a whole number") from None
    if value < 1:
        raise argparse.ArgumentTypeError("must be 1 or above")
    return value
