"""Small model folders for tests, written by hand."""

import json
import struct
from pathlib import Path

CONFIG: dict[str, object] = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 32,
    "vocab_size": 64,
    "max_position_embeddings": 128,
    "tie_word_embeddings": True,
}
"""A two-layer model; PARAMETERS is its size worked out by hand."""
PARAMETERS = 64 * 16 + 2 * (2 * 16 * 4 * (4 + 2) + 3 * 16 * 32 + 2 * 16) + 16


def safetensors(tensors: dict[str, tuple[int, ...]]) -> bytes:
    """A file of zeros in F32 with these tensors."""
    header: dict[str, object] = {}
    end = 0
    for name, shape in tensors.items():
        begin, size = end, 4
        for side in shape:
            size *= side
        end = begin + size
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": [begin, end]}
    raw = json.dumps(header).encode()
    return struct.pack("<Q", len(raw)) + raw + bytes(end)


def make_model(folder: Path, config: dict[str, object] | None = None, weights: bool = True) -> Path:
    """A folder with config, tokenizer and (untrue to its shape) weights of 100 numbers."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(CONFIG | (config or {})))
    (folder / "tokenizer.json").write_text("{}")
    if weights:
        (folder / "model.safetensors").write_bytes(safetensors({"model.norm.weight": (100,)}))
    return folder
