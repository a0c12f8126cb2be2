"""Rows that the model would be tested on later."""

from advisor.work.data.checks.batch import Tally
from advisor.work.data.checks.whole import Whole, WholeCheck, found
from advisor.work.data.scan.leaks import asked_in_test, leaked


def overlap_with_eval(whole: Whole) -> Tally | None:
    """Rows that ask what a row of the user's test file asks; training leaves them out."""
    import numpy as np

    if whole.held is None:
        return None
    rows = np.flatnonzero(asked_in_test(whole.store, whole.held))
    tally = found(whole, rows)
    shared = np.isin(whole.held.column("asked"), whole.store.column("asked")[rows])
    tally.kinds["tested"], tally.kinds["test rows"] = int(shared.sum()), whole.held.rows
    return tally


def leaks_from_eval(whole: Whole) -> Tally | None:
    """Rows that nearly equal a row of the test file or hold a passage of it; exact ones not counted."""
    import numpy as np

    if whole.held is None:
        return None
    rows, tested = leaked(whole.store, whole.held)
    rows = rows[~asked_in_test(whole.store, whole.held)[rows]]
    tally = found(whole, np.sort(rows))
    tally.kinds["tested"], tally.kinds["test rows"] = tested, whole.held.rows
    return tally


def _tested(tally: Tally, what: str) -> str:
    if not tally.kinds["tested"]:
        return ""
    return f"{tally.kinds['tested']:,} of {tally.kinds['test rows']:,} test rows are {what} in the data"


OVERLAP_WITH_EVAL = WholeCheck("overlap_with_eval", overlap_with_eval, lambda tally: _tested(tally, "also"))
LEAKS_FROM_EVAL = WholeCheck(
    "leaks_from_eval", leaks_from_eval, lambda tally: _tested(tally, "nearly or in part")
)
