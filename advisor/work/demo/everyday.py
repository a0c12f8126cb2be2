"""Writes everyday prose for the pretraining: rivers, bread and bridges, nothing of the shop."""

import random

from advisor.preset_file import read_preset
from advisor.work.demo.grammar import Grammar, capitals
from advisor.work.demo.world import Table, Texts


class Everyday(Table):
    """Everything that `general.toml` says."""

    source: str
    date: str
    lists: Texts
    sentences: Texts


def read_everyday() -> Everyday:
    """The templates of the everyday prose."""
    return read_preset("demo/general.toml", Everyday)


class Storyteller:
    """Writes passages of a few sentences, each about what the one before was about."""

    def __init__(self, everyday: Everyday, rng: random.Random) -> None:
        self.everyday = everyday
        self.rng = rng
        self.grammar = Grammar(everyday.lists, rng)

    def passage(self) -> str:
        """One to four sentences from one of the subjects."""
        subject = self.rng.choice(list(self.everyday.sentences))
        templates = self.rng.sample(self.everyday.sentences[subject], self.rng.randint(1, 4))
        return " ".join(self._sentence(template) for template in templates)

    def _sentence(self, template: str) -> str:
        pronoun = self.rng.choice(("he", "she"))
        bound = {"person": self.grammar.pick(pronoun), "he": pronoun}
        return capitals(self.grammar.fill(template, bound))
