"""What the user may ask of the pilot beside the plan: each option as a field."""

from collections.abc import Callable
from pathlib import Path

from advisor.alert import checked_alert
from advisor.case import Case
from advisor.pilot_options import MOST_SEEDS, PilotOptions, checked_cleaned, project_name, readable_file
from screens.fields.parsing import whole
from screens.rows.section import Field, Row, Section, told
from screens.words import heading, muted


def option_rows(case: Case) -> Section:
    """Every option with its value, or what is done without one."""
    return Section("Options", tuple(_row(field, default) for field, default in _fields(case)))


def _fields(case: Case) -> tuple[tuple[Field, str], ...]:
    options = case.options
    copy = case.cleaned.path if case.cleaned is not None else None
    hint = f" The newest cleaned copy is {copy}." if copy else ""
    return (
        (
            Field(
                "General text",
                "Forgetting is measured on it: one passage a line. Empty takes the program's own sentences.",
                options.probe or "",
                _changing("probe", lambda text: _path(text, "general text")),
                unit="file",
            ),
            "the program's own",
        ),
        (
            Field(
                "Cleaned rows",
                "One more run on these rows, with as many tokens: do cleaner or more rows help?" + hint,
                options.cleaned or "",
                _changing(
                    "cleaned", lambda text: checked_cleaned(_path(text, "cleaned file"), case.data_files)
                ),
                unit="file",
            ),
            "no run of their own",
        ),
        (
            Field(
                "Seeds",
                "Runs at each of the two smallest sizes; below three, luck cannot be told from gain.",
                str(options.seeds or ""),
                _changing("seeds", lambda text: whole(text, 1, MOST_SEEDS)),
            ),
            "3, where the budget allows",
        ),
        (
            Field(
                "Send alarms to",
                "An https address, http on this machine, env:NAME of a variable that holds one, or a command "
                "that reads JSON from its standard input. Rows are named by number, never by their text.",
                options.alert or "",
                _changing("alert", checked_alert),
            ),
            "this screen only",
        ),
        (
            Field(
                "Weights & Biases",
                "Project that gets the metrics beside TensorBoard; without a login its files stay here.",
                options.wandb or "",
                _changing("wandb", project_name),
                unit="project",
            ),
            "not used",
        ),
    )


def _row(field: Field, default: str) -> Row:
    return Row(
        f"option-{field.title}",
        field.title,
        field.current or default,
        "yours" if field.current else "default",
        detail=told(heading(field.title), field.why, muted("enter changes it; nothing typed: the default")),
        field=field,
    )


def _changing(name: str, read: Callable[[str], object]) -> Callable[[Case, str], Case]:
    """Put one option into the case; an empty answer takes it back."""

    def apply(case: Case, text: str) -> Case:
        value = read(text.strip()) if text.strip() else None
        return case.but(options=PilotOptions.model_validate({**dict(case.options), name: value}))

    return apply


def _path(text: str, what: str) -> str:
    return readable_file(Path(text).expanduser(), what)
