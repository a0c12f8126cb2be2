"""What the pilot's trainer is simulated as, and what a simulation says about a device."""

from dataclasses import replace

import pytest

from advisor import catalog
from heuristics.basis import Basis
from heuristics.facts.machine import Device
from heuristics.facts.simulation import SimulationFacts, TrainingStep
from heuristics.memory.simulated import WORKSPACE, WORKSPACE_HOPPER, predict_simulated, training_step
from heuristics.planning.recipe import Recipe

GIB = 1 << 30
RECIPE = Recipe("m", "lora", 1e-4, 2, 1, 1.0, 512, 10, precision="bf16")
FACTS = SimulationFacts(
    model="m",
    step=TrainingStep("lora", 2, 512),
    allocated=9 * GIB,
    reserved=10 * GIB,
    phases=(),
    parts=(("weights", 6 * GIB), ("activations", 3 * GIB), ("workspace", 1 << 24), ("fragmentation", GIB)),
    parameters=10**9,
    trained_parameters=10**7,
    seconds=1.0,
)


def _device(capability: str | None = "8.6", kind: str = "cuda") -> Device:
    return Device(kind, 0, "d", 24 * GIB, 24 * GIB, bf16=True, compute_capability=capability)  # type: ignore[arg-type]


def _step(recipe: Recipe, device: Device) -> TrainingStep:
    step = training_step(recipe, device)
    assert step is not None
    return step


def test_lora_keeps_frozen_weights_in_the_recipe_s_format_and_its_adapter_in_fp32() -> None:
    step = _step(RECIPE, _device())
    assert (step.weights, step.autocast, step.adapter, step.loss) == ("bf16", "bf16", "fp32", "trl")


def test_trained_weights_stay_in_fp32_and_qlora_adapters_become_bf16() -> None:
    assert _step(replace(RECIPE, method="full"), _device()).weights == "fp32"
    packed = _step(replace(RECIPE, method="qlora"), _device())
    assert (packed.adapter, packed.upcast, packed.double_quantisation) == ("bf16", False, True)


@pytest.mark.parametrize(
    ("capability", "attention", "workspace"),
    [("7.5", "efficient", WORKSPACE), ("8.9", "flash", WORKSPACE), ("9.0", "flash", WORKSPACE_HOPPER)],
)
def test_kernels_follow_the_gpu(capability: str, attention: str, workspace: int) -> None:
    step = _step(RECIPE, _device(capability))
    assert (step.attention, step.workspace, step.on_cpu) == (attention, workspace, False)


def test_a_cpu_has_kernels_of_its_own() -> None:
    assert _step(RECIPE, _device(None, "cpu")).on_cpu


def test_an_optimizer_that_is_not_modelled_has_no_step() -> None:
    assert training_step(replace(RECIPE, optimizer="muon"), _device()) is None


def test_reserved_memory_and_the_context_decide_what_fits_a_gpu() -> None:
    limits = catalog.limits().memory
    found = predict_simulated(FACTS, 12 * GIB, False, limits)
    assert found.total.value == 10 * GIB + limits.context
    assert found.total.basis is Basis.SIMULATED
    assert found.total.low < found.total.value < found.total.high
    assert found.fit == "fits"
    assert sum(each.bytes for each in found.parts) == pytest.approx(found.total.value, abs=1)
    assert predict_simulated(FACTS, 10 * GIB, False, limits).fit == "no"
    assert predict_simulated(FACTS, 0, False, limits).fit == "no"


def test_on_a_cpu_only_tensors_and_the_process_count() -> None:
    limits = catalog.limits().memory
    assert predict_simulated(FACTS, 12 * GIB, True, limits).total.value == 9 * GIB + limits.cpu_overhead
