"""What the user wants of the pilot beside the plan and the goal."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from advisor.errors import BadInput
from advisor.text import one_line

MOST_SEEDS = 20
"""More runs of one size tell nothing that is worth their time."""


class PilotOptions(BaseModel):
    """How the pilot measures, and whom it tells; None leaves each as it is by default."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    probe: str | None = None
    """File of general text, one passage a line, on which forgetting is measured; None takes ours."""
    cleaned: str | None = None
    """The same rows after cleaning, which get a run of their own beside the raw ones."""
    seeds: int | None = None
    """Runs at each of the two smallest sizes."""
    alert: str | None = None
    """Where alarms are sent: an https or loopback address, env:NAME, or a command."""
    wandb: str | None = None
    """Weights & Biases project that gets the metrics."""

    def probe_file(self) -> Path | None:
        """The file of general text."""
        return None if self.probe is None else Path(self.probe)


def project_name(text: str) -> str:
    """The name of a Weights & Biases project; raises BadInput for what none can have."""
    name = text.strip()
    if not name or len(name) > 128 or any(each in name for each in "/\\#?%:") or not name.isprintable():
        raise BadInput(
            f"{one_line(text, 60)} cannot be a project's name", "Use up to 128 letters, digits, - and _."
        )
    return name


def readable_file(path: Path, what: str) -> str:
    """The absolute path of a file that can be read; raises BadInput."""
    try:
        with path.open("rb") as file:
            if not file.read(1):
                raise BadInput(f"The {what} {one_line(str(path))} is empty", "Name another file.")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "a name that no file can have"
        raise BadInput(
            f"The {what} {one_line(str(path))} cannot be read: {reason}", "Check the path."
        ) from error
    return str(path.absolute())


def own_rows(cleaned: str, data: tuple[str, ...]) -> bool:
    """True when the cleaned file is one of the data files, under whatever name."""
    return any(each == cleaned or _same(Path(each), Path(cleaned)) for each in data)


def without_own_rows(options: PilotOptions, data: tuple[str, ...]) -> PilotOptions:
    """The options without a cleaned copy that has become the data: it is no run of its own any more."""
    if options.cleaned is None or not own_rows(options.cleaned, data):
        return options
    return options.model_copy(update={"cleaned": None})


def checked_cleaned(cleaned: str, data: tuple[str, ...]) -> str:
    """The cleaned file; raises BadInput for the data file itself, which has nothing to be compared with."""
    if own_rows(cleaned, data):
        raise BadInput(
            f"The cleaned file {one_line(cleaned)} is the data file itself: there is nothing to compare",
            "Name the mended copy that advisor clean FILE --out DIR writes, or no cleaned file.",
        )
    return cleaned


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return False
