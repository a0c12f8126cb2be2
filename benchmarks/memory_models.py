"""Sizes of the models in the published measurements, from their config.json."""

import csv
from pathlib import Path

from benchmarks.memory_scores import Shape

_T4 = Path(__file__).parent / "data" / "t4_training_memory.csv"


def llama_shape(
    family: str, hidden: int, layers: int, heads: int, keys: int, wide: int, vocabulary: int
) -> Shape:
    return {
        "model_type": family,
        "hidden_size": hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "num_key_value_heads": keys,
        "intermediate_size": wide,
        "vocab_size": vocabulary,
        "max_position_embeddings": 32768,
    }


def _of_t4() -> dict[str, Shape]:
    with _T4.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {row["model"]: t4_shape(row) for row in rows}


def t4_shape(row: dict[str, str]) -> Shape:
    """The config of a model in the table of T4 runs, from the sizes there."""
    sizes = (int(row[key]) for key in ("hidden", "layers", "heads", "kv", "inter", "vocab"))
    family = "qwen2" if row["model"].startswith("Qwen") else "llama"
    tied = row["tied"] == "True"
    return {**llama_shape(family, *sizes), "head_dim": int(row["head_dim"]), "tie_word_embeddings": tied}


MODELS: dict[str, Shape] = {
    **_of_t4(),
    "meta-llama/Meta-Llama-3-8B": llama_shape("llama", 4096, 32, 32, 8, 14336, 128256),
    # Their runs had FlashAttention 2, which takes the window as a number and no mask.
    "mistralai/Mistral-7B-v0.1": {
        **llama_shape("mistral", 4096, 32, 32, 8, 14336, 32000),
        "sliding_window": None,
    },
    "OpenBuddy/openbuddy-zephyr-7b-v14.1": {
        **llama_shape("mistral", 4096, 32, 32, 8, 14336, 36608),
        "sliding_window": None,
    },
    "NousResearch/Llama-2-70b-hf": llama_shape("llama", 8192, 80, 64, 8, 28672, 32000),
    "ibm/PowerLM-3b": {**llama_shape("granite", 2304, 40, 36, 36, 9216, 49152), "tie_word_embeddings": True},
    "01-ai/Yi-6B-Chat": llama_shape("llama", 4096, 32, 32, 4, 11008, 64000),
    "01-ai/Yi-34B-Chat": llama_shape("llama", 7168, 60, 56, 8, 20480, 64000),
    "Qwen/Qwen2.5-7B-Instruct": llama_shape("qwen2", 3584, 28, 28, 4, 18944, 152064),
    # The first Qwen ran code of its own; Qwen 2's layers are the same, with queries, keys and values apart.
    "Qwen/Qwen-1_8B-Chat": llama_shape("qwen2", 2048, 24, 16, 16, 5504, 151936),
    "Qwen/Qwen-7B-Chat": llama_shape("qwen2", 4096, 32, 32, 32, 11008, 151936),
    "Qwen/Qwen-14B-Chat": llama_shape("qwen2", 5120, 40, 40, 40, 13696, 152064),
    "Qwen/Qwen-72B-Chat": llama_shape("qwen2", 8192, 80, 64, 64, 24576, 152064),
    # Its class of then, one module per expert, is not in today's transformers: by formula.
    "mistralai/Mixtral-8x7B-Instruct-v0.1": {
        **llama_shape("mixtral of one layer per expert", 4096, 32, 32, 8, 14336, 32000),
        "num_local_experts": 8,
        "num_experts_per_tok": 2,
    },
    "bigcode/gpt_bigcode-santacoder": {
        **llama_shape("gpt_bigcode", 2048, 24, 16, 1, 8192, 49280),
        "n_inner": 8192,
        "multi_query": True,
        "tie_word_embeddings": True,
    },
}
"""By the name that the tables use."""
