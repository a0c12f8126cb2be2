"""Published measurements of many stacks: the rows whose stack the simulation can express."""

import csv
from collections import defaultdict
from pathlib import Path

from advisor import catalog
from benchmarks.memory_scores import Row, Shape, ask_peer, error, peer_row, say, scores
from benchmarks.simulations import timed
from heuristics.facts.simulation import LossKernel, SimulationFacts, TrainingStep

DATA = Path(__file__).parent / "data" / "measured_memory.csv"
GIB = 1 << 30
STACKS: dict[str, LossKernel] = {
    "kernels=stock HF": "stock",
    "fp32 logits stock HF loss": "stock",
    "foak-fast-kernels-liger": "liger",
}
"""What `notes` says of a stack that runs the model classes of transformers, and its loss.

Left out are LitGPT, torchtune, ms-swift's and Qwen's own model code, Unsloth, axolotl's kernels, and other
fused losses."""
QUANTISATIONS = ("none", "nf4", "nf4-dq")
MODELS: dict[str, Shape] = {
    "meta-llama/Meta-Llama-3-8B": {
        "model_type": "llama", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32,
        "num_key_value_heads": 8, "intermediate_size": 14336, "vocab_size": 128256,
    },
    "mistralai/Mistral-7B-v0.1": {
        "model_type": "mistral", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32,
        "num_key_value_heads": 8, "intermediate_size": 14336, "vocab_size": 32000,
    },
    "NousResearch/Llama-2-70b-hf": {
        "model_type": "llama", "hidden_size": 8192, "num_hidden_layers": 80, "num_attention_heads": 64,
        "num_key_value_heads": 8, "intermediate_size": 28672, "vocab_size": 32000,
    },
    "ibm/PowerLM-3b": {
        "model_type": "granite", "hidden_size": 2304, "num_hidden_layers": 40, "num_attention_heads": 36,
        "num_key_value_heads": 36, "intermediate_size": 9216, "vocab_size": 49152,
        "tie_word_embeddings": True,
    },
}  # fmt: skip
"""Configs of dense models in these rows, from their config.json.

Mixtral is left out because the stack of then had one linear layer per expert, which today's transformers has
not; santacoder because its code is its own."""
GPUS = {"A100-80GB": "a100-80", "Tesla T4 16GB": "t4"}


def run(peer: Path | None) -> Row:
    """Every row that the stack columns admit, with the scores of both by loss and method."""
    with DATA.open(encoding="utf-8") as file:
        rows = [each for each in csv.DictReader(file) if expressible(each)]
    known: dict[str, SimulationFacts] = {}
    asked = []
    for row in rows:
        step, shape = step_of(row), MODELS[row["model"]]
        if (key := repr((row["model"], step))) not in known:
            known[key] = timed(shape, step).facts
            say(f"{row['model']} {step.method} {step.micro_batch} x {step.length} {step.loss}")
        asked.append(peer_row(row["model"], shape, step, _parameters(shape), GPUS[row["gpu"]]))
    table = []
    for row, other in zip(rows, ask_peer(peer, asked), strict=True):
        step = step_of(row)
        facts = known[repr((row["model"], step))]
        measured = float(row["measured_gib"]) * GIB
        line: Row = {
            key: row[key] for key in ("model", "method", "quant", "batch", "seq_len", "dtype", "kind")
        }
        line |= {"loss": step.loss, "measured_gib": measured / GIB}
        line["error"] = round(error(_like(facts, row["kind"]), measured), 2)
        if other is not None:
            line["peer_error"] = round(error(other[_KINDS[row["kind"]]], measured), 2)
        table.append(line)
    return {"rows": table, "scores": _scores(table)}


_KINDS = {"allocated": "allocated", "reserved": "reserved", "nvidia-smi": "process"}


def expressible(row: dict[str, str]) -> bool:
    """True when the stack columns of a row describe what the simulation runs."""
    return (
        any(each in row["notes"] for each in STACKS)
        and row["quant"] in QUANTISATIONS
        and row["model"] in MODELS
        and row["batch"].isdigit()
        and row["seq_len"].isdigit()
        and row["kind"] in _KINDS
        and row["measured_gib"].replace(".", "").isdigit()
        and "num_gpus=2" not in row["notes"]
    )


def step_of(row: dict[str, str]) -> TrainingStep:
    """The trainer of the row: pure 16-bit weights, or autocast above them."""
    number = "fp16" if row["dtype"].startswith("fp16") else "bf16"
    packed = row["quant"] != "none"
    return TrainingStep(
        method=row["method"],  # type: ignore[arg-type]
        micro_batch=int(row["batch"]),
        length=int(row["seq_len"]),
        rank=int(row["rank"] or 16),
        targets=tuple(each for each in row["target_modules"].split() if each != "c_attn")
        if row["target_modules"]
        else ("all-linear",),
        weights=number,  # type: ignore[arg-type]
        autocast=number if "+amp" in row["dtype"] else None,  # type: ignore[arg-type]
        # plugins/accelerated-peft/README.md of fms-acceleration: its bnb plugin leaves the upcast out.
        upcast=packed and "framework=accelerated-peft-bnb" not in row["notes"],
        clear_cache=False,
        double_quantisation=row["quant"] == "nf4-dq",
        checkpointing=row["grad_ckpt"] == "True",
        attention="flash",
        loss=next(loss for words, loss in STACKS.items() if words in row["notes"]),
    )


def _like(facts: SimulationFacts, kind: str) -> float:
    """The prediction of what was measured."""
    if kind == "allocated":
        return facts.allocated
    return facts.reserved + (catalog.limits().memory.context if kind == "nvidia-smi" else 0)


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
    return {name: scores(errors) for name, errors in sorted(groups.items())}
