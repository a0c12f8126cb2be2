"""Facts that tests start from: two machines, three models, one data set."""

from dataclasses import replace

from advisor import catalog
from heuristics.costs.elsewhere import with_offers
from heuristics.costs.money import with_money
from heuristics.facts.data import (
    CheckResult,
    Columns,
    DataFacts,
    FormatFacts,
    Quantiles,
    SplitFacts,
    TokenFacts,
    Truncation,
)
from heuristics.facts.machine import Cpu, Device, Disk, MachineFacts, Memory, Throughput
from heuristics.facts.model import ModelFacts, ModelShape
from heuristics.goal import Goal
from heuristics.planning.knobs import Knobs
from heuristics.planning.plan import make_plan
from heuristics.planning.recipe import Plan
from heuristics.planning.settings import Ground

LIMITS = catalog.limits()
DEFAULT_GOAL = Goal()
FREE = Knobs()
GIB = 2**30

CPU = Device(
    "cpu",
    0,
    "Two cores",
    16 * GIB,
    12 * GIB,
    bf16=False,
    throughput=(Throughput("fp32", 0.17, 0.15, 0.19),),
    bandwidth_gb_per_s=20.0,
    shared_memory=True,
)
GPU = Device(
    "cuda", 0, "RTX 4090", 24 * GIB, 23 * GIB, bf16=True, throughput=(Throughput("bf16", 140, 130, 150),)
)

AMPERE = Device("cuda", 0, "d", 24 * GIB, 24 * GIB, bf16=True, compute_capability="8.6")

MINIATURE = ModelFacts(
    "m", "catalogue", "llama", ModelShape(64, 2, 4, 2, 16, 128, 1024, True, 10**6, 10**6, 512)
)
"""Small enough to be simulated in seconds."""
TINY = ModelFacts("tiny", "demo", "llama", ModelShape(64, 5, 8, 4, 8, 172, 512, True, 260_032, 260_032, 512))
SMALL = ModelFacts(
    "small", "hub", "llama", ModelShape(576, 30, 9, 3, 64, 1536, 49152, True, 134_515_008, 134_515_008, 8192)
)
LLAMA_8B = ModelFacts(
    "llama-8b",
    "catalogue",
    "llama",
    ModelShape(4096, 32, 32, 8, 128, 14336, 128256, False, 8_030_261_248, 8_030_261_248, 131072),
    chat_template=True,
)


def machine(*devices: Device, quantisation: bool = False) -> MachineFacts:
    """A machine with these devices; only its two cores when none is named."""
    return MachineFacts(
        measured_at="2026-11-23T00:00:00Z",
        system="Linux",
        cpu=Cpu("Two cores", 2, 4),
        memory=Memory(16 * GIB, 12 * GIB, "host"),
        disks=(Disk("case", "cases", 100 * GIB), Disk("models", "models", 100 * GIB)),
        devices=(*devices, CPU) if CPU not in devices else devices,
        torch="2.13",
        quantisation=quantisation,
    )


def tokens(p99: int = 200, largest: int = 230, answers: int = 9_000) -> TokenFacts:
    """Token counts of 600 rows of about 100 tokens."""
    return TokenFacts(
        model="tiny",
        template="plain",
        total=Quantiles(40, 90, 170, p99, largest, 100.0),
        prompt=Quantiles(30, 75, 150, 180, 210, 85.0),
        answer=Quantiles(5, 14, 30, 40, 60, 15.0),
        tokens=60_000,
        answer_tokens=answers,
        histogram=((64, 200), (128, 300), (256, 100)),
        truncation=(
            Truncation(64, 400, 0.6, 300),
            Truncation(128, 100, 0.15, 60),
            Truncation(192, 8, 0.02, 3),
        ),
        exact=True,
    )


def data(*checks: CheckResult, train: int = 480, usable: int = 600) -> DataFacts:
    """A clean messages file of 600 rows with short answers."""
    return DataFacts(
        path="tickets.jsonl",
        name="tickets.jsonl",
        bytes=100_000,
        sha256="0" * 64,
        format=FormatFacts("messages", "jsonl", Columns(messages="messages"), 1.0),
        rows=usable,
        usable=usable,
        malformed=0,
        malformed_rows=(),
        checks=checks,
        tokens=tokens(),
        split=SplitFacts(train, 60, 60),
        short_answers=True,
    )


def whole_plan(
    where: MachineFacts,
    rows: DataFacts | None,
    model: ModelFacts,
    goal: Goal = DEFAULT_GOAL,
    knobs: Knobs = FREE,
) -> Plan:
    """A plan with offers and money, as the journey makes it without any simulation."""
    ground = Ground(where, rows, model, goal, knobs, LIMITS)
    made = make_plan(where, rows, model, goal, knobs, LIMITS, catalog.models())
    return with_money(ground, with_offers(ground, made, catalog.offers()), catalog.gpus_for_sale())


def classes(count: int, each: int = 30) -> DataFacts:
    """The same file with `count` classes of `each` rows."""
    labels = tuple((f"label {number}", each) for number in range(count))
    return replace(data(), labels=labels, rows=count * each, usable=count * each)
