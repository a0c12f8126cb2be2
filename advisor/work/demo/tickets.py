"""Writes clean support tickets whose label follows from their text."""

import json
import random
from dataclasses import dataclass

from advisor.work.demo.grammar import Grammar, alike, sentence, words_in_runs
from advisor.work.demo.world import World


@dataclass(frozen=True)
class Spoken:
    """A sentence of a ticket in which a pronoun stands for a person in a role."""

    role: str
    pronoun: str


@dataclass(frozen=True)
class Ticket:
    """One ticket with its label, before it becomes a row."""

    sentences: tuple[str, ...]
    queue: str
    priority: str
    product: str
    signature: str
    spoken: Spoken | None

    def text(self) -> str:
        return " ".join(self.sentences) + (f" {self.signature}" if self.signature else "")

    def answer(self, template: str) -> str:
        return template.format(queue=self.queue, priority=self.priority, product=self.product)


def row(system: str, question: str, answer: str) -> str:
    """One line of the data set, in messages format."""
    turns = (("system", system), ("user", question), ("assistant", answer))
    messages = [{"role": role, "content": content} for role, content in turns]
    return json.dumps({"messages": messages}, ensure_ascii=False)


class TicketWriter:
    """Writes tickets one after the other, none of them much like an earlier one."""

    def __init__(self, world: World, rng: random.Random) -> None:
        self.world = world
        self.settings = world.tickets
        self.grammar = Grammar({**world.lists, **world.filler}, rng)
        self.rng = rng
        self.seen: list[set[tuple[str, ...]]] = []

    def write(self, count: int) -> list[Ticket]:
        """`count` tickets: the queues, priorities and products come about equally often."""
        return [self._unlike_the_others(number) for number in range(count)]

    def _unlike_the_others(self, number: int) -> Ticket:
        while True:
            ticket = self._ticket(list(self.world.issues)[number % len(self.world.issues)])
            runs = words_in_runs(f"{ticket.text()} {ticket.answer(self.settings.answer)}", 2)
            if all(alike(runs, other) < self.settings.most_alike for other in self.seen):
                self.seen.append(runs)
                return ticket

    def _ticket(self, queue: str) -> Ticket:
        world, grammar, rng = self.world, self.grammar, self.rng
        priority = rng.choice(list(world.urgency))
        product, other = rng.sample(list(world.products), 2)
        bound = {"it": rng.choice(world.products[product]), "other": rng.choice(world.products[other])}
        body = [sentence(grammar.fill(rng.choice(world.issues[queue]), dict(bound)))]
        if grammar.chance(self.settings.share_context):
            body.insert(rng.randrange(2), sentence(grammar.pick("context", bound)))
        if grammar.chance(self.settings.share_distractor):
            body.append(sentence(grammar.pick("distractor", bound)))
        spoken = None
        if grammar.chance(self.settings.share_role):
            spoken, said = self._role_sentence()
            body.append(said)
        if priority != "normal" or not grammar.chance(self.settings.share_normal_silent):
            said = sentence(rng.choice(world.urgency[priority]))
            body.insert(0 if grammar.chance(0.2) else len(body), said)
        if grammar.chance(self.settings.share_greeting):
            body.insert(0, grammar.pick("greeting") + ",")
        return Ticket(tuple(body), queue, priority, product, self._signature(), spoken)

    def _role_sentence(self) -> tuple[Spoken, str]:
        roles, rng = self.world.roles, self.rng
        kind = rng.choice(["mostly_he", "mostly_she", "balanced"])
        share_he = {"mostly_he": self.world.planted.skew, "mostly_she": 1 - self.world.planted.skew}.get(
            kind, 0.5
        )
        spoken = Spoken(rng.choice(roles[kind]), "he" if rng.random() < share_he else "she")
        template = rng.choice(roles["sentence"])
        said = self.grammar.fill(template, {"role": spoken.role, "he": spoken.pronoun})
        return spoken, sentence(said)

    def _signature(self) -> str:
        if not self.grammar.chance(self.settings.share_signed):
            return ""
        first = self.grammar.pick(self.rng.choice(["women", "men"]))
        name = f"{first} {self.grammar.pick('surnames')}" if self.grammar.chance(0.5) else first
        return f"{self.grammar.pick('closing')}, {name}"
