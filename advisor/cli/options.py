"""The command line: commands, options and their limits."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import NoReturn

from advisor.cli.asked import Asked, GoalWishes
from advisor.cli.memory_options import memory_options, memory_wishes
from advisor.cli.numbers_given import positive
from advisor.cli.pilot_options import options_given, pilot_options
from advisor.cli.plan_options import (
    columns_given,
    goal_options,
    input_options,
    setting_options,
    topic_given,
    topic_options,
)
from advisor.errors import BadInput
from advisor.text import one_line
from heuristics.planning.knobs import Knobs

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
        columns=columns_given(columns) if columns else None,
        topic=topic_given(given.get("topic"), given.get("typical")),
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
            input_options(command)
            _cleaning(command)
        if name in ("plan", "pilot", "run", "demo", "profile"):
            input_options(command)
            _reading(command)
            topic_options(command)
            goal_options(command)
            setting_options(command)
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
            command.add_argument("--speed", type=positive, help="pace; default: without waiting")
        case "compare":
            command.add_argument("file", type=Path, nargs="?", metavar="EARLIER", help="folder of one run")
            command.add_argument("other", type=Path, nargs="?", metavar="LATER", help="folder of another")
            _common(command)
        case "memory":
            memory_options(command)
            setting_options(command)
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


def _reading(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--no-cache", action="store_false", dest="cache", help="read the data again though nothing changed"
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
