"""The compare command: two pilots side by side on stdout."""

import json
import sys
from dataclasses import asdict

from advisor.case import load
from advisor.cli.asked import Asked
from advisor.cli.report.layout import table
from advisor.compare import Pilot, compared, newest_two, recorded
from advisor.errors import BadInput


def print_comparison(asked: Asked) -> None:
    """The two newest pilots of a case, or the two whose folders were named; raises BadInput."""
    earlier, now = _two(asked)
    lines = compared(earlier, now)
    if asked.as_json:
        document = {"earlier": earlier.name, "now": now.name, "lines": [asdict(each) for each in lines]}
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
        return
    rows = [("", earlier.name, now.name), *((each.name, each.earlier, each.now) for each in lines)]
    sys.stdout.write("\n".join(table(rows, frozenset())) + "\n")


def _two(asked: Asked) -> tuple[Pilot, Pilot]:
    if asked.file is not None and asked.other is not None:
        return recorded(asked.file), recorded(asked.other)
    if asked.file is not None:
        raise BadInput("One pilot is named, two are compared", "Name both folders, or a case with --case.")
    if asked.case is None:
        raise BadInput(
            "Nothing is named to compare", "Write: advisor compare --case DIR, or two run folders."
        )
    return newest_two(load(asked.case))
