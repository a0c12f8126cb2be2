"""Impossible wishes and odd machines get a plain word, never an absurd number."""

import math
from dataclasses import replace

import pytest

from heuristics.assess import assess
from heuristics.facts.machine import MachineFacts
from heuristics.facts.model import ModelFacts
from heuristics.finding import Finding, Level
from heuristics.goal import Goal
from heuristics.planning.knobs import Knobs
from heuristics.planning.recipe import Plan
from tests.heuristics.known_cases import CPU, GIB, GPU, LIMITS, LLAMA_8B, TINY, data, machine, whole_plan

GIANT = replace(
    LLAMA_8B,
    id="giant",
    shape=replace(LLAMA_8B.shape, layers=10_000, parameters=10**13, active_parameters=10**13),
)


def plan(where: MachineFacts, model: ModelFacts, knobs: Knobs | None = None) -> Plan:
    return whole_plan(where, data(), model, knobs=knobs or Knobs())


def findings(made: Plan, where: MachineFacts, model: ModelFacts) -> dict[str, Finding]:
    found = assess(where, data(), model, Goal(), made, None, LIMITS)
    return {each.rule: each for each in found}


@pytest.mark.parametrize("asked", [513, 10**6, 10**12])
def test_a_sequence_length_beyond_the_context_is_cut_and_says_so(asked: int) -> None:
    made = plan(machine(), TINY, Knobs(sequence_length=asked))
    assert made.recipe.sequence_length == 512
    reason = next(each.reason for each in made.choices if each.setting == "sequence_length")
    assert f"{asked:,}" in reason
    assert "where the model's context ends" in reason
    assert made.memory.total.value < 2 * GIB


def test_without_a_known_context_no_step_is_longer_than_the_longest_row() -> None:
    endless = replace(TINY, shape=replace(TINY.shape, context=None))
    made = plan(machine(), endless, Knobs(sequence_length=10**9))
    assert made.recipe.sequence_length <= 256
    reason = next(each.reason for each in made.choices if each.setting == "sequence_length")
    assert "the longest row" in reason


def test_no_free_memory_is_one_clear_word() -> None:
    where = machine(replace(GPU, memory_free=0))
    made = plan(where, LLAMA_8B)
    found = findings(made, where, LLAMA_8B)
    assert made.memory.fit == "no"
    assert found["plan.memory"].level is Level.BLOCK
    assert found["plan.memory"].headline == "No memory of RTX 4090 is free"
    assert found["machine.device_busy"].level is Level.BLOCK
    assert made.sibling is None


def test_a_model_as_large_as_a_data_centre_fits_nowhere_and_has_a_sibling() -> None:
    where = machine(GPU)
    made = plan(where, GIANT)
    assert made.memory.fit == "no"
    assert made.offers == ()
    assert made.sibling is not None
    assert made.sibling.fit in ("fits", "tight")
    assert all(map(math.isfinite, (made.full_time.high, made.pilot_time.high, made.memory.total.high)))
    assert made.sibling.model in findings(made, where, GIANT)["plan.sibling"].do


def test_code_from_a_repository_is_never_promised() -> None:
    coded = replace(TINY, remote_code=True)
    found = findings(plan(machine(), coded), machine(), coded)
    assert found["plan.remote_code"].level is Level.RISK
    assert "not run here" in found["plan.remote_code"].why


@pytest.mark.parametrize("name", ["qwen-research (non-commercial)", "cc-by-nc-4.0", "Gemma Research License"])
def test_a_licence_without_commercial_use_is_a_risk(name: str) -> None:
    bound = replace(TINY, licence=name, unverified=("licence",))
    found = findings(plan(machine(), bound), machine(), bound)["plan.licence"]
    assert found.level is Level.RISK
    assert name in found.headline
    assert "not read in the model's own files" in found.why


@pytest.mark.parametrize("name", ["", "apache-2.0", "llama community licence", "mit", "openrail"])
def test_a_licence_that_is_free_or_not_stated_says_nothing(name: str) -> None:
    free = replace(TINY, licence=name)
    assert "plan.licence" not in findings(plan(machine(), free), machine(), free)


def test_two_gpus_of_different_kinds_are_planned_with_the_first_alone() -> None:
    where = machine(GPU, replace(GPU, index=1, name="RTX 3060", memory_free=4 * GIB))
    made = plan(where, LLAMA_8B)
    assert made.device == "RTX 4090"
    assert made.memory.available == 23 * GIB
    assert "machine.mixed" in findings(made, where, LLAMA_8B)


@pytest.mark.parametrize("size", [0, 1, 2**20])
def test_a_device_with_next_to_no_memory_fits_nothing(size: int) -> None:
    made = plan(machine(replace(CPU, memory_total=size, memory_free=size)), TINY)
    assert made.memory.fit == "no"
    assert {row.lora for row in made.sizes} == {"no"}
    assert all(each.fit == "no" for each in made.alternatives)
