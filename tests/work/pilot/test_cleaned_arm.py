"""The arm of a pilot that trains on cleaned rows: as many tokens as the raw ones, tested on clean rows."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from advisor.specs import DataChoice, JobSpec
from advisor.work.data.load import load
from advisor.work.data.split import split
from advisor.work.emit import Emitter
from benchmarks.worlds import language
from benchmarks.worlds.planted import QUEUE, reports
from heuristics.facts.pilot import PilotFacts
from heuristics.goal import Goal
from heuristics.verdict.evidence import of_pilot
from tests.heuristics.known_cases import LIMITS
from tests.work.clean.cleaned import clean_file
from tests.work.pilot.pilot_worlds import run_pilot, spec_for, write_rows

pytestmark = pytest.mark.slow

CLEAN, WRONG = 300, 150


def spoilt_rows() -> list[dict[str, str]]:
    """Rows of which half are asked again and answered wrongly, and forty copies."""
    chance = random.Random(5)
    right = reports(chance, CLEAN, lambda each: f"queue {QUEUE[each.thing]}")
    queues = [f"queue {team}" for team in language.TEAM[:4]]
    wrong = [
        {**row, "answer": chance.choice([each for each in queues if each != row["answer"]])}
        for row in right[:WRONG]
    ]
    rows = [*right, *wrong, *right[:40]]
    chance.shuffle(rows)
    return rows


@pytest.fixture(scope="module")
def piloted(
    worlds_base: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[JobSpec, PilotFacts]]:
    """A pilot on spoilt rows with an arm on the copy that the program cleaned."""
    folder = tmp_path_factory.mktemp("cleaned")
    data = write_rows(folder / "rows.jsonl", spoilt_rows())
    cleaned = clean_file(data, ("exact_duplicates", "conflicts")).facts
    assert cleaned.path is not None and cleaned.removed == 40 + 2 * WRONG
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ADVISOR_HOME", str(folder / "home"))
        spec = spec_for(
            folder / "run", data, worlds_base, micro_batch=8, epochs=3, samples=96, learning_rate=6e-3
        )
        task = spec.task.model_copy(update={"cleaned": DataChoice(path=Path(cleaned.path))})
        spec = spec.model_copy(update={"task": task})
        yield spec, run_pilot(spec)[0]


def test_the_cleaned_arm_is_run_beside_the_ladder_and_is_no_part_of_its_curve(
    piloted: tuple[JobSpec, PilotFacts],
) -> None:
    facts = piloted[1]
    assert facts.complete is False or facts.gain("cleaning") is not None
    arms = [each for each in facts.runs if each.cleaned]
    assert [each.id for each in arms] == ["cleaned"]
    assert [each.run for each in facts.rungs if each.cleaned] == ["cleaned"]


def test_both_arms_train_on_as_many_tokens(piloted: tuple[JobSpec, PilotFacts]) -> None:
    facts = piloted[1]
    raw = next(
        each for each in facts.runs if each.phase == "ladder" and each.samples == 96 and not each.cleaned
    )
    cleaned = next(each for each in facts.runs if each.cleaned)
    assert cleaned.planned_steps == pytest.approx(raw.planned_steps, abs=2)


def test_clean_rows_teach_more_than_spoilt_ones(piloted: tuple[JobSpec, PilotFacts]) -> None:
    gain = piloted[1].gain("cleaning")
    assert gain is not None
    assert gain.estimate.low > 0
    assert gain.baseline == "raw rows"
    lines = of_pilot(piloted[1], Goal(), LIMITS)
    assert any("cleaned instead of raw rows" in each.text and each.supports for each in lines)


def test_no_arm_is_tested_on_rows_that_the_other_was_trained_on(
    piloted: tuple[JobSpec, PilotFacts], tmp_path: Path
) -> None:
    from advisor.work.pilot.preparing import cleaned_splits

    task = piloted[0].task
    emitter = Emitter(tmp_path)
    raw = split(load(task.data, emitter).examples, None)
    cleaned = cleaned_splits(task, raw, emitter)
    assert cleaned is not None
    raw_trained, cleaned_trained = ({each.key for each in part.train} for part in (raw, cleaned))
    tested = {each.key for each in cleaned.test}
    assert tested and not tested & (raw_trained | cleaned_trained)
    assert not cleaned_trained & {each.key for each in (*raw.test, *raw.validation)}
