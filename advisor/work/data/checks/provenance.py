"""Whether the folder of a data set says where it is from and under which licence."""

from pathlib import Path

from heuristics.facts.data import CheckResult

NAME = "no_licence"
_TELLING = ("licen", "copying", "readme", "notice", "dataset_info", "datacard", "data_card")


def no_licence(path: Path) -> CheckResult:
    """Counts 1 when no file beside the data has the name of a licence or a description."""
    try:
        told = any(each.name.lower().startswith(_TELLING) for each in path.parent.iterdir())
    except OSError:
        told = False
    return CheckResult(NAME, int(not told), 1)
