"""Writes pretraining dialogues that need no letter: copying, looking up, telling kinds apart."""

from advisor.work.demo.grammar import capitals
from advisor.work.demo.letters import Author

Turns = list[dict[str, str]]


def turns(system: str, user: str, assistant: str) -> Turns:
    """A dialogue of one question; without a system turn when that is empty."""
    dialogue = [{"role": "user", "content": user}, {"role": "assistant", "content": assistant}]
    return [{"role": "system", "content": system}, *dialogue] if system else dialogue


def pairs(author: Author, most: int) -> list[tuple[str, str]]:
    """Up to `most` keys with values, about nothing in particular."""
    keys = author.rng.sample(author.corpus.cards["key"], author.rng.randint(1, most))
    return [(key, author.grammar.pick("value")) for key in keys]


def card(author: Author) -> Turns:
    """Shows how one field is written, and asks for a card with given keys and values."""
    pattern = author.rng.choice(author.corpus.layouts["notes"])
    between = author.rng.choice(author.corpus.layouts["between"])
    chosen = pairs(author, 4)
    wish = ", ".join(f"{key} {value}" for key, value in chosen)
    empty = pattern.format(key="...", value="?")
    return turns(
        f"Write {empty}", wish, between.join(pattern.format(key=key, value=value) for key, value in chosen)
    )


def look_up(author: Author) -> Turns:
    """Asks for the value of one key."""
    chosen = pairs(author, 5)
    key, value = author.rng.choice(chosen)
    pattern = author.rng.choice(author.corpus.layouts["notes"])
    listed = "; ".join(pattern.format(key=each, value=said) for each, said in chosen)
    return turns(f"What is the {key}?", listed, value)


def person(author: Author) -> Turns:
    """Tells something about a person and asks for one part of it."""
    said = {name: author.grammar.pick(name) for name in ("job", "city", "fruit", "animal", "weekday")}
    words = {**author.people(), **said}
    story = capitals(author.grammar.fill(author.rng.choice(author.corpus.prose["person"]), words))
    field = author.rng.choice(list(said))
    question = {
        "job": "What work does {name} do?",
        "city": "Where does {name} live?",
        "fruit": "What does {name} eat?",
        "animal": "Which animal does {name} own?",
        "weekday": "On which day is {name} free?",
    }[field].format(name=words["name"])
    if author.grammar.chance(0.5):
        return turns("", f"{story} {question}", said[field])
    return turns(question, story, said[field])


def odd_one(author: Author) -> Turns:
    """Asks which of three words is of a kind."""
    kind = author.rng.choice(("fruit", "animal", "tool", "month", "colour"))
    others = author.rng.sample([name for name in ("thing", "place", "job", "weather") if name != kind], 2)
    right = author.grammar.pick(kind)
    words = [right, *(author.grammar.pick(name) for name in others)]
    author.rng.shuffle(words)
    return turns("", f"Which word is a {kind}: {words[0]}, {words[1]} or {words[2]}?", right)


def which_kind(author: Author) -> Turns:
    """Asks what a word is."""
    kind = author.rng.choice(("fruit", "animal", "tool", "month", "colour", "weather", "job"))
    question = author.rng.choice(("What kind of word is it?", "Say its kind."))
    return turns(question, author.grammar.pick(kind), kind)


def repeat(author: Author) -> Turns:
    """Asks for a copy of a few words."""
    words = " ".join(
        author.grammar.pick(author.rng.choice(("thing", "city", "colour", "order", "key", "word")))
        for _ in range(author.rng.randint(2, 6))
    )
    return turns(author.rng.choice(("", "Do as you are told.")), f"Repeat: {words}", words)


def small_talk(author: Author) -> Turns:
    """A greeting and a name that comes back."""
    words = author.people()
    answer = f"Hello {words['name']}, what can I do for you and your {words['it']}?"
    return turns(
        "You work in a shop.",
        f"{author.grammar.pick('greeting')}, I am {words['name']} with the {words['it']}.",
        answer,
    )


DRILLS = (card, look_up, person, odd_one, which_kind, repeat, small_talk)
