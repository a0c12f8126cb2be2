"""One seed of every planted world, from its rows to the verdict that is known to be right."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from advisor.case import Case, load
from benchmarks.proof import Outcome, fault_of
from benchmarks.worlds.journey import judged, machine_of
from benchmarks.worlds.planted import WORLDS, World
from heuristics.facts.machine import MachineFacts
from heuristics.verdict.decision import Decision

pytestmark = pytest.mark.slow

SEED = 0


@pytest.fixture(scope="module")
def machine(worlds_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MachineFacts]:
    """This machine, with the worlds' base model at hand."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "1")
        yield machine_of(tmp_path_factory.mktemp("machine"))


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name.replace(" ", "-"))
def test_a_world_ends_in_its_right_verdict(world: World, machine: MachineFacts, tmp_path: Path) -> None:
    case = judged(world, SEED, tmp_path / "case", machine)
    assert fault_of(world, case) == "", case.verdict and case.verdict.headline
    assert load(tmp_path / "case") == case


def test_every_kind_of_world_is_planted_and_has_a_reason() -> None:
    assert len({each.name for each in WORLDS}) == len(WORLDS) == 8
    assert all(each.why.endswith(".") and each.right for each in WORLDS)
    trained = {each.name for each in WORLDS if Decision.SCALE_UP in each.right}
    assert trained == {each.name for each in WORLDS if each.gain_exists}


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name.replace(" ", "-"))
def test_the_rows_of_a_world_follow_from_its_seed(world: World) -> None:
    assert world.rows_of(3) == world.rows_of(3)
    assert world.rows_of(3) != world.rows_of(4)


@pytest.mark.parametrize(
    ("world", "verdict", "fault", "grade"),
    [
        ("learnable", Decision.SCALE_UP, "", "right"),
        ("learnable", Decision.UNKNOWN, "not scale up here", "not yet known"),
        ("learnable", Decision.NO_IMPROVEMENT, "not scale up here", "wrong"),
        ("random labels", Decision.SCALE_UP, "not no measurable improvement", "wrong positive"),
        ("random labels", Decision.CLOUD, "not no measurable improvement", "wrong positive"),
        ("random labels", Decision.NO_IMPROVEMENT, "task gain leaves out zero", "wrong"),
        ("forgets", Decision.SCALE_UP, "not not yet known", "wrong positive"),
    ],
)
def test_a_verdict_to_train_where_nothing_can_be_gained_is_the_worst_grade(
    world: str, verdict: Decision, fault: str, grade: str
) -> None:
    assert Outcome(world, 0, verdict, "", "", fault, 1.0).grade == grade


def test_a_verdict_without_its_evidence_is_not_right(machine: MachineFacts, tmp_path: Path) -> None:
    world = next(each for each in WORLDS if each.name == "conflicting answers")
    case: Case = judged(world, SEED, tmp_path / "case", machine)
    assert fault_of(world, case) == ""
    assert fault_of(replace(world, evidence=lambda _: "nothing to show"), case) == "nothing to show"
    assert fault_of(replace(world, right=(Decision.SCALE_UP,)), case) == "not scale up here"
