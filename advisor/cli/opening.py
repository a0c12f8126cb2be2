"""The case that a command works on: found or made, with the user's choices put in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from advisor import cases
from advisor.case import CASE_FILE, Case, save
from advisor.cli.asked import Asked
from advisor.errors import BadCase, BadInput
from advisor.files import locked, sweep_temporaries
from advisor.journey import settle
from advisor.models.hub_cache import on_hub
from advisor.models.search import find_model
from advisor.pilot_options import checked_cleaned, without_own_rows
from advisor.salvage import reopened
from advisor.text import one_line
from heuristics.facts.model import ModelFacts

LOCK_FILE = "lock"
_NO_EVIDENCE: dict[str, object] = {
    "plan": None,
    "pilot": None,
    "pilot_run": None,
    "verdict": None,
    "exported": (),
}


_SAVED = ("state.json", "dataset_dict.json", "dataset_info.json")
_ENDINGS = (".jsonl", ".ndjson", ".json", ".csv", ".tsv", ".parquet", ".arrow", ".gz", ".zst", ".xz", ".bz2")


@contextmanager
def opened(asked: Asked) -> Iterator[Case]:
    """The case of one command, locked while the command writes to it.

    Inputs are looked at before any folder is made; raises BadInput, BadModel, BadCase or CaseInUse.
    """
    data = _data_file(asked.file, "data file")
    more = tuple(str(_data_file(each, "data file")) for each in asked.more)
    held_out = _data_file(asked.eval_file, "test file")
    model = None if asked.model is None else find_model(asked.model, asked.offline)
    stand_in = None if asked.pilot_model is None else find_model(asked.pilot_model, asked.offline)
    folder = _find(asked, data)
    with locked(folder / LOCK_FILE):
        sweep_temporaries(folder)
        case = reopened(folder)
        case = _with_model(_with_choices(case, asked, data, more, held_out), asked.model, model)
        case = settle(_with_stand_in(case, asked.pilot_model, stand_in))
        save(case)
        cases.remember(folder)
        yield case


def this_machine() -> Path:
    """Folder of the case that holds nothing but what a bare probe found out."""
    return cases.cases_home().parent / "machine"


def with_goal(case: Case, asked: Asked) -> Case:
    """The case with the goal that the data suggests and the user corrected; nobody is there to ask."""
    wishes = {name: value for name, value in asdict(asked.goal).items() if value is not None}
    return settle(case.but(goal=replace(case.goal, **wishes), goal_confirmed=True))


def _find(asked: Asked, data: Path | None) -> Path:
    if asked.command == "probe" and asked.case is None:
        return cases.found_or_made(this_machine(), "this machine")
    if data is not None:
        return cases.found_or_made(asked.case, "demo" if asked.command == "demo" else data.stem)
    if asked.case is not None:
        return (
            cases.found_or_made(asked.case, asked.case.name)
            if asked.command == "probe"
            else _existing(asked.case)
        )
    if asked.command in ("verdict", "export", "report") or asked.background in ("attach", "stop"):
        return cases.newest()
    raise BadInput(
        "No data file is named", f"Write: advisor {asked.command} FILE, or name a case with --case."
    )


def _existing(folder: Path) -> Path:
    if (folder / CASE_FILE).is_file():
        return folder
    raise BadCase(f"No case can be read in {one_line(str(folder))}", "Choose another folder.")


def _data_file(path: Path | None, what: str) -> Path | None:
    if path is None:
        return None
    shown = one_line(str(path))
    try:
        if on_hub(path):
            return path
        if path.is_dir():
            if any(each.name in _SAVED or each.suffix in _ENDINGS for each in path.iterdir()):
                return path.absolute()
            raise BadInput(
                f"The {what} {shown} is a directory without data files", "Name one file inside it."
            )
        if not path.exists():
            raise BadInput(f"The {what} {shown} does not exist", "Check the path.")
        with path.open("rb"):
            return path.absolute()
    except (OSError, ValueError) as error:
        raise BadInput(f"The {what} {shown} cannot be read: {_reason(error)}", "Check the path.") from error


def _reason(error: OSError | ValueError) -> str:
    return one_line(error.strerror or str(error)) if isinstance(error, OSError) else one_line(str(error))


def _with_choices(
    case: Case, asked: Asked, data: Path | None, more: tuple[str, ...], held_out: Path | None
) -> Case:
    """The case with the choices of the command line; evidence of other choices is dropped."""
    changes: dict[str, object] = {}
    if data is not None and (str(data), more) != (case.data_path, case.data_more):
        if len({str(data), *more}) <= len(more):
            raise BadInput("A data file is named twice", "Name each file once.")
        changes["data_path"], changes["data_more"] = str(data), more
    if held_out is not None and str(held_out) != case.eval_path:
        changes["eval_path"] = str(held_out)
    if asked.columns is not None and asked.columns != case.columns:
        changes["columns"] = asked.columns
    if asked.topic is not None and asked.topic != case.topic:
        case = case.but(topic=asked.topic, data=None)
    if changes:
        changes |= {"data": None, "goal_confirmed": False}
    knobs = {name: value for name, value in asdict(asked.knobs).items() if value is not None}
    if knobs and replace(case.knobs, **knobs) != case.knobs:
        changes["knobs"] = replace(case.knobs, **knobs)
    case = case.but(**changes, **_NO_EVIDENCE) if changes else case
    if asked.options.cleaned is not None:
        checked_cleaned(asked.options.cleaned, case.data_files)
    options = {name: value for name, value in asked.options if value is not None}
    return case.but(options=without_own_rows(case.options, case.data_files).model_copy(update=options))


def _with_model(case: Case, choice: str | None, model: ModelFacts | None) -> Case:
    """The case for the model that was named; token counts and evidence of another model are dropped."""
    if choice is None or model is None:
        return case
    lasting = _lasting(choice, model)
    if lasting == case.model_choice:
        return case
    return case.but(model_choice=lasting, model=model, data=None, **_NO_EVIDENCE)


def _with_stand_in(case: Case, choice: str | None, model: ModelFacts | None) -> Case:
    """The case whose pilot trains another model; evidence of the one before is dropped."""
    if choice is None or model is None or _lasting(choice, model) == case.pilot_choice:
        return case
    return case.but(pilot_choice=_lasting(choice, model), pilot_model=model, **_NO_EVIDENCE)


def _lasting(choice: str, model: ModelFacts) -> str:
    """The choice as it holds from every folder."""
    return str(Path(choice).absolute()) if model.where == "local" and Path(choice).exists() else choice
