"""The training runs that are measured on a GPU: sizes of well-known models, and how each is trained."""

from dataclasses import dataclass
from typing import Literal

from advisor import catalog
from benchmarks.memory_models import llama_shape
from benchmarks.memory_scores import Shape
from heuristics.planning.recipe import Method, Recipe

MODELS: dict[str, Shape] = {
    "SmolLM2 135M": {**llama_shape("llama", 576, 30, 9, 3, 1536, 49152), "tie_word_embeddings": True},
    "Qwen2.5 0.5B": {**llama_shape("qwen2", 896, 24, 14, 2, 4864, 151936), "tie_word_embeddings": True},
    "Llama 3.2 1B": {
        **llama_shape("llama", 2048, 16, 32, 8, 8192, 128256),
        "head_dim": 64,
        "tie_word_embeddings": True,
    },
    "Gemma 3 1B": {
        **llama_shape("gemma3_text", 1152, 26, 4, 1, 6912, 262144),
        "head_dim": 256,
        "sliding_window": 512,
        "tie_word_embeddings": True,
    },
    "Qwen2.5 1.5B": {**llama_shape("qwen2", 1536, 28, 12, 2, 8960, 151936), "tie_word_embeddings": True},
    "Qwen3 4B": {
        **llama_shape("qwen3", 2560, 36, 32, 8, 9728, 151936),
        "head_dim": 128,
        "tie_word_embeddings": True,
    },
    "Mistral 7B": llama_shape("mistral", 4096, 32, 32, 8, 14336, 32000),
    "Llama 3.1 8B": llama_shape("llama", 4096, 32, 32, 8, 14336, 128256),
}
"""Sizes of well-known models; memory and speed do not depend on what the weights say."""
STEPS = 6


@dataclass(frozen=True, slots=True)
class Case:
    """One training run."""

    model: str
    method: Method
    micro_batch: int
    length: int
    checkpointing: bool
    precision: Literal["bf16", "fp32"] = "bf16"
    optimizer: str = "adamw_torch"
    accumulation: int = 1
    padded: bool = False
    """True when every second row is half as long."""

    @property
    def recipe(self) -> Recipe:
        """The recipe that the pilot would run; `samples` is enough for every step."""
        return Recipe(
            model=self.model,
            method=self.method,
            learning_rate=1e-5,
            micro_batch=self.micro_batch,
            accumulation=self.accumulation,
            epochs=1.0,
            sequence_length=self.length,
            samples=STEPS * self.micro_batch * self.accumulation,
            precision=self.precision,
            checkpointing=self.checkpointing,
            optimizer=self.optimizer,
            template="none",
            trained_tokens="all",
        )


CASES = (
    *(
        Case(model, method, batch, length, checkpointing)
        for model in ("SmolLM2 135M", "Qwen2.5 0.5B", "Llama 3.2 1B", "Qwen2.5 1.5B")
        for method in ("lora", "full", "qlora")
        for batch, length, checkpointing in ((8, 512, False), (4, 2048, True))
    ),
    Case("SmolLM2 135M", "full", 4, 1024, False, precision="fp32"),
    Case("Qwen2.5 0.5B", "lora", 1, 8192, True),
    Case("Qwen2.5 0.5B", "lora", 2, 1024, False, accumulation=4),
    Case("Qwen2.5 0.5B", "lora", 4, 2048, False, padded=True),
    Case("Qwen2.5 0.5B", "lora", 8, 500, False, padded=True),
    Case("Qwen2.5 0.5B", "lora", 4, 2048, True, padded=True),
    Case("Llama 3.2 1B", "full", 8, 512, False, padded=True),
    Case("Llama 3.2 1B", "full", 4, 1024, True, optimizer="adamw_8bit"),
    Case("Llama 3.2 1B", "full", 4, 1024, True, optimizer="adamw_torch_fused"),
    Case("Llama 3.2 1B", "full", 4, 1024, True, optimizer="adafactor"),
    Case("Gemma 3 1B", "lora", 4, 1024, False),
    Case("Gemma 3 1B", "full", 2, 2048, True),
    Case("Gemma 3 1B", "qlora", 2, 2048, True),
    Case("Qwen3 4B", "lora", 2, 2048, True),
    Case("Qwen3 4B", "qlora", 4, 1024, False),
    Case("Mistral 7B", "lora", 1, 2048, True),
    Case("Mistral 7B", "qlora", 4, 2048, True),
    Case("Llama 3.1 8B", "lora", 2, 1024, True),
    Case("Llama 3.1 8B", "qlora", 1, 4096, True),
)


def write_model(model: str, folder: str) -> None:
    """Save `model` with random weights to `folder`."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    with catalog.demo_folder() as demo:
        words = AutoTokenizer.from_pretrained(demo / "model")
    words.model_max_length = 1 << 16
    known = AutoConfig.for_model(
        **{**MODELS[model], "eos_token_id": words.eos_token_id, "pad_token_id": words.pad_token_id}
    )
    with torch.device("cuda"):
        made = AutoModelForCausalLM.from_config(known, dtype=torch.bfloat16)
    made.save_pretrained(folder)
    words.save_pretrained(folder)
