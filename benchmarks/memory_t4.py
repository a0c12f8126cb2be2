"""47 public runs on a Tesla T4: allocated and reserved memory, predicted without calibration."""

import csv
from dataclasses import asdict
from pathlib import Path

from benchmarks.memory_models import t4_shape
from benchmarks.memory_scores import Row, ask_peer, error, peer_row, say, scores
from benchmarks.simulations import timed
from heuristics.facts.simulation import TrainingStep

DATA = Path(__file__).parent / "data" / "t4_training_memory.csv"
MIB = 1 << 20
EARLIER = frozenset(
    {
        ("Qwen/Qwen2.5-1.5B-Instruct", "1", "2048"),
        ("HuggingFaceTB/SmolLM2-1.7B", "1", "2048"),
        ("TinyLlama/TinyLlama-1.1B-Chat-v1.0", "1", "1024"),
        ("TinyLlama/TinyLlama-1.1B-Chat-v1.0", "4", "1024"),
        ("TinyLlama/TinyLlama-1.1B-Chat-v1.0", "8", "1024"),
        ("TinyLlama/TinyLlama-1.1B-Chat-v1.0", "12", "1024"),
    }
)
"""Model, rows and tokens of the runs with torch 2.10, transformers 5.0 and peft 0.19; the others had torch
2.14, transformers 5.17 and peft 0.20, which returns unused memory after the upcast
(data/measurements/manifest.json of the published runs, Anassbzdd/fitcheck)."""


def run(peer: Path | None) -> Row:
    """Every row of the table, with the scores of both."""
    with DATA.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    asked, ours = [], []
    for row in rows:
        found = timed(t4_shape(row), step_of(row))
        facts = found.facts
        ours.append((facts, found.processor_seconds))
        parameters = facts.parameters - facts.trained_parameters
        asked.append(peer_row(row["model"], t4_shape(row), step_of(row), parameters, "t4"))
        say(f"{row['model']} {row['attn']} {row['quant']} {row['batch']} x {row['seq']}")
    theirs = ask_peer(peer, asked)
    table = []
    for row, (facts, seconds), other in zip(rows, ours, theirs, strict=True):
        line: Row = {key: row[key] for key in ("model", "attn", "quant", "batch", "seq")}
        line["transformers"] = "5.0" if earlier(row) else "5.17"
        for kind, predicted in (("allocated", facts.allocated), ("reserved", facts.reserved)):
            measured = float(row[f"peak_{kind}_mib"]) * MIB
            line[f"{kind}_error"] = round(error(predicted, measured), 3)
            if other is not None:
                line[f"peer_{kind}_error"] = round(error(other[kind], measured), 3)
        line["processor_seconds"] = round(seconds, 2)
        table.append(line)
    return {"rows": table, "scores": _scores(table), "step": asdict(step_of(rows[0]))}


def earlier(row: dict[str, str]) -> bool:
    """True for a run of the session with the earlier libraries."""
    return (row["model"], row["batch"], row["seq"]) in EARLIER


def step_of(row: dict[str, str]) -> TrainingStep:
    """What the published script did: weights in fp16, nothing cast, adapters in fp32, the stock loss."""
    packed = row["quant"] == "nf4"
    return TrainingStep(
        method="qlora" if packed else "lora",
        micro_batch=int(row["batch"]),
        length=int(row["seq"]),
        rank=int(row["lora_r"]),
        targets=tuple(row["targets"].split("+")),
        weights="fp16",
        autocast=None,
        upcast=packed,
        clear_cache=not earlier(row),
        double_quantisation=False,
        checkpointing=True,
        attention="eager" if row["attn"] == "eager" else "expanded",
        loss="stock",
    )


def _scores(table: list[Row]) -> Row:
    found: Row = {}
    for name in ("allocated_error", "reserved_error", "peer_allocated_error", "peer_reserved_error"):
        errors = [float(str(line[name])) for line in table if name in line]
        if errors:
            found[name] = scores(errors)
    return found
