"""How good the forecast of learning curves is at four times the rows, beside two plain predictions."""

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
from benchmarks import curves, share_curves
from benchmarks.curves import ROWS
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
    """Print errors and coverage; 0 when the coverage of both kinds of curve lies between 75 and 90 %."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--save", action="store_true", help=f"write {RESULT.name}")
    asked = parser.parse_args(argv)
    limits = catalog.limits().forecast
    kinds = {
        "loss": ([_of_loss(each) for each in curves.saved()], limits.widening),
        "share of exact answers": ([_of_share(each) for each in share_curves.saved()], limits.widening_share),
    }
    result: dict[str, object] = {"date": datetime.now(UTC).date().isoformat()}
    held = []
    for name, (tried, widening) in kinds.items():
        summary = _summary(tried, widening)
        result[name] = summary
        held.append(0.75 <= float(str(summary["coverage_left_out"])) <= 0.90)
        _print(name, tried, summary)
    if asked.save:
        write_atomic(RESULT, json.dumps(result, indent=2) + "\n", mode=0o644)
    return 0 if all(held) else 1


def _print(name: str, tried: Sequence[Tried], summary: dict[str, object]) -> None:
    tasks = len({each.task for each in tried})
    print(f"{name}: {len(tried)} curves of {tasks} tasks, {AHEAD} times {ROWS} rows")
    for prediction in ("forecast", "power law", "last value"):
        errors = summary[prediction]
        assert isinstance(errors, dict)
        print(f"  {prediction:12} |log error| median {errors['median']:.3f}  mean {errors['mean']:.3f}")
    for key in _COVERAGE:
        print(f"  {key:20} {summary[key]:.3f}")


_COVERAGE = ("coverage_in_use", "coverage_left_out", "widening_in_use", "widening_fitted", "coverage_plain")


def _of_loss(curve: dict[str, object]) -> Tried:
    points = [LadderPoint(int(p["samples"]), int(p["seed"]), p["loss"]) for p in curve["points"]]  # type: ignore[attr-defined]
    truth = next(each.value for each in points if each.samples == AHEAD * ROWS)
    return _try(str(curve["task"]), points, math.log(truth))


def _of_share(curve: dict[str, object]) -> Tried:
    """Log odds of a wrong answer; the ladder answers as few rows as a pilot does, the truth many."""
    points = [
        LadderPoint(int(p["samples"]), int(p["seed"]), 1 - p["exact"], share_curves.ANSWERED)
        for p in curve["points"]  # type: ignore[attr-defined]
    ]
    truth = next(each for each in points if each.samples == AHEAD * ROWS)
    wrong = truth.value * share_curves.TRUE_ROWS
    odds = (wrong + 0.5) / (share_curves.TRUE_ROWS - wrong + 0.5)
    return _try(str(curve["task"]), points, math.log(odds))


def _try(task: str, points: Sequence[LadderPoint], truth: float) -> Tried:
    ladder = [each for each in points if each.samples <= ROWS]
    band, means = banded(ladder, [AHEAD * ROWS]), means_of(ladder)
    return Tried(
        task,
        truth,
        float(band.centre[0]),
        float(band.deviation[0]),
        float(means.y[-1]),
        float(predict(POWER, fit(POWER, means), [AHEAD * ROWS])[0]),
        band.fits[0].title,
    )


def _summary(tried: Sequence[Tried], in_use: float) -> dict[str, object]:
    """Errors of three predictions, and coverage with the widening in use and with one from the other
    tasks."""
    inside = [each.ratio <= widening_for([o for o in tried if o.task != each.task]) for each in tried]
    return {
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
    """The factor with which 80 % of the bands would have held the truth, with the usual
    finite-sample rank."""
    ratios = sorted(each.ratio for each in tried)
    return ratios[min(len(ratios) - 1, math.ceil(0.8 * (len(ratios) + 1)) - 1)]


def _errors(errors: Sequence[float]) -> dict[str, float]:
    sizes = [abs(each) for each in errors]
    return {"median": round(statistics.median(sizes), 4), "mean": round(statistics.fmean(sizes), 4)}


def _share(held: Sequence[bool]) -> float:
    return round(sum(held) / len(held), 4)


if __name__ == "__main__":
    raise SystemExit(main())
