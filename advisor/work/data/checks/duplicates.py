"""Rows that repeat others exactly, prompts with several answers, and answers given to many prompts."""

from advisor.work.data.checks.batch import Tally
from advisor.work.data.checks.whole import Whole, WholeCheck, found
from advisor.work.data.limits import data_limits
from advisor.work.data.scan.alike import first_of_each


def exact_duplicates(whole: Whole) -> Tally:
    """Rows that equal an earlier row but for case and white space."""
    import numpy as np

    return found(whole, np.flatnonzero(whole.equal != np.arange(len(whole.equal))))


def conflicting_answers(whole: Whole) -> Tally:
    """Rows that share their whole prompt with a row of another answer."""
    import numpy as np

    if whole.format.name == "text":
        return Tally(total=whole.store.rows)
    first = first_of_each(whole.store.column("asked"))
    answers = whole.store.column("answer")
    differs = answers != answers[first]
    conflicting = np.zeros(whole.store.rows, dtype=np.bool_)
    conflicting[first[differs]] = True
    rows = np.flatnonzero(conflicting[first])
    tally = found(whole, rows[np.argsort(first[rows], kind="stable")])
    tally.kinds["prompts"] = int(conflicting.sum())
    return tally


def repeated_answers(whole: Whole) -> Tally:
    """Rows whose answer, not one of few labels, many other prompts have too, such as “You're welcome!”."""
    import numpy as np

    limits = data_limits().repeats
    if whole.format.name in ("text", "text_label") or whole.total.answers:
        return Tally(total=whole.store.rows)
    alone = np.flatnonzero(first_of_each(whole.store.column("asked")) == np.arange(whole.store.rows))
    first = first_of_each(whole.store.column("answer"))
    uses = np.bincount(first[alone], minlength=whole.store.rows)
    enough = max(limits.least_rows, whole.store.rows * limits.least_share)
    rows = np.flatnonzero(uses[first] >= enough)
    tally = found(whole, rows[np.argsort(-uses[first[rows]], kind="stable")])
    tally.kinds["answers"] = len(np.unique(first[rows]))
    return tally


EXACT_DUPLICATES = WholeCheck("exact_duplicates", exact_duplicates)
CONFLICTING_ANSWERS = WholeCheck(
    "conflicting_answers",
    conflicting_answers,
    lambda tally: f"prompts with more than one answer: {tally.kinds['prompts']:,}" if tally.count else "",
)
REPEATED_ANSWERS = WholeCheck(
    "repeated_answers",
    repeated_answers,
    lambda tally: f"answers that come again and again: {tally.kinds['answers']:,}" if tally.count else "",
)
