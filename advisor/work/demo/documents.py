"""Writes what the base model reads, and turns it into tokens of which the assistant's weigh more."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

from transformers import PreTrainedTokenizerFast

from advisor.work.demo.dialogues import dialogue
from advisor.work.demo.drills import Turns
from advisor.work.demo.everyday import Storyteller, read_everyday
from advisor.work.demo.letters import Author, read_corpus
from advisor.work.demo.recipe import Reading
from advisor.work.demo.tokenizer import END, START
from advisor.work.demo.world import read_world

Document = str | Turns


@dataclass(frozen=True, slots=True)
class Library:
    """What is read in training, and texts of three kinds that are not."""

    documents: list[Document]
    shop: list[str]
    """Held-out prose about the shop and its customers."""
    everyday: list[str]
    """Held-out everyday prose."""
    dialogues: list[Turns]
    """Held-out dialogues."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """One document as the model reads it."""

    ids: list[int]
    said: list[bool]
    """True for a token that the assistant says, the end of its turn included."""


class Writer:
    """Writes documents of every kind from one source of chance."""

    def __init__(self, seed: int, share_long: float) -> None:
        self.author = Author(read_world(), read_corpus(), random.Random(seed))
        self.storyteller = Storyteller(read_everyday(), random.Random(seed + 1))
        self.share_long = share_long

    def conversation(self) -> Turns:
        """A dialogue; sometimes the next questions of one kind follow in the same conversation."""
        if not self.author.grammar.chance(self.share_long):
            return dialogue(self.author)
        return dialogue(self.author, self.author.rng.randint(2, 4))


def write_library(reading: Reading) -> Library:
    """Held-out texts, and training documents among which they do not occur."""
    aside = Writer(reading.seed + 1000, 0.0)
    shop = sorted({aside.author.prose() for _ in range(reading.heldout)})
    everyday = sorted({aside.storyteller.passage() for _ in range(reading.heldout)})
    dialogues = [aside.conversation() for _ in range(reading.heldout)]
    unseen = {*shop, *everyday}
    unheard = {turn["content"] for each in dialogues for turn in each if turn["role"] == "user"}
    writer = Writer(reading.seed, reading.share_long)
    chance = random.Random(reading.seed + 2)
    documents: list[Document] = []
    while len(documents) < reading.documents:
        drawn = chance.random()
        if drawn < reading.share_dialogues:
            turns = writer.conversation()
            if not any(turn["content"] in unheard for turn in turns):
                documents.append(turns)
            continue
        told = drawn < reading.share_dialogues + reading.share_everyday
        text = writer.storyteller.passage() if told else writer.author.prose()
        if text not in unseen:
            documents.append(text)
    return Library(documents, shop, everyday, dialogues)


def as_text(document: Document, tokenizer: PreTrainedTokenizerFast) -> str:
    """A document as the model reads it, from its first to its last token."""
    if isinstance(document, str):
        return f"{tokenizer.bos_token}{document}{END}"
    return str(tokenizer.apply_chat_template(document, tokenize=False))


def plain_texts(documents: list[Document]) -> Iterator[str]:
    """What the tokenizer learns its pieces from."""
    for document in documents:
        if isinstance(document, str):
            yield document
        else:
            yield from (turn["content"] for turn in document)


def encode(documents: list[Document], tokenizer: PreTrainedTokenizerFast, longest: int) -> list[Encoded]:
    """Every document in tokens, cut to `longest`."""
    start, end = tokenizer.convert_tokens_to_ids(START), tokenizer.eos_token_id
    opening = [start, *tokenizer("assistant\n")["input_ids"]]
    found = tokenizer([as_text(document, tokenizer) for document in documents])["input_ids"]
    return [Encoded(ids[:longest], _said(ids, opening, end)[:longest]) for ids in found]


def _said(ids: list[int], opening: list[int], end: int) -> list[bool]:
    """Which tokens stand between the opening of an assistant's turn and its end."""
    said, speaking = [False] * len(ids), False
    for at, token in enumerate(ids):
        said[at] = speaking
        if token == end:
            speaking = False
        elif ids[at - len(opening) + 1 : at + 1] == opening:
            speaking = True
    return said
