"""Pretrains the demo's base model on the text it writes, and records how well it reads unseen text."""

import argparse
import json
import math
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import tokenizers
import torch
import transformers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from advisor.files import write_atomic
from advisor.work.demo.documents import Encoded, Library, as_text, encode, plain_texts, write_library
from advisor.work.demo.learning import Progress, train
from advisor.work.demo.recipe import ModelShape, Pretraining, read_settings
from advisor.work.demo.tokenizer import train_tokenizer
from advisor.work.demo.world import demo_folder

Scores = dict[str, float]

_LAST = 200
"""Steps over which the recorded training loss is averaged."""


@torch.no_grad()
def perplexity(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, texts: Sequence[str]) -> float:
    """exp of the mean loss per token over whole texts, each read on its own from the begin token."""
    total, count = 0.0, 0
    for text in texts:
        ids = torch.tensor([tokenizer(as_text(text, tokenizer))["input_ids"]])
        total += float(model(input_ids=ids, labels=ids).loss) * (ids.shape[1] - 1)
        count += ids.shape[1] - 1
    return math.exp(total / count)


@torch.no_grad()
def answer_perplexity(model: LlamaForCausalLM, dialogues: Sequence[Encoded]) -> float:
    """exp of the mean loss per token that the assistant says."""
    total, count = 0.0, 0
    for each in dialogues:
        logits = model(input_ids=torch.tensor([each.ids])).logits[0, :-1]
        losses = torch.nn.functional.cross_entropy(logits, torch.tensor(each.ids[1:]), reduction="none")
        said = torch.tensor(each.said[1:])
        total += float(losses[said].sum())
        count += int(said.sum())
    return math.exp(total / count)


def scores(model: LlamaForCausalLM, tokenizer: PreTrainedTokenizerFast, library: Library) -> Scores:
    """Perplexity on the three kinds of held-out text."""
    longest = model.config.max_position_embeddings
    dialogues = encode(list(library.dialogues), tokenizer, longest)
    return {
        "shop": round(perplexity(model, tokenizer, library.shop), 3),
        "everyday": round(perplexity(model, tokenizer, library.everyday), 3),
        "answers": round(answer_perplexity(model, dialogues), 3),
    }


def build(tokenizer: PreTrainedTokenizerFast, shape: ModelShape) -> LlamaForCausalLM:
    """A fresh model with random weights for this tokenizer."""
    ids = {
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    return LlamaForCausalLM(LlamaConfig(**shape.model_dump(), **ids, tie_word_embeddings=True))


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


def record(
    settings: Pretraining, parameters: int, progress: Progress, untrained: Scores, trained: Scores
) -> str:
    """The report of a run as JSON."""
    recent = [each for each in progress.answer_loss[-_LAST:] if math.isfinite(each)]
    report = {
        "date": datetime.now(UTC).date().isoformat(),
        "seed": settings.reading.seed,
        "parameters": parameters,
        "steps": progress.step,
        "documents": settings.reading.documents,
        "tokens_read": progress.tokens,
        "seconds": round(progress.seconds),
        "threads": torch.get_num_threads(),
        "answer_loss_of_the_last_steps": round(sum(recent) / max(1, len(recent)), 4),
        "heldout_texts_of_each_kind": settings.reading.heldout,
        "heldout_perplexity_untrained": untrained,
        "heldout_perplexity": trained,
        "versions": {m.__name__: m.__version__ for m in (torch, transformers, tokenizers)},
    }
    return json.dumps(report, indent=2) + "\n"


def narrate(line: str) -> None:
    """Progress goes to stderr."""
    sys.stderr.write(line + "\n")


def pretrain(folder: Path, state: Path | None, settings: Pretraining) -> None:
    """Write text, learn a tokenizer, train, and put model, report and held-out prose into `folder`."""
    torch.manual_seed(settings.reading.seed)
    library = write_library(settings.reading)
    shape, reading = settings.model, settings.reading
    sample = library.documents[: reading.tokenizer_documents]
    tokenizer = train_tokenizer(plain_texts(sample), shape.vocab_size, shape.max_position_embeddings)
    documents = encode(library.documents, tokenizer, shape.max_position_embeddings)
    narrate(f"{len(documents)} documents, {sum(len(each.ids) for each in documents)} tokens")
    model = build(tokenizer, shape)
    untrained = scores(model, tokenizer, library)
    progress = train(model, documents, settings.learning, reading.seed, state, narrate)
    save(model, tokenizer, folder / "model")
    stored = LlamaForCausalLM.from_pretrained(folder / "model", dtype=torch.float32)
    report = record(settings, model.num_parameters(), progress, untrained, scores(stored, tokenizer, library))
    write_atomic(folder / "probe.txt", "\n".join(library.shop) + "\n", mode=0o644)
    write_atomic(folder / "model" / "training.json", report, mode=0o644)
    narrate(report)


def main() -> None:
    parser = argparse.ArgumentParser(description="Pretrain the demo's base model.")
    parser.add_argument(
        "--folder", type=Path, default=demo_folder(), help="where model/ and probe.txt are written"
    )
    parser.add_argument("--state", type=Path, help="file of checkpoints; a run that stopped goes on from it")
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    pretrain(given.folder, given.state, read_settings())


if __name__ == "__main__":
    main()
