"""Small worlds for pilots: a random model with its own tokenizer, and rows that can or cannot be learnt."""

import json
import random
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

from advisor.events import Event
from advisor.fold import pilot_facts
from advisor.jobs import read_events
from advisor.specs import DataChoice, JobSpec, PilotTask
from advisor.work.emit import Emitter
from heuristics.facts.model import ModelFacts, ModelShape
from heuristics.facts.pilot import PilotFacts
from heuristics.goal import Goal
from heuristics.planning.recipe import Recipe

THINGS = {"invoice": "billing", "parcel": "delivery", "cable": "repair", "login": "account"}
WHO = ("Ada", "Ben", "Carla", "David", "Elif", "Farid", "Grace", "Hugo")
WHEN = ("Monday", "Tuesday", "Friday", "March", "June", "spring", "noon", "winter")
TEMPLATE = (
    "{%- for message in messages %}{{- '<' + message['role'] + '>' + message['content'] }}"
    "{%- if message['role'] == 'assistant' %}{{- eos_token }}{%- endif %}{%- endfor %}"
    "{%- if add_generation_prompt %}{{- '<assistant>' }}{%- endif %}"
)


def questions(seed: int) -> list[tuple[str, str]]:
    """Every (question, thing) in a random order."""
    found = [
        (f"{who} writes about the {thing} since {when}", thing)
        for who in WHO
        for when in WHEN
        for thing in THINGS
    ]
    random.Random(seed).shuffle(found)
    return found


def learnable_rows(seed: int = 0) -> list[dict[str, str]]:
    """Rows whose answer follows from one word of the question."""
    return [{"question": question, "answer": f"queue {THINGS[thing]}"} for question, thing in questions(seed)]


def random_rows(seed: int = 0) -> list[dict[str, str]]:
    """The same questions with answers drawn by lot."""
    chance = random.Random(seed + 1)
    queues = list(THINGS.values())
    return [
        {"question": question, "answer": f"queue {chance.choice(queues)}"} for question, _ in questions(seed)
    ]


def write_rows(path: Path, rows: Sequence[dict[str, str]]) -> Path:
    """Rows as JSON Lines."""
    path.write_text("".join(json.dumps(each) + "\n" for each in rows), encoding="utf-8")
    return path


def make_tokenizer(template: str | None = TEMPLATE) -> PreTrainedTokenizerFast:
    """A byte-level tokenizer that knows the words of the world."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=["<pad>", "<end>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    texts = [f"{each['question']} {each['answer']}" for each in learnable_rows()]
    tokenizer.train_from_iterator(texts, trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<end>", pad_token="<pad>")
    fast.chat_template = template
    return fast


def make_model(folder: Path, context: int = 128, template: str | None = TEMPLATE) -> Path:
    """A random Llama of 50 thousand parameters in `folder`."""
    torch.manual_seed(0)
    tokenizer = make_tokenizer(template)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=48,
        intermediate_size=96,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=context,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        bos_token_id=None,
        tie_word_embeddings=True,
        initializer_range=0.15,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def model_facts(folder: Path) -> ModelFacts:
    """Facts of a model made here."""
    shape = ModelShape(48, 2, 4, 2, 12, 96, 330, True, 60_000, 60_000, 128)
    return ModelFacts(
        id=folder.name, where="local", family="llama", shape=shape, path=str(folder), weights="safetensors"
    )


RECIPE = Recipe(
    model="tiny",
    method="lora",
    learning_rate=1e-2,
    micro_batch=8,
    accumulation=1,
    epochs=5,
    sequence_length=128,
    samples=150,
)


class Piloted(NamedTuple):
    """A finished pilot."""

    folder: Path
    facts: PilotFacts
    events: list[Event]


def spec_for(folder: Path, data: Path, model: Path, minutes: float = 5.0, **recipe: object) -> JobSpec:
    """A pilot job in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    task = PilotTask(
        data=DataChoice(path=data),
        model=model_facts(model),
        recipe=replace(RECIPE, **recipe),
        goal=Goal(pilot_minutes=minutes),
    )
    return JobSpec(folder=folder, task=task, offline=True)


def run_pilot(spec: JobSpec) -> tuple[PilotFacts, list[Event]]:
    """The pilot in this process: its facts and its events."""
    from advisor.work.pilot.pilot import pilot

    pilot(spec, Emitter(spec.folder))
    events = read_events(spec.folder)
    return pilot_facts(events, PilotFacts()), events
