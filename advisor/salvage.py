"""Opens a case whose file is damaged: every field that can still be read, then what the recorded runs say."""

import difflib
import re
from pathlib import Path

from pydantic import ValidationError

from advisor.case import CASE_FILE, VERSION, Case, load
from advisor.errors import AdvisorError, BadCase
from advisor.events import CleaningFound, DataFound, Event, MachineFound, ModelFound
from advisor.files import write_atomic
from advisor.jobs import damaged_lines, read_events
from advisor.journey import absorb, recover, settle
from advisor.seal import State, state_of
from advisor.text import one_line
from advisor.toml_text import LARGEST, tables_of

_NAME = re.compile(r"\W*([^=.\[\]]+)")
_NO_TEXT = re.compile("[\ud800-\udfff]")
"""What stands for bytes that are no UTF-8."""
_FOLLOWS = {"version", "plan", "verdict", "data_run", "pilot_run"}
"""Fields that are worked out again, and so are no loss."""


def reopened(folder: Path) -> Case:
    """The case in `folder`, which its holder may write; what damage took is named in `lost`.

    Damaged files are kept beside the case. Raises BadCase for a missing case, for one of a newer
    version, and where nothing is left.
    """
    path = folder / CASE_FILE
    raw = _bytes_of(path)
    text = raw.decode("utf-8", "surrogateescape")
    state: State = state_of(text)
    if state != "cut":
        try:
            case = recover(load(folder))
            return case.but(lost=(*_changed(state), *_unread(case)))
        except BadCase:
            if _is_newer(text):
                raise
    fields, lost = _fields(text, state == "cut")
    case, refused = _checked(fields, folder)
    if "goal" in lost | refused:
        # Nobody has agreed to the answers that stand there now.
        case, lost = case.but(goal_confirmed=False), lost | {"goal_confirmed"}
    case, found = _from_recordings(case)
    if not found and not fields.keys() - refused - {"version"}:
        raise BadCase(
            f"The case file is damaged: nothing in {one_line(str(path))} can be read", "Name another case."
        )
    kept = _keep(folder, raw)
    gone = sorted((lost | refused) - found - _FOLLOWS)
    words = [f"The case file was damaged; it is kept as {kept}"]
    words.append(
        f"Lost: {', '.join(one_line(each, 60) for each in gone[:20])}" if gone else "Nothing is lost"
    )
    if found:
        words.append(f"Read again from recorded runs: {', '.join(sorted(found))}")
    return case.but(lost=(*words, *_unread(case)))


def _bytes_of(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise FileNotFoundError(path)
        with path.open("rb") as file:
            return file.read(LARGEST)
    except OSError as error:
        where = one_line(str(path.parent))
        raise BadCase(f"No case can be read in {where}", "Choose another folder.") from error


def _changed(state: State) -> tuple[str, ...]:
    return ("The case file was changed outside this program; it is taken as it stands",) * (
        state == "changed"
    )


def _unread(case: Case) -> tuple[str, ...]:
    """Whether the recording of the newest pilot has gaps."""
    run = case.runs / case.pilot_run if case.pilot_run else None
    count = damaged_lines(run) if run is not None else 0
    if run is None or not count:
        return ()
    lines = "1 line" if count == 1 else f"{count:,} lines"
    return (f"{lines} in the recording of {one_line(run.name, 80)} cannot be read",)


def _is_newer(text: str) -> bool:
    found = re.search(r"^version = (\d{1,9})$", text, re.MULTILINE)
    return found is not None and int(found[1]) > VERSION


def _keep(folder: Path, raw: bytes) -> str:
    """Put the damaged file aside under a name that is free; its name."""
    names = ("case.damaged.toml", *(f"case.damaged-{number}.toml" for number in range(2, 1000)))
    for name in names:
        place = folder / name
        if not place.exists():
            write_atomic(place, raw)
            return name
        if place.is_file() and place.read_bytes() == raw:
            return name
    return names[-1]


def _fields(text: str, cut: bool) -> tuple[dict[str, object], set[str]]:
    """Every field of the case that is readable by itself, and the names of those that are not."""
    pieces = _pieces(text)
    good = {name: read for (_, name), lines in pieces.items() if (read := _read(name, lines)) is not None}
    lost = {name for _, name in pieces if name not in good}
    lost |= {"name", "created"} - good.keys()
    if cut:
        lost.add("what stood after the cut")
        if pieces:
            # The last field may be readable and yet lack its end.
            lost.add(last := list(pieces)[-1][1])
            good.pop(last, None)
    return good, {_nearest(each) for each in lost}


def _pieces(text: str) -> dict[tuple[bool, str], list[str]]:
    """The lines of each field, by whether it is a table and its name as it stands."""
    pieces: dict[tuple[bool, str], list[str]] = {}
    key, in_tables = (False, ""), False
    for line in text.split("\n"):
        if line[:1] == "#":
            continue
        header = _is_header(line)
        in_tables = in_tables or header
        if header or (not in_tables and line[:1] not in ("", " ", "]")):
            found = _NAME.match(line)
            key = (in_tables, found[1].strip() if found else "")
        if key[1]:
            pieces.setdefault(key, []).append(line)
    return pieces


def _read(name: str, lines: list[str]) -> object | None:
    """What the lines of one field say; None when they cannot be read, or say something else too."""
    text = "\n".join(lines)
    try:
        read = tables_of(text)
    except ValueError:
        return None
    return read[name] if read.keys() == {name} and not _NO_TEXT.search(text) else None


def _is_header(line: str) -> bool:
    """True for the first line of a table, with a character or two of it damaged."""
    return "=" not in line and any(each in line for each in "[]") and not line.startswith(("    ", "]"))


def _nearest(name: str) -> str:
    """The field that a damaged name stood for."""
    return next(iter(difflib.get_close_matches(name, Case.model_fields, 1, 0.6)), name)


def _checked(fields: dict[str, object], folder: Path) -> tuple[Case, set[str]]:
    """A case of the fields that have the right types, and the names of the others."""
    given = {"name": folder.absolute().name, "created": "", **fields, "version": VERSION}
    refused: set[str] = set()
    while True:
        try:
            return Case.model_validate(given).but(folder=folder.absolute()), refused
        except ValidationError as error:
            named = {str(each["loc"][0]) for each in error.errors()}
            # Part of a field may stand under a damaged name: what is left of it is not the whole.
            wrong = named | {_nearest(each) for each in named}
            refused |= {_nearest(each) for each in named}
            defaults = {"name": folder.absolute().name, "created": ""}
            given = {key: value for key, value in given.items() if key not in wrong} | {
                key: value for key, value in defaults.items() if key in wrong
            }


def _from_recordings(case: Case) -> tuple[Case, set[str]]:
    """The case with the facts that it lacks, as the newest jobs recorded them."""
    before = case
    for run in sorted(case.runs.iterdir()) if case.runs.is_dir() else ():
        try:
            events = read_events(run)
        except OSError:
            continue
        for event in events:
            if _missing(before, event) and _fits(before, event):
                case = absorb(case, event, run.name)
    try:
        case = recover(settle(case))
    except AdvisorError:
        # The model of the case is not where it was: the plan follows once it is named again.
        case = case.but(plan=None, verdict=None)
    if before.data_path is None and case.data is not None:
        case = case.but(data_path=case.data.path)
    names = ("machine", "data", "data_path", "cleaned", "cleaning_seen", "model", "pilot")
    return case, {each for each in names if getattr(before, each) is None and getattr(case, each) is not None}


def _missing(case: Case, event: Event) -> bool:
    match event:
        case MachineFound():
            return case.machine is None
        case DataFound():
            return case.data is None
        case CleaningFound(facts=facts):
            return (case.cleaned if facts.path else case.cleaning_seen) is None
        case ModelFound():
            return case.model is None
    return False


def _fits(case: Case, event: Event) -> bool:
    """True unless the event is about other data than the case."""
    return not isinstance(event, DataFound) or case.data_path in (None, event.facts.path)
