"""Opens everything in a folder with little memory and time, and says what came of each; run as a program.

python -m tests.hostile.limited_child models FOLDER
"""

import json
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from advisor.errors import AdvisorError

ROOM = 1 << 30
"""Bytes of address space beyond what the imported libraries take."""
PATIENCE = 20
"""Seconds of processor time for one file …"""
ASLEEP = 120
"""… and of waiting for what never comes."""


def main(kind: str, folder: Path) -> None:
    """Print one JSON object: name -> kind of answer, its words, seconds of processor time."""
    open_one = OPENERS[kind]()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    bound = pages * resource.getpagesize() + ROOM
    resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
    signal.signal(signal.SIGPROF, _too_long)
    signal.signal(signal.SIGALRM, _too_long)
    said = {}
    for path in sorted(folder.iterdir()):
        began = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, PATIENCE)
        signal.alarm(ASLEEP)
        try:
            kind_of_answer, words = "opened", open_one(path)
        except AdvisorError as refused:
            kind_of_answer, words = "refused", f"{refused.message} | {refused.do}"
        except BaseException as error:  # noqa: BLE001, whatever escaped is what the test is about
            kind_of_answer, words = type(error).__name__, str(error)[:300]
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
        said[path.name] = (kind_of_answer, words, time.process_time() - began)
    sys.stdout.write(json.dumps(said))


class TooLong(BaseException):
    """Nothing between here and the file may take this for a fault of the file."""


def _too_long(_signal: int, _frame: object) -> None:
    raise TooLong(f"longer than {PATIENCE} s of work or {ASLEEP} s of waiting")


def _models() -> Callable[[Path], str]:
    from advisor.models.search import find_model, local_models

    def look(path: Path) -> str:
        local_models(path)
        return repr(find_model(str(path), offline=True))

    return look


def _data() -> Callable[[Path], str]:
    import polars  # noqa: F401, loaded before the memory is bounded
    import pyarrow.parquet  # noqa: F401
    import zstandard  # noqa: F401

    from advisor.specs import DataChoice
    from advisor.work.data.load import load

    def look(path: Path) -> str:
        loaded = load(DataChoice(path=path))
        return f"{len(loaded.examples)} usable, {loaded.malformed} malformed" + "".join(
            f"; {each.line}: {each.reason}" for each in loaded.problems[:3]
        )

    return look


def _settings() -> Callable[[Path], str]:
    from advisor.case import load
    from advisor.cleaning_file import read_cleaning
    from advisor.market import read_table

    def look(path: Path) -> str:
        if path.name.startswith("offers"):
            return repr(read_table(path))
        if path.is_dir():
            return repr(load(path))
        return repr(read_cleaning(path))

    return look


OPENERS: dict[str, Callable[[], Callable[[Path], str]]] = {
    "models": _models,
    "data": _data,
    "settings": _settings,
}

if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
