"""Plants known defects into clean tickets, and remembers where each one is."""

import random
import re
from dataclasses import dataclass, field, replace

from advisor.work.demo.grammar import Grammar, alike, sentence, words_in_runs
from advisor.work.demo.tickets import Ticket, row
from advisor.work.demo.world import World

Detail = dict[str, str]


@dataclass(frozen=True, eq=False)
class Line:
    """One line of the file; `kind` is empty for a clean one, `original` is the line that was copied."""

    text: str
    ticket: Ticket
    kind: str = ""
    detail: Detail = field(default_factory=dict)
    original: "Line | None" = None


class Planter:
    """Turns tickets into lines, some of them with a defect."""

    def __init__(self, world: World, rng: random.Random) -> None:
        self.world = world
        self.plan = world.planted
        self.rng = rng
        self.grammar = Grammar(world.lists, rng)

    def clean(self, ticket: Ticket) -> Line:
        settings = self.world.tickets
        return Line(row(settings.system, ticket.text(), ticket.answer(settings.answer)), ticket)

    def empty_answer(self, ticket: Ticket) -> Line:
        answer = self.rng.choice(self.plan.empty)
        return Line(row(self.world.tickets.system, ticket.text(), answer), ticket, "empty_answers")

    def label_variant(self, ticket: Ticket) -> Line:
        """A label in another spelling."""
        name = self.rng.choice(list(self.plan.variants))
        labels = {"queue": ticket.queue, "priority": ticket.priority, "product": ticket.product}
        label = labels[name]
        found = labels[name] = self.rng.choice(self.plan.variants[name][label])
        line = self.clean(
            replace(ticket, queue=labels["queue"], priority=labels["priority"], product=labels["product"])
        )
        return replace(
            line, kind="label_variants", detail={"field": name, "found": found, "should_be": label}
        )

    def personal_data(self, ticket: Ticket) -> Line:
        """A sentence with a reserved mail address, telephone number, card number or network address."""
        kind = self.rng.choice(list(self.plan.pii_values))
        name = {"first": self.grammar.pick("women").lower(), "last": self.grammar.pick("surnames").lower()}
        ascii_name = {key: value.encode("ascii", "ignore").decode() for key, value in name.items()}
        value = self.grammar.fill(self.rng.choice(self.plan.pii_values[kind]), ascii_name)
        said = sentence(self.rng.choice(self.plan.pii_sentences[kind]).format(value=value))
        line = self.clean(replace(ticket, sentences=(*ticket.sentences, said)))
        return replace(line, kind="pii", detail={"type": kind, "value": value})

    def mojibake(self, ticket: Ticket) -> Line:
        """A sentence whose UTF-8 bytes were read as Windows-1252."""
        meant = sentence(self.rng.choice(self.plan.accented))
        found = meant.encode("utf-8").decode("cp1252")
        line = self.clean(replace(ticket, sentences=(*ticket.sentences, found)))
        return replace(line, kind="mojibake", detail={"found": found, "should_be": meant})

    def malformed(self, ticket: Ticket, how: str) -> Line:
        """A line that no JSON parser accepts."""
        text = self.clean(ticket).text
        broken = {
            "cut": text[: len(text) * 3 // 5],
            "trailing comma": text.replace("}]}", "},]}"),
            "single quotes": text.replace('"role": "user"', "'role': 'user'"),
            "missing brace": text[:-1],
            "missing comma": text.replace("}, {", "} {", 1),
        }[how]
        return Line(broken, ticket, "malformed", {"how": how})

    def exact_copy(self, line: Line) -> Line:
        return replace(line, kind="exact_duplicates", original=line)

    def near_copy(self, line: Line) -> Line | None:
        """The same ticket with one or two words exchanged; None where no exchange fits."""
        before = " ".join(line.ticket.sentences)
        after = before
        changed: list[str] = []
        for old, new in self.rng.sample(self.plan.swaps, len(self.plan.swaps)):
            swapped = re.sub(rf"\b{old}\b", new, after, count=1, flags=re.IGNORECASE)
            if swapped != after and len(changed) < 2:
                after, changed = swapped, [*changed, f"{old} -> {new}"]
        if not changed:
            return None
        likeness = alike(words_in_runs(before, 3), words_in_runs(after, 3))
        if likeness < self.plan.near_at_least:
            return None
        ticket = replace(line.ticket, sentences=tuple(after.split(" ")))
        return replace(
            self.clean(ticket), kind="near_duplicates", detail={"changed": "; ".join(changed)}, original=line
        )


def plant(world: World, tickets: list[Ticket], rng: random.Random) -> list[Line]:
    """All lines of the file in their final order; every copy stands below its original."""
    planter, plan = Planter(world, rng), world.planted
    waiting = list(tickets)
    rng.shuffle(waiting)

    def take(count: int) -> list[Ticket]:
        return [waiting.pop() for _ in range(count)]

    lines = [
        planter.malformed(ticket, how)
        for ticket, how in zip(take(len(plan.malformed)), plan.malformed, strict=True)
    ]
    lines += [planter.empty_answer(ticket) for ticket in take(plan.empty_answers)]
    lines += [planter.label_variant(ticket) for ticket in take(plan.label_variants)]
    lines += [planter.personal_data(ticket) for ticket in take(plan.pii)]
    lines += [planter.mojibake(ticket) for ticket in take(plan.mojibake)]
    clean = [planter.clean(ticket) for ticket in waiting]
    lines += clean
    lines += [planter.exact_copy(line) for line in clean[: plan.exact_duplicates]]
    near = (planter.near_copy(line) for line in clean[plan.exact_duplicates :])
    lines += [line for line in near if line is not None][: plan.near_duplicates]
    rng.shuffle(lines)
    return originals_first(lines)


def originals_first(lines: list[Line]) -> list[Line]:
    """The same lines, where a copy that stood above its original has changed places with it."""
    place = {id(line): at for at, line in enumerate(lines)}
    for copy in [line for line in lines if line.original is not None]:
        here, there = place[id(copy)], place[id(copy.original)]
        if here < there:
            lines[here], lines[there] = lines[there], lines[here]
    return lines
