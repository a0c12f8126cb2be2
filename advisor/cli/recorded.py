"""A recorded run, printed again."""

import asyncio
import json
import sys

from advisor.cli.asked import Asked
from advisor.errors import BadInput
from advisor.events import EVENTS_FILE, Done
from advisor.jobs import replay
from advisor.text import one_line


def print_events(asked: Asked) -> bool:
    """Print every event of a run as one JSON object a line; True when the run reached its end."""
    folder = asked.file
    if folder is None or not (folder / EVENTS_FILE).is_file():
        raise BadInput(
            f"No recorded run is in {one_line(str(folder))}", "Name a folder under runs/ of a case."
        )

    async def show() -> bool:
        done = False
        async for event in replay(folder, asked.speed):
            # Escaped to ASCII: a recording holds text from rows, which must not drive the terminal.
            sys.stdout.write(json.dumps(json.loads(event.model_dump_json())) + "\n")
            sys.stdout.flush()
            done = isinstance(event, Done)
        return done

    return asyncio.run(show())
