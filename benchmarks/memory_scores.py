"""Errors of predicted against measured memory, and the peer asked about the same rows."""

import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from heuristics.facts.simulation import TrainingStep

PEER = Path(__file__).parent / "memory_peer.py"
Shape = dict[str, object]
Row = dict[str, object]


def error(predicted: float, measured: float) -> float:
    """Signed relative error in per cent."""
    return 100 * (predicted / measured - 1)


def scores(errors: Sequence[float]) -> dict[str, float]:
    """Mean and worst absolute error, lowest signed one, and the share that is too low by more than 10 %."""
    return {
        "rows": len(errors),
        "mean": round(statistics.mean(map(abs, errors)), 3),
        "worst": round(max(map(abs, errors)), 3),
        "median_signed": round(statistics.median(errors), 3),
        "lowest": round(min(errors), 3),
        "share_10_too_low": round(sum(each < -10 for each in errors) / len(errors), 3),
    }


def peer_row(name: str, shape: Shape, step: TrainingStep, parameters: int, gpu: str) -> Row:
    """A question in the peer's own words."""
    heads = int(str(shape["num_attention_heads"]))
    hidden = int(str(shape["hidden_size"]))
    model = {
        "name": name,
        "num_params": parameters,
        "hidden_size": hidden,
        "num_layers": shape["num_hidden_layers"],
        "num_attention_heads": heads,
        "num_kv_heads": shape["num_key_value_heads"],
        "intermediate_size": shape["intermediate_size"],
        "vocab_size": shape["vocab_size"],
        "head_dim": shape.get("head_dim") or hidden // heads,
        "tie_word_embeddings": bool(shape.get("tie_word_embeddings")),
    }
    training: Row = {
        "precision": step.autocast or step.weights,
        "quantization": "nf4" if step.method == "qlora" else "none",
        "double_quant": step.double_quantisation and step.method == "qlora",
        "batch_size": step.micro_batch,
        "seq_len": step.length,
        "lora_rank": None if step.method == "full" else step.rank,
        "grad_checkpoint": step.checkpointing,
        "flash_attn": step.attention != "eager",
    }
    if step.method != "full" and step.targets != ("all-linear",):
        training["lora_targets"] = list(step.targets)
    return {"model": model, "training": training, "gpu": gpu}


def ask_peer(python: Path | None, rows: Sequence[Row]) -> list[dict[str, float] | None]:
    """The peer's predictions; none when no interpreter that has it was named."""
    if python is None:
        return [None] * len(rows)
    done = subprocess.run(
        [str(python), str(PEER)], input=json.dumps(rows), capture_output=True, text=True, check=True
    )
    answers: list[dict[str, float] | None] = json.loads(done.stdout)
    return answers


def say(text: str) -> None:
    """Progress, beside the table on stdout."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
