"""Rows whose label a model that has not seen them thinks unlikely."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import xxhash

from advisor.text import one_line
from advisor.work.data.checks.batch import SHOWN, Batch, Kept, Tally, sample
from advisor.work.data.checks.labelled import are_labels
from advisor.work.data.limits import data_limits
from heuristics.facts.data import CheckResult

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_READ = 600
"""Characters of a text from which its label is guessed."""
_FOLDS = 5
_SEED = 0
_ALPHA = 3e-5
"""Weight of the penalty; 3e-6 to 1e-4 were tried on labels of which 5 % had been changed."""


class LabelErrors:
    """Rows that are likely to be labelled wrongly: out of fold, the model gives their label little and
    another one much probability. For review only.

    The model is logistic regression on weighted words and pairs of words, on a sample of at most 20,000 rows;
    rows come by the probability of their own label, lowest first (self-confidence; Northcutt et al. 2021). A
    model that is often wrong itself says nothing.
    """

    name = "label_errors"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        tally = Tally()
        if batch.format.name == "text" or not are_labels(batch.frame["answer"].str.strip_chars()):
            return tally
        rows = batch.frame.select(
            "line", pl.col("prompt").str.slice(0, _READ), pl.col("answer").str.strip_chars()
        )
        tally.kept = [
            Kept(xxhash.xxh3_64_intdigest(text.encode()), line, text, label)
            for line, text, label in rows.iter_rows()
        ]
        return tally

    def result(self, tally: Tally) -> CheckResult:
        rows = _of_frequent_labels(sample(tally.kept))
        tally.total, tally.kept = len(rows), []
        if len({each.answer for each in rows}) < 2:
            return tally.result(self.name)
        own, best, guesses = confidences(rows)
        limits = data_limits().labels
        right = sum(guess == each.answer for guess, each in zip(guesses, rows, strict=True))
        if right < len(rows) * limits.right_least:
            return tally.result(self.name)
        suspects = [
            place
            for place in own.argsort(kind="stable").tolist()
            if own[place] <= limits.own_most and best[place] >= limits.other_least
        ]
        tally.count = len(suspects)
        tally.rows = [rows[place].line for place in suspects[:SHOWN]]
        said = (f"“{rows[place].answer}” rather “{guesses[place]}”" for place in suspects[:3])
        return tally.result(self.name, one_line("; ".join(said), 300))


def confidences(rows: Sequence[Kept]) -> tuple["NDArray[np.float64]", "NDArray[np.float64]", list[str]]:
    """For each row the probability of its label and of the likeliest, and that label, out of fold.

    Words are hashed, so that texts without a known word are no special case.
    """
    import numpy as np
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer
    from sklearn.linear_model import SGDClassifier
    from sklearn.model_selection import StratifiedKFold

    texts, labels = [each.text for each in rows], np.array([each.answer for each in rows])
    own, best, guesses = np.zeros(len(rows)), np.zeros(len(rows)), np.empty(len(rows), dtype=object)
    counts = HashingVectorizer(n_features=2**18, ngram_range=(1, 2), alternate_sign=False, norm=None)
    counted = counts.transform(texts)
    folds = StratifiedKFold(_FOLDS, shuffle=True, random_state=_SEED)
    for train, held in folds.split(texts, labels):
        weights = TfidfTransformer(sublinear_tf=True)
        seen = weights.fit_transform(counted[train])
        model = SGDClassifier(loss="log_loss", alpha=_ALPHA, max_iter=10, tol=None, random_state=_SEED)
        model.fit(seen, labels[train])
        chances = _softmax(model.decision_function(weights.transform(counted[held])))
        place = {label: column for column, label in enumerate(model.classes_)}
        columns = [place[label] for label in labels[held]]
        own[held] = chances[np.arange(len(held)), columns]
        best[held] = chances.max(axis=1)
        guesses[held] = model.classes_[chances.argmax(axis=1)]
    return own, best, [str(each) for each in guesses]


def _softmax(scores: "NDArray[np.float64]") -> "NDArray[np.float64]":
    """Probabilities of all labels; of two labels the scores are those of the second."""
    import numpy as np

    scores = np.column_stack((-scores / 2, scores / 2)) if scores.ndim == 1 else scores
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = raised / raised.sum(axis=1, keepdims=True)
    return shares


def _of_frequent_labels(rows: Sequence[Kept]) -> list[Kept]:
    """Rows whose label is frequent enough to be in every fold."""
    counts = Counter(each.answer for each in rows)
    return [each for each in rows if counts[each.answer] >= 2 * _FOLDS]
