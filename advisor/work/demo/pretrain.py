"""Pretrains the demo's base model on the text it writes, and records how well it reads unseen text."""

import argparse
import json
import math
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import tokenizers
import torch
import transformers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from advisor.files import write_atomic
from advisor.preset_file import read_preset
from advisor.work.demo.dialogues import dialogue
from advisor.work.demo.letters import Author, read_corpus
from advisor.work.demo.tokenizer import END, train_tokenizer
from advisor.work.demo.world import Table, demo_folder, read_world


class ModelShape(Table):
    """The Llama shape; heads have hidden_size / num_attention_heads numbers each."""

    vocab_size: int
    hidden_size: int
    intermediate_size: int
    num_hidden_layers: int
    num_attention_heads: int
    num_key_value_heads: int
    max_position_embeddings: int


class Phase(Table):
    """Some optimizer steps over windows of the same length, in tokens."""

    window: int
    batch: int
    steps: int


class RunSettings(Table):
    """What is read and how fast the weights move."""

    seed: int
    documents: int
    share_dialogues: float
    heldout: int
    learning_rate: float
    warmup_steps: int
    weight_decay: float
    clip: float


class Pretraining(Table):
    """Everything that `pretraining.toml` says."""

    source: str
    date: str
    model: ModelShape
    run: RunSettings
    phase: list[Phase]


def read_settings() -> Pretraining:
    """The shape of the model and the plan of the run."""
    return read_preset("demo/pretraining.toml", Pretraining)


def write_texts(settings: RunSettings) -> tuple[list[str], list[str | list[dict[str, str]]]]:
    """Held-out prose, and training documents (prose or dialogue) among which it does not occur."""
    world, corpus = read_world(), read_corpus()
    aside = Author(world, corpus, random.Random(settings.seed + 1))
    heldout = sorted({aside.prose() for _ in range(settings.heldout)})
    unseen = set(heldout)
    author = Author(world, corpus, random.Random(settings.seed))
    documents: list[str | list[dict[str, str]]] = []
    while len(documents) < settings.documents:
        if author.grammar.chance(settings.share_dialogues):
            documents.append(dialogue(author))
        elif (prose := author.prose()) not in unseen:
            documents.append(prose)
    return heldout, documents


def as_text(document: str | list[dict[str, str]], tokenizer: PreTrainedTokenizerFast) -> str:
    """A document as the model reads it, from its first to its last token."""
    if isinstance(document, str):
        return f"{tokenizer.bos_token}{document}{END}"
    return str(tokenizer.apply_chat_template(document, tokenize=False))


def plain_texts(documents: list[str | list[dict[str, str]]]) -> Iterator[str]:
    """What the tokenizer learns its pieces from."""
    for document in documents:
        if isinstance(document, str):
            yield document
        else:
            yield from (turn["content"] for turn in document)


def windows(stream: torch.Tensor, phases: list[Phase]) -> Iterator[torch.Tensor]:
    """Batches of windows' token ids, shape (batch, window); the stream begins again at its end."""
    start = 0
    for phase in phases:
        size = phase.batch * phase.window
        for _ in range(phase.steps):
            if start + size > len(stream):
                start = 0
            yield stream[start : start + size].view(phase.batch, phase.window)
            start += size


def rate_at(step: int, steps: int, settings: RunSettings) -> float:
    """Learning rate: linear warm-up, then linear decay to zero."""
    warm = min(1.0, (step + 1) / settings.warmup_steps)
    return settings.learning_rate * warm * (1 - step / steps)


def train(
    model: LlamaForCausalLM, stream: torch.Tensor, settings: Pretraining, say: Callable[[str], None]
) -> int:
    """Train in place; returns the number of tokens read."""
    run = settings.run
    steps = sum(phase.steps for phase in settings.phase)
    optimizer = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.95), weight_decay=run.weight_decay)
    read = 0
    began = time.monotonic()
    for step, batch in enumerate(windows(stream, settings.phase)):
        for group in optimizer.param_groups:
            group["lr"] = rate_at(step, steps, run)
        loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), run.clip)
        optimizer.step()
        optimizer.zero_grad()
        read += batch.numel()
        if step % 25 == 0 or step == steps - 1:
            speed = read / (time.monotonic() - began)
            say(f"step {step + 1}/{steps}  loss {loss.item():.3f}  {speed:.0f} tokens/s")
    return read


@torch.no_grad()
def perplexity(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, texts: list[str]) -> float:
    """exp of the mean loss per token over whole texts, each read on its own from the begin token."""
    total, count = 0.0, 0
    for text in texts:
        ids = torch.tensor([tokenizer(as_text(text, tokenizer))["input_ids"]])
        total += float(model(input_ids=ids, labels=ids).loss) * (ids.shape[1] - 1)
        count += ids.shape[1] - 1
    return math.exp(total / count)


def save(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Weights as safetensors in 16 bits; the configuration asks for 32 bits, in which it was trained."""
    tokenizer.save_pretrained(folder)
    model.to(torch.bfloat16).save_pretrained(folder)
    model.to(torch.float32)
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    write_atomic(
        path, json.dumps({**config, "dtype": "float32"}, indent=2, sort_keys=True) + "\n", mode=0o644
    )


def narrate(line: str) -> None:
    """Progress goes to stderr."""
    sys.stderr.write(line + "\n")


def build(tokenizer: PreTrainedTokenizerFast, shape: ModelShape) -> LlamaForCausalLM:
    """A fresh model with random weights for this tokenizer."""
    ids = {
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    return LlamaForCausalLM(LlamaConfig(**shape.model_dump(), **ids, tie_word_embeddings=True))


def main() -> None:
    parser = argparse.ArgumentParser(description="Pretrain the demo's base model.")
    parser.add_argument(
        "--folder", type=Path, default=demo_folder(), help="where model/ and probe.txt are written"
    )
    folder: Path = parser.parse_args().folder
    settings = read_settings()
    torch.manual_seed(settings.run.seed)
    torch.set_num_threads(1)
    heldout, documents = write_texts(settings.run)
    tokenizer = train_tokenizer(
        plain_texts(documents), settings.model.vocab_size, settings.model.max_position_embeddings
    )
    encoded = tokenizer([as_text(document, tokenizer) for document in documents])["input_ids"]
    stream = torch.tensor([token for ids in encoded for token in ids])
    narrate(f"{len(documents)} documents, {len(stream)} tokens")
    model = build(tokenizer, settings.model)
    untrained = perplexity(model, tokenizer, heldout)
    began = time.monotonic()
    read = train(model, stream, settings, narrate)
    seconds = time.monotonic() - began
    save(model, tokenizer, folder / "model")
    stored = LlamaForCausalLM.from_pretrained(folder / "model", dtype=torch.float32)
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "seed": settings.run.seed,
        "parameters": model.num_parameters(),
        "steps": sum(phase.steps for phase in settings.phase),
        "tokens_in_corpus": len(stream),
        "tokens_read": read,
        "seconds_on_one_core": round(seconds),
        "heldout_texts": len(heldout),
        "heldout_perplexity_untrained": round(untrained, 1),
        "heldout_perplexity": round(perplexity(stored, tokenizer, heldout), 3),
        "heldout_perplexity_before_rounding_to_16_bits": round(perplexity(model, tokenizer, heldout), 3),
        "versions": {m.__name__: m.__version__ for m in (torch, transformers, tokenizers)},
    }
    write_atomic(folder / "probe.txt", "\n".join(heldout) + "\n", mode=0o644)
    write_atomic(folder / "model" / "training.json", json.dumps(report, indent=2) + "\n", mode=0o644)
    narrate(json.dumps(report))


if __name__ == "__main__":
    main()
