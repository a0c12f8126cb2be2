"""Shape of the demo's base model and plan of its pretraining, read from the presets."""

from advisor.preset_file import read_preset
from advisor.work.demo.world import Table


class ModelShape(Table):
    """The Llama shape; heads have hidden_size / num_attention_heads numbers each."""

    vocab_size: int
    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    max_position_embeddings: int


class Reading(Table):
    """What is read: the number of documents and the share of each kind."""

    seed: int
    documents: int
    share_dialogues: float
    share_everyday: float
    share_long: float
    """Of the dialogues: several questions of one kind in one conversation."""
    heldout: int
    """Texts of each kind that are kept out of training."""
    tokenizer_documents: int
    """Documents from which the tokenizer learns its pieces."""


class Learning(Table):
    """How the weights are moved."""

    steps: int
    tokens_per_step: int
    answer_weight: float
    """Weight of a token that the assistant says; every other token has weight 1."""
    matrix_rate: float
    """Learning rate of Muon, which moves the matrices inside the layers."""
    other_rate: float
    """Learning rate of AdamW, which moves embeddings and norms."""
    weight_decay: float
    warmup_steps: int
    decay_share: float
    """Share of the steps, at the end, in which the rates fall to zero."""
    clip: float
    save_every: int
    """Steps between two checkpoints."""


class Pretraining(Table):
    """Everything that `pretraining.toml` says."""

    source: str
    date: str
    model: ModelShape
    reading: Reading
    learning: Learning


def read_settings() -> Pretraining:
    """The shape of the model and the plan of the run."""
    return read_preset("demo/pretraining.toml", Pretraining)
