"""Whether the file is sorted: neighbours that have more in common than chance would give them."""

import math

from advisor.work.data.checks.batch import Tally
from advisor.work.data.checks.whole import Whole, WholeCheck
from advisor.work.data.limits import data_limits

_UNLIKE = 2
"""Long rows are at least this many times as long as short ones where their order by length matters."""
_CHANCE = "chance in millionths"


def ordered(whole: Whole) -> Tally:
    """Rows with the answer of the row before, or on the same side of the usual length; far more of them than
    by chance mean that the file is sorted (a runs test, Wald & Wolfowitz 1940)."""
    import numpy as np

    limits = data_limits().spread
    tally = Tally(total=max(0, whole.store.rows - 1))
    if tally.total < limits.least_rows:
        return tally
    codes = np.asarray(whole.store.column("answer"))
    if not whole.total.answers:
        words = np.asarray(whole.store.column("words"))
        short, middle, long = np.quantile(words, (0.1, 0.5, 0.9))
        if long < short * _UNLIKE:
            return tally
        codes = words > middle
    same = int((codes[1:] == codes[:-1]).sum())
    shares = np.unique(codes, return_counts=True)[1] / len(codes)
    chance = float((shares**2).sum())
    spread = math.sqrt(chance * (1 - chance) * tally.total)
    more = same - chance * tally.total
    if spread and more / spread > limits.order_z and more / tally.total > limits.order_excess:
        tally.count = same
        tally.kinds[_CHANCE] = round(chance * 1_000_000)
    return tally


ORDERED = WholeCheck(
    "ordered",
    ordered,
    lambda tally: f"{tally.kinds[_CHANCE] / 1e6:.0%} would be so by chance" if tally.count else "",
)
