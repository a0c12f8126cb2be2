"""A whole case made by hand, and one whose every outside text is hostile."""

from dataclasses import fields, is_dataclass, replace
from pathlib import Path

from advisor.case import Case
from heuristics.basis import Basis, Estimate
from heuristics.facts.cleaning import Change, Cleaning, CleaningFacts, FixOutcome, LabelCluster
from heuristics.facts.data import (
    CheckResult,
    ColumnFacts,
    Columns,
    DataFacts,
    FormatFacts,
    Quantiles,
    RowProblem,
    SplitFacts,
    TokenFacts,
    Truncation,
    Waste,
)
from heuristics.facts.experiment import (
    Alarm,
    Forgetting,
    Memorised,
    Outlier,
    PilotSchedule,
    PlannedRun,
    Possible,
    RateEvidence,
    RatePoint,
    Rung,
)
from heuristics.facts.machine import Cpu, Device, Disk, GpuProcess, MachineFacts, Memory, Throughput
from heuristics.facts.model import ModelFacts, ModelShape
from heuristics.facts.pilot import Gain, PilotFacts, Proof, Run, Sample, Score
from heuristics.goal import Goal
from heuristics.planning.recipe import (
    Alternative,
    Choice,
    MemoryPart,
    MemoryPrediction,
    Offer,
    Plan,
    Recipe,
    SizeRow,
)
from heuristics.verdict.decision import Decision, Evidence, Verdict

GIB = 1 << 30
HOSTILE = "\x1b]52;c;cHduZWQ=\x07\x1b[31mred\x9b0m [@click=app.quit]press[/] [/bold] C:\\ \u202egnp\ud83d"

MACHINE = MachineFacts(
    measured_at="2026-11-02T10:00:00Z",
    system="Linux 6.1 x86_64",
    cpu=Cpu("Example CPU at 2.7 GHz", 8, 16, ("avx2", "avx512f", "avx512_bf16")),
    memory=Memory(32 * GIB, 24 * GIB, "host"),
    disks=(
        Disk("case", "/home/user/cases", 120 * GIB, 850.0),
        Disk("models", "/home/user/models", 40 * GIB),
    ),
    devices=(
        Device(
            "cuda",
            0,
            "Example GPU 16 GB",
            16 * GIB,
            int(14.2 * GIB),
            bf16=True,
            throughput=(Throughput("fp32", 8.1, 7.9, 8.2), Throughput("bf16", 61.5, 59.8, 62.0)),
            bandwidth_gb_per_s=412.0,
            compute_capability="8.9",
            driver="560.10",
            power_limit_w=160.0,
            processes=(GpuProcess(4242, "Xorg", 700 << 20),),
            utilisation=0.02,
        ),
        Device(
            "cpu",
            0,
            "Example CPU at 2.7 GHz",
            32 * GIB,
            24 * GIB,
            bf16=True,
            throughput=(Throughput("fp32", 0.62, 0.58, 0.64), Throughput("bf16", 0.9, 0.85, 0.93)),
            bandwidth_gb_per_s=38.4,
            shared_memory=True,
        ),
    ),
    torch="2.13.0",
    torch_backends=("cuda 12.8",),
)

DATA = DataFacts(
    path="/home/user/tickets.jsonl",
    name="tickets.jsonl",
    bytes=1_234_567,
    sha256="ab" * 32,
    format=FormatFacts(
        "messages",
        "jsonl",
        Columns(messages="messages"),
        0.998,
        runner_up="sharegpt",
        explanation="Each row has a list of messages with role and content.",
    ),
    rows=2_406,
    usable=2_311,
    malformed=3,
    malformed_rows=(RowProblem(17, "not valid JSON", '{"messages": [{"role": "us'),),
    checks=(
        CheckResult(
            "exact_duplicates", 61, 2406, (12, 48, 1033), ("My parcel is late", "Refund please", "Hi")
        ),
        CheckResult("empty_answers", 31, 2406, (7, 1999), ("Where is my order?", "Cancel it")),
    ),
    tokens=TokenFacts(
        "example/small-0.5b",
        "chat",
        Quantiles(48, 132, 410, 780, 1912, 171.0),
        Quantiles(30, 101, 350, 700, 1800, 140.0),
        Quantiles(4, 22, 71, 120, 402, 31.0),
        395_181,
        71_641,
        ((32, 12), (64, 340), (128, 790), (256, 801), (512, 290), (1024, 70), (2048, 8)),
        (Truncation(256, 369, 0.041, 12), Truncation(512, 78, 0.009, 2), Truncation(1024, 8, 0.0004, 0)),
        exact=True,
        waste=Waste(8, 0.47, 0.04, 1024, 0.02),
    ),
    split=SplitFacts(1_848, 231, 232, groups=2_250),
    labels=(("billing", 802), ("delivery", 760), ("refund", 500), ("other", 249)),
    short_answers=True,
    columns=(
        ColumnFacts("messages", "list", 2_380, 26, 0),
        ColumnFacts("channel", "text", 1_800, 550, 56),
    ),
)

PREVIEW = CleaningFacts(
    source=DATA.path,
    sha256=DATA.sha256,
    rows_in=2_409,
    rows_out=2_409,
    changed=0,
    removed=0,
    outcomes=(
        FixOutcome("mojibake", 12, (Change(41, "I donâ€™t know", "I don’t know"),)),
        FixOutcome("control_characters", 0),
        FixOutcome("exact_duplicates", 61, (Change(48, "Refund please", "line 12 stays"),)),
        FixOutcome("private_data", 4, (Change(7, "(a private value, not shown)", "call [phone number]"),)),
    ),
    clusters=(LabelCluster("", (("billing", 802), ("Billing", 3))),),
)

CLEANED = replace(
    PREVIEW,
    rows_out=2_348,
    changed=12,
    removed=61,
    path="/home/user/runs/clean/tickets.cleaned.jsonl",
    changes="/home/user/runs/clean/changes.jsonl",
    plan="/home/user/runs/clean/cleaning.toml",
)

MODEL = ModelFacts(
    id="example/small-0.5b",
    where="cache",
    family="llama",
    shape=ModelShape(896, 24, 14, 2, 64, 4864, 151_936, True, 494_032_768, 494_032_768, 32_768),
    path="/home/user/models/small",
    licence="apache-2.0",
    chat_template=True,
    weights="safetensors",
    weight_bytes=988_097_824,
    verified="files",
)

RECIPE = Recipe(
    model=MODEL.id,
    method="lora",
    learning_rate=2e-4,
    micro_batch=8,
    accumulation=2,
    epochs=3,
    sequence_length=512,
    samples=500,
    precision="bf16",
)


def _seconds(value: float, spread: float, basis: Basis) -> Estimate:
    return Estimate(value, value / spread, value * spread, "s", basis, "work over measured speed")


PLAN = Plan(
    recipe=RECIPE,
    choices=(
        Choice(
            "method",
            "Method",
            "LoRA",
            "Fits with room and forgets less.",
            "arXiv 2106.09685",
            Basis.PUBLISHED,
        ),
        Choice(
            "learning_rate",
            "Learning rate",
            "2.0e-04",
            "Ten times the rate of full fine-tuning, for adapters of this size.",
            "sweep of 2026-08",
            Basis.PUBLISHED,
            1e-4,
            4e-4,
        ),
        Choice(
            "micro_batch", "Micro-batch", "8 rows", "The most that fits with room.", "", Basis.FORMULA, 4, 16
        ),
        Choice("samples", "Pilot rows", "500 rows", "Enough to see a slope.", "", Basis.ASSUMED, 250, 1000),
    ),
    memory=MemoryPrediction(
        (
            MemoryPart("weights", 988_065_536),
            MemoryPart("adapter", 35_192_832),
            MemoryPart("gradients", 35_192_832),
            MemoryPart("optimizer", 70_385_664),
            MemoryPart("activations", 3_100_000_000),
            MemoryPart("logits", 2_489_000_000),
            MemoryPart("overhead", 500_000_000),
        ),
        Estimate(7.2e9, 6.4e9, 8.3e9, "bytes", Basis.FORMULA, "sum of the parts"),
        int(14.2 * GIB),
        "fits",
    ),
    pilot_time=_seconds(410, 1.4, Basis.FORMULA),
    full_time=_seconds(1_980, 1.5, Basis.FORMULA),
    full_rows=1_848,
    sizes=(
        SizeRow("example/tiny-0.1b", 134_515_008, "fits", "fits", "fits", "QLoRA needs 0.8 GiB of 14.2 GiB"),
        SizeRow("example/small-0.5b", 494_032_768, "tight", "fits", "fits", "QLoRA needs 1.9 of 14.2 GiB"),
        SizeRow("example/large-7b", 7_615_616_512, "no", "no", "tight", "QLoRA needs 13.9 GiB of 14.2 GiB"),
    ),
    alternatives=(Alternative("example/tiny-0.1b", "0.27 times the size: faster, but less able", "fits"),),
    offers=(
        Offer(
            "Example Cloud",
            "gpu-small",
            "L4",
            1,
            0.71,
            False,
            Estimate(0.4, 0.3, 0.6, "h", Basis.FORMULA),
            Estimate(0.9, 0.6, 1.3, "USD", Basis.FORMULA),
            "2026-10-01",
            "price list",
        ),
    ),
    device="Example GPU 16 GB",
    full_choices=(
        Choice(
            "learning_rate",
            "Learning rate",
            "1.3e-04",
            "The pilot's 2e-04 moved to 348 steps: batch 16 to 16.",
            "sweep of 2026-08",
            Basis.PUBLISHED,
            6.5e-5,
            2.6e-4,
        ),
    ),
)

PILOT = PilotFacts(
    model=MODEL.id,
    method="lora",
    proof=Proof(8, 2, 512, 512, int(6.9e9), 300 << 20, 0.82, 5_240.0, "cuda", "bf16"),
    schedule=PilotSchedule(
        1800.0,
        {"baseline": 61.0, "rate": 70.0, "ladder": 160.0, "final": 48.0},
        (
            PlannedRun("rate-1", "rate", 125, 3, 17),
            PlannedRun("main", "ladder", 500, 3, 17),
            PlannedRun("ladder-125-s1", "ladder", 125, 3, 17),
        ),
        200,
        232,
        100,
        3,
        ("no reserve for further rate runs",),
        (
            Possible("Is the learning rate right?", True),
            Possible("Would more data help?", False, "sizes or seeds: 2 of 4 sizes"),
        ),
        3,
    ),
    rate=RateEvidence(
        2e-4,
        2.4e-4,
        1.2e-4,
        5e-4,
        "parabola",
        0.012,
        (RatePoint("rate-2", 6.7e-5, 1.31), RatePoint("rate-1", 2e-4, 1.12), RatePoint("rate-3", 6e-4, None)),
        1.8e-4,
        9e-5,
        5e-4,
        "A parabola through the losses has its lowest point at 1.2 times the prior.",
    ),
    rungs=(
        Rung("main", 500, 17, 0.86, 0.44, "exact_match", 0.69, 200, 32),
        Rung("ladder-125-s1", 125, 17, 1.12, 0.21, "exact_match", 0.41, 200, 32),
    ),
    forgetting=Forgetting(Estimate(0.014, 0.004, 0.025, "share", Basis.MEASURED), 200, "general sentences"),
    memorised=Memorised(32, 2, 0, 32, 0, 61, 50, (17, 402)),
    outliers=(Outlier(1203, 6.2, 0.8, 7.4, "asdf asdf"),),
    scores=(
        Score("base", "test", 232, 7_104, 1.912, 6.77, 0.61, 0.12, 100),
        Score("tuned", "test", 232, 7_104, 0.841, 2.32, 0.82, 0.71, 100),
    ),
    runs=(
        Run(
            "main",
            "ladder",
            2e-4,
            500,
            3,
            17,
            96,
            96,
            tuple((step, 2.1 * 0.98**step + 0.6) for step in range(1, 97)),
            ((1, 1.95), (32, 1.2), (64, 0.93), (96, 0.86)),
            0.86,
            79.0,
            5_180.0,
            int(6.9e9),
        ),
    ),
    gains=(
        Gain(
            "loss",
            Estimate(1.071, 0.94, 1.19, "nats", Basis.MEASURED),
            "base",
            232,
            1,
            0.95,
            0.0001,
            "bootstrap",
        ),
        Gain("task", Estimate(0.42, -0.05, 0.9, "nats", Basis.MEASURED), "base", 232, 1, 0.95, 0.08),
    ),
    samples=(
        Sample(5, "My parcel never came.", "delivery", "I am sorry to hear that! Could you", "delivery"),
    ),
    alarms=(
        Alarm("loss_spike", "main", 41, "Loss rose from 1.1 to 2.4 in one step", "Lower the learning rate."),
    ),
    seconds=402.0,
    complete=True,
)

VERDICT = Verdict(
    Decision.SCALE_UP,
    "Tuning helps, and the full run fits this machine within the budget.",
    (
        Evidence("Loss on test answers fell by 1.071 nats", PILOT.gains[0].estimate),
        Evidence("The gain on the row's own input is not certain", PILOT.gains[1].estimate, supports=False),
        Evidence("The full run takes 33 min here", PLAN.full_time),
    ),
    "likely",
    ("A task gain below zero on a second seed",),
    ("Export the files and train on all 1,848 rows",),
)


def empty(folder: Path) -> Case:
    """A case that knows nothing."""
    return Case(name="tickets", created="2026-11-02T10:00:00Z", folder=folder)


def filled(folder: Path) -> Case:
    """A case at the end of its journey."""
    return empty(folder).but(
        data_path=DATA.path,
        model_choice=MODEL.id,
        goal=Goal(task="classify", metric="exact_match"),
        goal_confirmed=True,
        machine=MACHINE,
        data=DATA,
        cleaning_seen=PREVIEW,
        cleaned=CLEANED,
        model=MODEL,
        plan=PLAN,
        pilot=PILOT,
        pilot_run="20261102-100000-pilot",
        verdict=VERDICT,
    )


def hostile(folder: Path) -> Case:
    """The filled case with an attack in every text that comes from outside."""
    case = filled(folder)
    return case.but(
        name=HOSTILE,
        data_path=HOSTILE,
        eval_path=HOSTILE,
        model_choice=HOSTILE,
        machine=_poisoned(MACHINE),
        data=_poisoned(DATA),
        cleaning=Cleaning(fixes=("labels", "conflicts", "mojibake")),
        cleaning_seen=_poisoned(PREVIEW),
        cleaned=_poisoned(CLEANED),
        model=_poisoned(MODEL),
        plan=_poisoned(PLAN),
        pilot=_poisoned(PILOT),
        verdict=_poisoned(VERDICT),
        exported=(HOSTILE,),
    )


WORDS_OF_OURS = (
    "kind",
    "setting",
    "unit",
    "basis",
    "decision",
    "fit",
    "purpose",
    "limited_by",
    "dtype",
    "phase",
)


def _poisoned(value: object) -> object:
    """The same value with every free text replaced; names that the program itself chooses stay."""
    if isinstance(value, tuple):
        return tuple(_poisoned(each) for each in value)
    if isinstance(value, str):
        return HOSTILE if type(value) is str else value
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changes = {
        each.name: _poisoned(getattr(value, each.name))
        for each in fields(value)
        if each.name not in WORDS_OF_OURS and "Literal" not in str(each.type)
    }
    if isinstance(value, Score | Gain | CheckResult | FixOutcome | Recipe | SizeRow):
        kept = {"name", "split", "check", "fix", "full", "lora", "qlora", "method"}
        changes = {name: new for name, new in changes.items() if name not in kept}
    return replace(value, **changes)
