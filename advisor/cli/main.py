"""The headless front door: one command in, an exit code out."""

import os
import signal
import sys
from contextlib import suppress
from typing import TextIO

from advisor.cli.exits import Exit
from advisor.errors import AdvisorError
from advisor.glyphs import ERRORS, install_error_handler
from advisor.text import one_line

_SIGNALLED = 128


def main(argv: list[str]) -> int:
    """Run one command; data goes to stdout, everything else to stderr.

    Returns 0 ready, 1 not ready, 2 usage or input error, 3 a job failed, 128 + n after signal n.
    """
    for stream in (sys.stdout, sys.stderr):
        _never_fail_on_a_character(stream)
    try:
        return _run(argv)
    except AdvisorError as error:
        return _explain(error)
    except KeyboardInterrupt:
        return _SIGNALLED + signal.SIGINT
    except BrokenPipeError:
        # The reader of stdout went away; the interpreter must not complain about it on its way out.
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _SIGNALLED + signal.SIGPIPE
    except SystemExit as leave:
        return leave.code if isinstance(leave.code, int) else 0


def _run(argv: list[str]) -> int:
    from advisor.cli.options import parse

    asked = parse(argv)
    from advisor.cli.commands import COMMANDS
    from advisor.cli.narrate import Narrator

    narrator = Narrator(sys.stderr)
    try:
        return int(COMMANDS[asked.command](asked, narrator))
    finally:
        narrator.close()


def _explain(error: AdvisorError) -> int:
    """One line on what is wrong and what to do."""
    from advisor.cli.drive import Interrupted, JobFailed

    message = one_line(error.message, 400).rstrip(".")
    sys.stderr.write(f"advisor: {message}. {one_line(error.do, 400)}".rstrip() + "\n")
    match error:
        case Interrupted(number=number):
            return _SIGNALLED + number
        case JobFailed(input_fault=False):
            return Exit.FAILED
        case _:
            return Exit.INPUT


def _never_fail_on_a_character(stream: TextIO) -> None:
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        install_error_handler()
        reconfigure(errors=ERRORS)
