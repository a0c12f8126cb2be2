"""The `advisor` command: the terminal program, or the headless commands where no terminal is wanted."""

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from advisor.case import Case
    from advisor.cli.asked import Asked
    from advisor.errors import AdvisorError
    from screens.state.desk import Desk

_HEADLESS = (
    "probe",
    "profile",
    "clean",
    "plan",
    "pilot",
    "verdict",
    "export",
    "report",
    "memory",
    "offers",
    "doctor",
    "run",
    "compare",
    "replay",
)
_FLAGS = ("--json", "--headless", "-h", "--help")
_DEMO = ["demo"]
_USAGE = "advisor [DATA …] [--model ID_OR_FOLDER] [--eval FILE] [--case DIR]   or   advisor demo"
_NO_TERMINAL = (
    "advisor: there is no terminal here to draw on. Without one, write: advisor run FILE --model "
    "ID_OR_FOLDER, or: advisor demo. See: advisor --help\n"
)


def main() -> NoReturn:
    """Entry point; ends the process with the exit code."""
    raise SystemExit(start(sys.argv[1:]))


def start(argv: list[str]) -> int:
    """Run what `argv` asks for and return the exit code."""
    if argv == ["--version"]:
        from importlib.metadata import version

        sys.stdout.write(f"advisor {version('finetune-advisor')}\n")
        return 0
    if argv and argv[0] == "demo" and not has_terminal() and "--headless" not in argv:
        return _headless(argv)
    if argv and (argv[0] in _HEADLESS or any(each in _FLAGS for each in argv)):
        return _headless(argv)
    if not has_terminal():
        sys.stderr.write(_NO_TERMINAL)
        return 2
    return _terminal(argv)


def has_terminal() -> bool:
    """True when keys can be read and a screen drawn: keys come from stdin, the screen goes to stderr."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr is not None and sys.stderr.isatty()


def _headless(argv: list[str]) -> int:
    from advisor.cli.main import main as run

    return run([each for each in argv if each != "--headless"])


def _terminal(argv: list[str]) -> int:
    from advisor.errors import AdvisorError
    from screens.arrival import Arrival

    try:
        given = given_in(argv)
    except AdvisorError as error:
        return _say(error)
    app = Arrival(partial(_open, given), walking=given.data == _DEMO)
    try:
        app.run()
        return _say(app.fault) if app.fault is not None else app.return_code or 0
    finally:
        app.desk.close()


def _say(error: "AdvisorError") -> int:
    from advisor.text import one_line

    sys.stderr.write(f"advisor: {one_line(f'{error.message}. {error.do}', 400)}\n")
    return 2


def _open(given: argparse.Namespace, desk: "Desk") -> "Case":
    """The case that was asked for, locked before any of it is shown: two windows on one case would overwrite
    each other."""
    asked = asked_of(given)
    return desk.open_demo() if asked.command == "demo" else desk.open(asked)


def given_in(argv: list[str]) -> argparse.Namespace:
    """The words of the command line; raises BadInput for anything that cannot be understood."""
    from advisor.errors import BadInput
    from advisor.text import one_line

    class Parser(argparse.ArgumentParser):
        def error(self, message: str) -> NoReturn:
            raise BadInput(one_line(message), f"Usage: {_USAGE}")

    parser = Parser(prog="advisor", add_help=False, allow_abbrev=False)
    parser.add_argument("data", nargs="*")
    parser.add_argument("--model")
    parser.add_argument("--eval", type=Path)
    parser.add_argument("--case", type=Path)
    return parser.parse_args(argv)


def asked_of(given: argparse.Namespace) -> "Asked":
    """What the terminal program should open."""
    from advisor.cli.asked import Asked

    if given.data == _DEMO:
        return Asked("demo", model=given.model)
    return Asked(
        "run",
        file=Path(given.data[0]) if given.data else None,
        more=tuple(Path(each) for each in given.data[1:]),
        case=given.case,
        model=given.model,
        eval_file=given.eval,
    )


if __name__ == "__main__":
    main()
