"""The whole case as one TOML file that this program reads back."""

from advisor.case import Case
from advisor.export.target import Target, TextFile, Tune


def _files(case: Case, _tune: Tune) -> tuple[TextFile, ...]:
    # Without the list of written files, exporting the same evidence twice changes nothing. Where alarms are
    # sent may be a secret, and an export is made to be passed on.
    shown = case.but(exported=(), options=case.options.model_copy(update={"alert": None}))
    return (TextFile("advisor.toml", shown.to_toml()),)


TARGET = Target(name="advisor", title="everything that is known, for this program", files=_files, run=())
