"""Writes the letters and stories of the pretraining text: the tickets' world, in other words, unlabelled."""

import random
from dataclasses import dataclass

from advisor.preset_file import read_preset
from advisor.work.demo.grammar import Grammar, capitals, sentence
from advisor.work.demo.world import Table, Texts, World


class Corpus(Table):
    """Everything that `corpus.toml` says."""

    source: str
    date: str
    lists: Texts
    events: Texts
    letters: Texts
    time: Texts
    names: Texts
    fields: Texts
    layouts: Texts
    cards: Texts
    advice: Texts
    prose: Texts
    endings: Texts


def read_corpus() -> Corpus:
    """The templates of the pretraining text."""
    return read_preset("demo/corpus.toml", Corpus)


@dataclass(frozen=True)
class Letter:
    """A letter, and what a reader of it knows."""

    text: str
    matter: str
    hurry: str
    product: str
    sender: str
    words: dict[str, str]


class Author:
    """Writes letters and prose about invented customers."""

    def __init__(self, world: World, corpus: Corpus, rng: random.Random) -> None:
        self.world = world
        self.corpus = corpus
        self.rng = rng
        lists = {**world.lists, **world.filler, **corpus.lists, **corpus.endings, **corpus.cards}
        self.grammar = Grammar({**lists, "he": ["he", "she"]}, rng)

    def people(self) -> dict[str, str]:
        """A customer with pronouns, a friend, and two products under one of their names."""
        woman = self.rng.random() < 0.5
        product, other = self.rng.sample(list(self.world.products), 2)
        pronouns = ("she", "her", "her") if woman else ("he", "him", "his")
        return {
            "name": self.grammar.pick("women" if woman else "men"),
            "friend": self.grammar.pick(self.rng.choice(["women", "men"])),
            **dict(zip(("he", "him", "his"), pronouns, strict=True)),
            "product": product,
            "it": self.rng.choice(self.world.products[product]),
            "other": self.rng.choice(self.world.products[other]),
        }

    def letter(self) -> Letter:
        """One letter; its parts stand in the same order as in a ticket."""
        rng, grammar, words = self.rng, self.grammar, self.people()
        matter = rng.choice(list(self.corpus.letters))
        hurry = rng.choice(list(self.corpus.time))
        body = [sentence(grammar.fill(rng.choice(self.corpus.letters[matter]), words))]
        if grammar.chance(0.6):
            body.insert(rng.randrange(2), sentence(grammar.pick("context", words)))
        if grammar.chance(0.3):
            body.append(sentence(grammar.pick("distractor", words)))
        if grammar.chance(0.3):
            role = rng.choice(
                [role for kind in ("mostly_he", "mostly_she", "balanced") for role in self.world.roles[kind]]
            )
            said = grammar.fill(
                rng.choice(self.world.roles["sentence"]), {"role": role, "he": rng.choice(["he", "she"])}
            )
            body.append(sentence(said))
        if hurry != "silent" or grammar.chance(0.5):
            body.insert(
                0 if grammar.chance(0.2) else len(body), sentence(rng.choice(self.corpus.time[hurry]))
            )
        if grammar.chance(0.7):
            body.insert(0, grammar.pick("greeting") + ",")
        sender = words["name"] if grammar.chance(0.6) else ""
        if sender:
            body.append(f"{grammar.pick('closing')}, {sender}")
        return Letter(" ".join(body), matter, hurry, words["product"], sender, words)

    def prose(self) -> str:
        """A short story, a lesson or some facts."""
        kind = self.rng.choices(("story", "plain", "lesson", "fact"), weights=(4, 2, 2, 3))[0]
        templates = self.rng.sample(self.corpus.prose[kind], 3 if kind == "fact" else 1)
        return " ".join(self._passage(template) for template in templates)

    def _passage(self, template: str) -> str:
        rng, words = self.rng, self.people()
        matter = rng.choice(list(self.corpus.events))
        parts = {"event": self.corpus.events, "letter": self.corpus.letters, "advice": self.corpus.advice}
        told = {name: self.grammar.fill(rng.choice(lists[matter]), words) for name, lists in parts.items()}
        told["hurry"] = rng.choice([text for texts in self.corpus.time.values() for text in texts])
        return capitals(self.grammar.fill(template, {**words, **told}))
