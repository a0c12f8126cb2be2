"""Loaded by every Python process of a test: the wall clock says 1970, and jumps by years at each look."""

import datetime
import itertools
import os
import time

_JUMPS = itertools.cycle((0.0, 2e9, 1.0, 9e8, -3600.0, 4e9))


class _Wrong(datetime.datetime):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> "_Wrong":
        return cls.fromtimestamp(next(_JUMPS), tz)


if "ADVISOR_TEST_CLOCK" in os.environ:
    time.time = lambda: next(_JUMPS)
    # Native libraries check the class itself, so that only our own modules get another one.
    import advisor.case
    import advisor.jobs

    advisor.case.datetime = advisor.jobs.datetime = _Wrong  # type: ignore[attr-defined]
