"""Published measurements of many stacks: every row whose stack can be expressed, simulated or by formula."""

import csv
from collections import Counter, defaultdict
from dataclasses import replace
from pathlib import Path

from advisor import catalog
from advisor.errors import BadModel
from advisor.models.shape import shape_of
from benchmarks.memory_models import MODELS
from benchmarks.memory_scores import Row, Shape, ask_peer, error, peer_row, say, scores
from benchmarks.simulations import timed
from heuristics.facts.simulation import LossKernel, TrainingStep
from heuristics.memory.formula import Load, predict

DATA = Path(__file__).parent / "data" / "measured_memory.csv"
GIB = 1 << 30
LOSSES: dict[str, LossKernel] = {
    "foak-fast-kernels-liger": "liger",
    "-foak-liger": "liger",
    "kernels=stock HF": "stock",
    "fp32 logits stock HF loss": "stock",
    "stock fp32 logits": "stock",
}
"""What `notes` says of a stack that runs the model classes of transformers, and its loss."""
KINDS = {
    "allocated": "allocated",
    "reserved": "reserved",
    "nvidia-smi": "process",
    "nvidia-smi (assumed)": "process",
}
"""What was measured, and the peer's word for it."""
QUANTISATIONS = ("none", "nf4", "nf4-dq", "bnb-4bit(nf4)")
GPUS = {"A100-80GB": "a100-80", "Tesla T4 16GB": "t4"}
FUSED = {"c_attn": "q_proj k_proj v_proj", "c_proj": "o_proj down_proj", "w1": "up_proj", "w2": "gate_proj"}
"""Layers of Qwen's first code, in the names of today's class, which keeps them apart."""
FOR_PEER: dict[tuple[str, ...], tuple[str, ...]] = {("c_attn",): ("q_proj", "k_proj", "v_proj")}
"""What the peer's names have for it."""
ROTARY = "q_proj k_proj v_proj o_proj"
FALLBACK = "formula"
PUBLISHERS = ("ms-swift",)
"""Scored apart: its trainer works on the logits beside the stock loss, on rows of unlike length."""


def run(peer: Path | None) -> Row:
    """Every row that the stack columns admit, with the scores of both by loss and method."""
    with DATA.open(encoding="utf-8") as file:
        all_rows = list(csv.DictReader(file))
    reasons = [why_not(each) for each in all_rows]
    rows = [each for each, reason in zip(all_rows, reasons, strict=True) if not reason]
    lines, asked = [], []
    for row in rows:
        lines.append(_line(row))
        shape, step = MODELS[row["model"]], step_of(row)
        told = replace(step, targets=FOR_PEER.get(step.targets, step.targets))
        asked.append(peer_row(row["model"], shape, told, _parameters(shape), GPUS[row["gpu"]]))
        say(f"{len(lines)} of {len(rows)}: {row['model']} {step.method} {step.micro_batch} x {step.length}")
    for line, other in zip(lines, ask_peer(peer, asked), strict=True):
        if other is not None:
            measured = float(str(line["measured_gib"])) * GIB
            line["peer_error"] = round(error(other[KINDS[str(line["kind"])]], measured), 2)
    excluded = dict(Counter(each for each in reasons if each).most_common())
    return {"excluded_by_stack": excluded, "rows": lines, "scores": _scores(lines)}


def why_not(row: dict[str, str]) -> str:
    """Why the stack columns of a row describe nothing that is predicted; "" for a row that is scored."""
    notes = row["notes"]
    if row["method"] not in ("full", "lora", "qlora"):
        return f"method {row['method']}"
    if row["quant"] not in QUANTISATIONS:
        return f"quantisation {row['quant'].split('-')[0].split('(')[0]}"
    if row["kind"] not in KINDS:
        return "what was measured is not told"
    if _loss(row) is None:
        return "kernels and loss of another library, or not told"
    if not (row["batch"].isdigit() and row["seq_len"].isdigit()):
        return "rows of varying length"
    if "modules_to_save" in row["target_modules"] or "W_pack" in row["target_modules"]:
        return "layers trained beside the adapter, or of the model's own code"
    if "galore" in row["optimizer"] or "deepspeed" in row["optimizer"] or "num_gpus=2" in notes:
        return "optimizer or devices of another kind"
    if row["gpu"] not in GPUS or not row["measured_gib"].replace(".", "").isdigit():
        return "no figure, or a GPU that is not told"
    return "" if row["model"] in MODELS else "sizes of the model not at hand"


def step_of(row: dict[str, str]) -> TrainingStep:
    """The trainer of the row: pure 16-bit weights, or autocast above them."""
    number = "fp16" if row["dtype"].startswith("fp16") else "bf16"
    packed = row["quant"] != "none"
    loss = _loss(row)
    assert loss is not None
    mixed = "amp" in row["dtype"] or "QwenLM/Qwen/" in row["source_url"]
    return TrainingStep(
        method=row["method"],  # type: ignore[arg-type]
        micro_batch=int(row["batch"]),
        length=int(row["seq_len"]),
        rank=int(row["rank"] or 16),
        targets=_targets(row),
        weights=number,  # type: ignore[arg-type]
        autocast=number if mixed else None,  # type: ignore[arg-type]
        # plugins/accelerated-peft/README.md of fms-acceleration: its bnb plugin leaves the upcast out.
        upcast=packed and "framework=accelerated-peft-bnb" not in row["notes"],
        # peft returns unused memory after the upcast since 0.20, which one session of these had.
        clear_cache="t4-sweep-2026-09-15" in row["notes"],
        double_quantisation=row["quant"] == "nf4-dq",
        checkpointing=row["grad_ckpt"] == "True",
        attention={"eager": "eager", "sdpa(mem-efficient)": "expanded"}.get(row["attn"], "flash"),  # type: ignore[arg-type]
        loss=loss,
    )


def _line(row: dict[str, str]) -> Row:
    step, shape = step_of(row), MODELS[row["model"]]
    keys = ("model", "method", "quant", "batch", "seq_len", "dtype", "attn", "kind")
    line: Row = {key: row[key] for key in keys}
    line["publisher"] = next((each for each in PUBLISHERS if each in row["source_url"]), "others")
    measured = float(row["measured_gib"]) * GIB
    try:
        facts = timed(shape, step).facts
        basis, allocated, reserved = "simulated", float(facts.allocated), float(facts.reserved)
    except BadModel as reason:
        basis, allocated = FALLBACK, _formula(shape, step)
        reserved = allocated
        line["why"] = reason.message
    context = catalog.limits().memory.context if KINDS[row["kind"]] == "process" else 0.0
    predicted = allocated if row["kind"] == "allocated" else reserved + context
    line |= {"loss": step.loss, "basis": basis, "measured_gib": measured / GIB}
    line["error"] = round(error(predicted, measured), 2)
    return line


def _formula(shape: Shape, step: TrainingStep) -> float:
    """What the program says where it cannot simulate: its formula, without the device's own memory."""
    sizes = shape_of(shape, tied=bool(shape.get("tie_word_embeddings")))
    number = step.autocast or step.weights
    load = Load(sizes, step.method, step.rank, step.micro_batch, step.length, number, step.checkpointing)
    limits = replace(catalog.limits().memory, gpu_overhead=0.0)
    return predict(load, 1 << 40, False, limits).total.value


def _loss(row: dict[str, str]) -> LossKernel | None:
    return next((loss for words, loss in LOSSES.items() if words in row["notes"]), None)


def _targets(row: dict[str, str]) -> tuple[str, ...]:
    named = row["target_modules"]
    if ROTARY in named:
        # The list of fms-acceleration serves all its models; c_attn is santacoder's.
        if MODELS[row["model"]]["model_type"] == "gpt_bigcode":
            return ("c_attn",)
        named = named.replace(" c_attn", "")
    parts = [part for each in named.split() for part in FUSED.get(each, each).split()]
    return tuple(dict.fromkeys(parts)) or ("all-linear",)


def _parameters(shape: Shape) -> int:
    hidden, inter, layers = (
        int(str(shape[key])) for key in ("hidden_size", "intermediate_size", "num_hidden_layers")
    )
    key = hidden // int(str(shape["num_attention_heads"])) * int(str(shape["num_key_value_heads"]))
    ends = hidden * int(str(shape["vocab_size"])) * (1 if shape.get("tie_word_embeddings") else 2)
    return layers * (2 * hidden * hidden + 2 * hidden * key + 3 * hidden * inter + 2 * hidden) + ends + hidden


def _scores(table: list[Row]) -> Row:
    groups: dict[str, list[float]] = defaultdict(list)
    for line in table:
        for whose in ("error", "peer_error"):
            if whose in line:
                value = float(str(line[whose]))
                groups[f"{whose} all"].append(value)
                groups[f"{whose} {line['loss']} {line['method']}"].append(value)
                groups[f"{whose} {line['loss']} {line['kind']}"].append(value)
                groups[f"{whose} {line['basis']}"].append(value)
                groups[f"{whose} of {line['publisher']}"].append(value)
    return {name: scores(errors) for name, errors in sorted(groups.items())}
