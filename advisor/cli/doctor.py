"""`advisor doctor`: what is missing for which feature, and the command that adds it."""

import json
import sys
from dataclasses import asdict

from advisor.cli.asked import Asked
from advisor.cli.narrate import Narrator
from advisor.doctor import Remark, examine
from advisor.text import plain


def doctor(asked: Asked, _narrator: Narrator) -> int:
    """Print what was looked at; 1 when something that every run needs is missing."""
    found = examine()
    sys.stdout.write(_as_json(found) if asked.as_json else "".join(map(_as_text, found)))
    sys.stdout.flush()
    return 1 if any(each.state == "missing" and each.needed_for == "everything" for each in found) else 0


def _as_text(remark: Remark) -> str:
    needed = f", for {remark.needed_for}" if remark.needed_for and remark.needed_for != "everything" else ""
    do = f"\n         {remark.do}" if remark.do else ""
    return plain(f"{remark.state:8} {remark.what}{needed}{do}") + "\n"


def _as_json(found: tuple[Remark, ...]) -> str:
    return json.dumps([asdict(each) for each in found], indent=2) + "\n"
