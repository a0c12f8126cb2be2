"""A complete case made of plain values, for tests that need one without running jobs."""

from pathlib import Path

from advisor.case import Case, new_case
from heuristics.basis import Basis, Estimate
from heuristics.facts.data import CheckResult, Columns, DataFacts, FormatFacts, RowProblem, SplitFacts
from heuristics.facts.machine import Cpu, Device, Disk, MachineFacts, Memory, Throughput
from heuristics.facts.model import ModelFacts, ModelShape
from heuristics.facts.pilot import Gain, PilotFacts, Proof, Run, Sample, Score
from heuristics.planning.recipe import Choice, MemoryPart, MemoryPrediction, Plan, Recipe
from heuristics.verdict.decision import Decision, Evidence, Verdict

GIB = 1 << 30
HOSTILE = "a 'b' \"c\" $(touch owned) `touch owned`; touch owned\n- x: &y !!python/object\t# [click](x)"
"""Quotes, shell substitutions, a line break and YAML specials in one text."""


def machine() -> MachineFacts:
    """A two-core machine without a GPU."""
    cpu = Device(
        kind="cpu",
        index=0,
        name="Example CPU",
        memory_total=8 * GIB,
        memory_free=6 * GIB,
        bf16=False,
        throughput=(Throughput("fp32", 0.1, 0.09, 0.11),),
        bandwidth_gb_per_s=12.5,
    )
    return MachineFacts(
        measured_at="2026-11-01T00:00:00+00:00",
        system="Linux 6.1 x86_64",
        cpu=Cpu("Example CPU", 2, 2, ("avx2",)),
        memory=Memory(8 * GIB, 6 * GIB, "host"),
        disks=(Disk("case", "/data", 20 * GIB, 400.0),),
        devices=(cpu,),
        torch="2.13",
        torch_backends=("cpu",),
    )


def data(path: str = "rows.jsonl") -> DataFacts:
    """Forty rows of question and answer, one of them malformed."""
    return DataFacts(
        path=path,
        name=Path(path).name,
        bytes=4000,
        sha256="0" * 64,
        format=FormatFacts("question_answer", "jsonl", Columns(prompt="question", answer="answer"), 1.0),
        rows=40,
        usable=39,
        malformed=1,
        malformed_rows=(RowProblem(7, "not JSON"),),
        checks=(CheckResult("empty_answers", 1, 40, (9,)),),
        tokens=None,
        split=SplitFacts(30, 5, 4),
    )


def model(folder: str | None = None) -> ModelFacts:
    """A model of fewer than a million parameters; in a local folder when one is named."""
    shape = ModelShape(64, 2, 4, 4, 16, 128, 512, True, 130_000, 130_000)
    if folder is None:
        return ModelFacts("example/tiny", "cache", "llama", shape)
    return ModelFacts(Path(folder).name, "local", "llama", shape, path=folder, weights="safetensors")


def recipe(**changes: object) -> Recipe:
    """A small LoRA recipe."""
    settings: dict[str, object] = {
        "model": "example/tiny",
        "method": "lora",
        "learning_rate": 2e-4,
        "micro_batch": 2,
        "accumulation": 2,
        "epochs": 1.0,
        "sequence_length": 64,
        "samples": 24,
        "rank": 4,
        "alpha": 8,
        "template": "plain",
    }
    return Recipe(**{**settings, **changes})  # type: ignore[arg-type]


def plan(chosen: Recipe | None = None) -> Plan:
    """A plan around a recipe."""
    minute = Estimate(60.0, 40.0, 90.0, "s", Basis.FORMULA, "counted operations")
    total = Estimate(1.0 * GIB, 0.8 * GIB, 1.2 * GIB, "bytes", Basis.FORMULA)
    return Plan(
        recipe=chosen or recipe(),
        choices=(
            Choice("rank", "rank", "4", "Small task.", "convention", Basis.ASSUMED),
            Choice(
                "learning_rate", "learning rate", "2e-4", "Prior.", "a paper", Basis.PUBLISHED, 1e-4, 4e-4
            ),
        ),
        memory=MemoryPrediction((MemoryPart("weights", GIB // 2),), total, 6 * GIB, "fits"),
        pilot_time=minute,
        full_time=minute,
        full_rows=30,
        device="Example CPU",
    )


def pilot() -> PilotFacts:
    """A complete pilot with a gain that does not reach zero."""
    gain = Gain("loss", Estimate(0.4, 0.2, 0.6, "nats", Basis.MEASURED, "paired bootstrap"), "base", 4, 1)
    return PilotFacts(
        model="example/tiny",
        method="lora",
        proof=Proof(2, 2, 64, 60, GIB, GIB // 2, 0.5, 900.0, "cpu", "fp32"),
        scores=(
            Score("base", "test", 4, 40, 2.0, 7.4, 0.4),
            Score("tuned", "test", 4, 40, 1.6, 4.9, 0.5, 0.5, 4),
        ),
        runs=(
            Run("r1", "ladder", 2e-4, 24, 1.0, 17, 6, 6, ((1, 2.0),), ((6, 1.7),), 1.7, 4.0, 900.0, GIB),
            Run("r2", "rate", 6e-4, 24, 1.0, 17, 2, 6, ((1, 2.0),), (), None, 1.0, 900.0, GIB, True),
        ),
        gains=(gain,),
        samples=(Sample(3, "Q", "A", "B", "A"),),
        seconds=12.0,
        complete=True,
    )


def verdict() -> Verdict:
    """Scale up here, with one line of evidence."""
    shown = Evidence(
        "The loss fell by 0.4 nats", Estimate(0.4, 0.2, 0.6, "nats", Basis.MEASURED, "bootstrap")
    )
    return Verdict(
        Decision.SCALE_UP, "Train in full here", (shown,), "firm", ("A smaller gain",), ("Export",)
    )


def full_case(
    folder: Path, name: str = "example", model_folder: str | None = None, **changes: object
) -> Case:
    """A case in which every step has its answer."""
    return new_case(folder, name).but(
        data_path="rows.jsonl",
        goal_confirmed=True,
        machine=machine(),
        data=data(),
        model=model(model_folder),
        plan=plan(recipe(**changes)),
        pilot=pilot(),
        verdict=verdict(),
    )
