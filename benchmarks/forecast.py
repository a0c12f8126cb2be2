"""How good the forecast of learning curves is: the loss at four times the rows, beside two plain "
"predictions."""

import argparse
import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from advisor import catalog
from advisor.files import write_atomic
from benchmarks.curves import ROWS, saved
from heuristics.facts.forecast import LadderPoint
from heuristics.forecast import banded, means_of
from heuristics.learning_curve import POWER, fit, predict

RESULT = Path(__file__).parent / "results" / "forecast.json"
AHEAD = 4
_Z = statistics.NormalDist().inv_cdf(0.9)


@dataclass(frozen=True, slots=True)
class Tried:
    """One curve: what was forecast, and what came, in logs."""

    task: str
    truth: float
    centre: float
    deviation: float
    last: float
    power: float
    form: str

    @property
    def ratio(self) -> float:
        """Error over the deviation of an unwidened band's edge."""
        return abs(self.truth - self.centre) / (_Z * self.deviation)


def main(argv: Sequence[str] | None = None) -> int:
    """Print errors and coverage; 0 when the coverage lies between 75 and 90 %."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--save", action="store_true", help=f"write {RESULT.name}")
    asked = parser.parse_args(argv)
    tried = [_try(curve) for curve in saved()]
    result = _summary(tried)
    print(f"{len(tried)} curves of {len({each.task for each in tried})} tasks, {AHEAD} times {ROWS} rows")
    for name in ("forecast", "power law", "last value"):
        errors = result[name]
        assert isinstance(errors, dict)
        print(f"{name:12} |log error| median {errors['median']:.3f}  mean {errors['mean']:.3f}")
    for key in (
        "coverage_in_use",
        "coverage_left_out",
        "widening_in_use",
        "widening_fitted",
        "coverage_plain",
    ):
        print(f"{key:20} {result[key]:.3f}")
    if asked.save:
        write_atomic(RESULT, json.dumps(result, indent=2) + "\n", mode=0o644)
    return 0 if 0.75 <= float(str(result["coverage_left_out"])) <= 0.90 else 1


def _try(curve: dict[str, object]) -> Tried:
    points = [LadderPoint(int(p["samples"]), int(p["seed"]), p["loss"]) for p in curve["points"]]  # type: ignore[attr-defined]
    ladder = [each for each in points if each.samples <= ROWS]
    truth = next(each.value for each in points if each.samples == AHEAD * ROWS)
    band, means = banded(ladder, [AHEAD * ROWS]), means_of(ladder)
    return Tried(
        str(curve["task"]),
        math.log(truth),
        float(band.centre[0]),
        float(band.deviation[0]),
        float(means.y[-1]),
        float(predict(POWER, fit(POWER, means), [AHEAD * ROWS])[0]),
        band.fits[0].title,
    )


def _summary(tried: Sequence[Tried]) -> dict[str, object]:
    """Errors of three predictions, and coverage with the widening in use and with one from the "
    "other tasks."""
    in_use = catalog.limits().forecast.widening
    inside = [each.ratio <= widening_for([o for o in tried if o.task != each.task]) for each in tried]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "curves": len(tried),
        "forecast": _errors([each.truth - each.centre for each in tried]),
        "power law": _errors([each.truth - each.power for each in tried]),
        "last value": _errors([each.truth - each.last for each in tried]),
        "coverage_plain": _share([each.ratio <= 1 for each in tried]),
        "coverage_in_use": _share([each.ratio <= in_use for each in tried]),
        "coverage_left_out": _share(inside),
        "widening_in_use": in_use,
        "widening_fitted": widening_for(tried),
        "forms": {form: sum(each.form == form for each in tried) for form in sorted({t.form for t in tried})},
    }


def widening_for(tried: Sequence[Tried]) -> float:
    """The factor with which 80 % of the bands would have held the truth, with the usual "
    "finite-sample rank."""
    ratios = sorted(each.ratio for each in tried)
    return ratios[min(len(ratios) - 1, math.ceil(0.8 * (len(ratios) + 1)) - 1)]


def _errors(errors: Sequence[float]) -> dict[str, float]:
    sizes = [abs(each) for each in errors]
    return {"median": round(statistics.median(sizes), 4), "mean": round(statistics.fmean(sizes), 4)}


def _share(held: Sequence[bool]) -> float:
    return round(sum(held) / len(held), 4)


if __name__ == "__main__":
    raise SystemExit(main())
