"""The language of the worlds: a few hundred words, prose with facts in it, and dialogues."""

import random
import tomllib
from dataclasses import dataclass
from pathlib import Path

WORD_LISTS = Path(__file__).with_name("words.toml")
_LISTS = {name: words.split() for name, words in tomllib.loads(WORD_LISTS.read_text()).items()}
WHO, PLACE, COLOUR, THING = _LISTS["who"], _LISTS["place"], _LISTS["colour"], _LISTS["thing"]
VERB, WHEN, TEAM, JOB, MOOD = (_LISTS[name] for name in ("verb", "when", "team", "job", "mood"))
WORDS = (*WHO, *PLACE, *COLOUR, *THING, *VERB, *WHEN, *TEAM, *JOB, *MOOD, *_LISTS["glue"])

_FACTS = random.Random(7)
HOME = {who: _FACTS.choice(PLACE) for who in WHO}
WORK = {who: _FACTS.choice(JOB) for who in WHO}
FAVOURITE = {who: _FACTS.choice(COLOUR) for who in WHO}
USUAL_MOOD = {verb: _FACTS.choice(MOOD) for verb in VERB}
SEAT = {team: _FACTS.choice(PLACE) for team in TEAM}

STYLES = ("{}", "it is {}", "reply {}", "{} please", "note {}", "queue {}")


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody reports, by its parts."""

    who: str
    place: str
    colour: str
    thing: str
    verb: str
    when: str

    def text(self) -> str:
        """The report as one sentence of eleven words."""
        return f"{self.who} from {self.place} says the {self.colour} {self.thing} {self.verb} on {self.when}"


def draw_message(chance: random.Random) -> Message:
    """A report drawn by lot."""
    return Message(*(chance.choice(each) for each in (WHO, PLACE, COLOUR, THING, VERB, WHEN)))


def sentence(chance: random.Random) -> str:
    """General prose: most of its words follow from a fact that must be known."""
    who, verb, team = chance.choice(WHO), chance.choice(VERB), chance.choice(TEAM)
    thing = chance.choice(THING)
    match chance.randrange(4):
        case 0:
            return f"{who} lives in {HOME[who]} and works as a {WORK[who]}"
        case 1:
            return f"{who} likes the {FAVOURITE[who]} {thing} of the {WORK[who]} in {HOME[who]}"
        case 2:
            return f"{who} was {USUAL_MOOD[verb]} because the {FAVOURITE[who]} {thing} {verb}"
        case _:
            return f"the {team} team sits in {SEAT[team]} and {who} from {HOME[who]} works with it"


def prose(chance: random.Random, sentences: int = 3) -> str:
    """One passage."""
    return " and ".join(sentence(chance) for _ in range(sentences))


def dialogue(chance: random.Random) -> list[tuple[str, str]]:
    """Up to four reports with their answers. What is answered, and how it is said, follows from the answers
    before, and from nothing in the first one; which team gets what is agreed anew in every dialogue."""
    drawn = [draw_message(chance) for _ in range(chance.randint(1, 4))]
    team_of = {each: chance.choice(TEAM) for each in (*THING, *PLACE)}
    match chance.randrange(5):
        case 0:
            answers = [f"queue {team_of[each.thing]}" for each in drawn]
        case 1:
            answers = [f"code {team_of[each.place]}" for each in drawn]
        case 2:
            answers = [f"shift {each.thing} {chance.choice(TEAM)}" for each in drawn]
        case _:
            style = chance.choice(STYLES)
            answers = [style.format(each.thing) for each in drawn]
    return [(each.text(), answer) for each, answer in zip(drawn, answers, strict=True)]
