"""What a change of the user's choices does to what was found out before."""

from advisor.case import Case
from advisor.pilot_options import without_own_rows

_CHOICES = ("data_path", "data_more", "eval_path", "columns", "model", "model_choice")


def loses_evidence(before: Case, after: Case) -> bool:
    """True when a pilot was measured with choices that no longer hold."""
    changed = (before.knobs, before.pilot_choice) != (after.knobs, after.pilot_choice)
    changed = changed or rows_changed(before, after)
    return before.pilot is not None and changed


def rows_changed(before: Case, after: Case) -> bool:
    """True when the rows or their tokens are no longer those that were profiled."""
    return any(getattr(before, name) != getattr(after, name) for name in _CHOICES)


def without_stale(before: Case, after: Case) -> Case:
    """`after` without facts about other rows and without evidence from other settings."""
    if rows_changed(before, after):
        options = without_own_rows(after.options, after.data_files)
        after = after.but(data=None, verdict=None, exported=(), options=options)
    if loses_evidence(before, after):
        after = after.but(pilot=None, pilot_run=None, verdict=None, exported=())
    return after
