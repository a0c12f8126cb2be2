"""What is known about a model before loading its weights."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ModelShape:
    """Sizes of a causal language model, enough for memory and time by formula."""

    hidden: int
    layers: int
    heads: int
    kv_heads: int
    head_dim: int
    intermediate: int
    vocabulary: int
    tied: bool
    """True when input and output embeddings are one matrix."""
    parameters: int
    """All parameters, tied ones counted once."""
    active_parameters: int
    """Parameters used for one token; differs from `parameters` only for mixtures of experts."""
    context: int | None = None
    """Longest sequence the model was made for, tokens."""
    experts: int = 0
    """Experts per layer; 0 for a dense model."""


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """One model that could be tuned."""

    id: str
    """Hub id, or the folder's name for a local model."""
    where: Literal["demo", "local", "cache", "hub", "catalogue"]
    """Where its files are: bundled, a local folder, the Hub cache, only online, or known by preset only."""
    family: str
    """transformers model type, such as "llama"."""
    shape: ModelShape
    path: str | None = None
    """Folder with the files, None while they are only online."""
    licence: str = ""
    chat_template: bool = False
    generation_markers: bool = False
    """True when the chat template marks the assistant's tokens itself."""
    weights: Literal["safetensors", "pickle", "missing", "online"] = "online"
    weight_bytes: int = 0
    tokenizer: bool = True
    remote_code: bool = False
    """True when the config asks for code from the model's repository (auto_map)."""
    verified: str = ""
    """How sure the figures are: "files" when read from the model's own config, else the preset's mark."""
    source: str = ""
    problems: tuple[str, ...] = ()
    """One line each; a model with problems is listed but not recommended."""
    unverified: tuple[str, ...] = ()
    """Names of fields that were taken from memory, such as "licence"."""

    @property
    def can_count(self) -> bool:
        """True when its tokenizer can be loaded before a pilot fetches the model."""
        return self.tokenizer and not (self.path is None and self.where == "catalogue")
