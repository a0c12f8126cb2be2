"""The planted worlds, every seed: does the program end in the verdict that is known to be right?"""

import argparse
import hashlib
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from advisor.case import Case
from advisor.files import write_atomic
from advisor.journey import settle
from benchmarks.worlds.planted import WORLDS, World
from heuristics.verdict.decision import Decision

ROOT = Path(__file__).parent.parent
RESULT = Path(__file__).parent / "results" / "proof.json"
RECORDS = ROOT / "build" / "proof"
MEASURING = (
    "benchmarks/worlds/base.py",
    "benchmarks/worlds/journey.py",
    "benchmarks/worlds/language.py",
    "benchmarks/worlds/words.toml",
    "advisor/work/pilot/*.py",
    "advisor/work/data/*.py",
    "heuristics/pilot/rate_search.py",
    "heuristics/pilot/seeds.py",
    "heuristics/statistics.py",
    "presets/pilot.toml",
    "presets/data.toml",
)
"""What a finished pilot follows from besides its world; verdicts are given anew each time."""
LEAST_RIGHT = 55 / 60
LEAST_KEPT = 0.95


@dataclass(frozen=True, slots=True)
class Outcome:
    """One world and seed, judged."""

    world: str
    seed: int
    verdict: str
    headline: str
    confidence: str
    fault: str
    """What is wrong with verdict or evidence; empty when all is right."""
    seconds: float
    promised: bool | None = None
    """Whether that holds which must hold in most seeds; None where nothing is promised."""

    @property
    def grade(self) -> str:
        """ "right", "not yet known", "wrong", or "wrong positive" for a verdict to train where nothing can be
        gained."""
        if not self.fault:
            return "right"
        ready = self.verdict in (Decision.SCALE_UP, Decision.CLOUD)
        if ready and not _world(self.world).gain_exists:
            return "wrong positive"
        return "not yet known" if self.verdict == Decision.UNKNOWN else "wrong"


def main(argv: Sequence[str] | None = None) -> int:
    """Run what is missing, judge everything, print the table; 0 when the proof holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=8, help="seeds of each world, more where a world asks")
    parser.add_argument("--world", action="append", choices=[each.name for each in WORLDS], help="only these")
    parser.add_argument("--judge", action="store_true", help="judge what is there and run nothing")
    parser.add_argument("--save", action="store_true", help=f"write {RESULT.name}")
    asked = parser.parse_args(argv)
    records = RECORDS / measuring_key()
    wanted = [
        (world, seed)
        for seed in range(asked.seeds * max(each.rounds for each in WORLDS))
        for world in WORLDS
        if seed < asked.seeds * world.rounds and (asked.world is None or world.name in asked.world)
    ]
    if not asked.judge:
        _run_missing(wanted, records)
    outcomes = [outcome for pair in wanted if (outcome := _outcome(*pair, records)) is not None]
    result = _summary(outcomes)
    _print(result, outcomes)
    if asked.save:
        write_atomic(RESULT, json.dumps(result, indent=2, ensure_ascii=False) + "\n", mode=0o644)
    return 0 if result["holds"] else 1


def measuring_key() -> str:
    """Names the code that measured; a record of another key is not looked at."""
    files = sorted(path for pattern in MEASURING for path in ROOT.glob(pattern))
    return hashlib.sha256(b"".join(each.read_bytes() for each in files)).hexdigest()[:12]


def _run_missing(wanted: Sequence[tuple[World, int]], records: Path) -> None:
    """One after the other in this process, which pays for its libraries once; each is kept when it ends."""
    missing = [pair for pair in wanted if not _record(*pair, records).exists()]
    if not missing:
        return
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    # A thread that spins while it waits takes the processor from one that works.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    records.mkdir(parents=True, exist_ok=True)
    with (records / "log.txt").open("a", encoding="utf-8") as log, redirect_stderr(log):
        for place, (world, seed) in enumerate(missing, start=1):
            _measure(world, seed, records)
            outcome = _outcome(world, seed, records)
            assert outcome is not None
            said = f"{outcome.seconds:.0f} s, {outcome.grade}: {outcome.verdict} {outcome.fault}"
            print(f"{place}/{len(missing)} {world.name} {seed}: {said}", flush=True)


def _measure(world: World, seed: int, records: Path) -> None:
    import torch

    from benchmarks.worlds.base import base_model
    from benchmarks.worlds.journey import judged, machine_of

    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    base_model()
    machine = machine_of(records)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        case = judged(world, seed, Path(folder) / "case", machine)
    record = {"seconds": round(time.monotonic() - began, 1), "case": case.model_dump(mode="json")}
    write_atomic(_record(world, seed, records), json.dumps(record), mode=0o644)


def _record(world: World, seed: int, records: Path) -> Path:
    """Where one pair is kept: another file when its rows, its goal or its settings change."""
    asked = repr((world.rows_of(seed), world.wishes, world.knobs(seed), world.tests))
    name = f"{world.name.replace(' ', '-')}-{seed}"
    return records / f"{name}-{hashlib.sha256(asked.encode()).hexdigest()[:12]}.json"


def _outcome(world: World, seed: int, records: Path) -> Outcome | None:
    """The record judged by today's rules; None while there is none."""
    path = _record(world, seed, records)
    if not path.exists():
        return None
    record = json.loads(path.read_text(encoding="utf-8"))
    case = settle(Case.model_validate(record["case"]))
    assert case.verdict is not None
    fault = fault_of(world, case)
    verdict = case.verdict
    return Outcome(
        world.name,
        seed,
        verdict.decision,
        verdict.headline,
        verdict.confidence,
        fault,
        record["seconds"],
        None if world.mostly is None else world.mostly(case),
    )


def fault_of(world: World, case: Case) -> str:
    """What is wrong with the verdict or the evidence of a case from this world, empty when nothing is."""
    assert case.verdict is not None
    if case.verdict.decision not in world.right:
        return f"not {' or '.join(world.right)}"
    return world.evidence(case)


def _summary(outcomes: Sequence[Outcome]) -> dict[str, object]:
    grades = Counter(each.grade for each in outcomes)
    right, positives = grades["right"], grades["wrong positive"]
    promised = [each.promised for each in outcomes if each.promised is not None]
    kept = sum(promised)
    worlds = {
        world.name: {
            "right verdict": [*world.right],
            "why": world.why,
            "seeds": sum(each.world == world.name for each in outcomes),
            "grades": dict(Counter(each.grade for each in outcomes if each.world == world.name)),
            "verdicts": dict(Counter(each.verdict for each in outcomes if each.world == world.name)),
        }
        for world in WORLDS
    }
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "key": measuring_key(),
        "pairs": len(outcomes),
        "grades": dict(grades),
        "holds": len(outcomes) >= 60
        and right >= LEAST_RIGHT * len(outcomes)
        and positives == 0
        and grades["wrong"] == 0
        and kept >= LEAST_KEPT * len(promised),
        "task gain of random labels includes zero": f"{kept} of {len(promised)} seeds",
        "worlds": worlds,
        "exceptions": [
            {
                "world": each.world,
                "seed": each.seed,
                "grade": each.grade,
                "said": each.headline,
                "fault": each.fault,
            }
            for each in outcomes
            if each.fault
        ],
    }


def _print(result: dict[str, object], outcomes: Sequence[Outcome]) -> None:
    for line in _table(outcomes):
        print(line)
    grades = result["grades"]
    assert isinstance(grades, dict)
    counted = ", ".join(f"{count} {grade}" for grade, count in grades.items())
    zero = "task gain of random labels includes zero"
    print(f"{zero} in {result[zero]}")
    print(f"{result['pairs']} pairs: {counted}; the proof {'holds' if result['holds'] else 'does not hold'}")


def _table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    yield f"{'world':22}{'right':>6}{'open':>6}{'wrong':>6}{'s':>5}  verdicts"
    for world in WORLDS:
        own = [each for each in outcomes if each.world == world.name]
        if not own:
            continue
        grades = Counter(each.grade for each in own)
        wrong = grades["wrong"] + grades["wrong positive"]
        seconds = sum(each.seconds for each in own) / len(own)
        verdicts = ", ".join(f"{each} {count}" for each, count in Counter(o.verdict for o in own).items())
        counts = f"{grades['right']:6}{grades['not yet known']:6}{wrong:6}{seconds:5.0f}"
        yield f"{world.name:22}{counts}  {verdicts}"


def _world(name: str) -> World:
    return next(each for each in WORLDS if each.name == name)


if __name__ == "__main__":
    raise SystemExit(main())
