"""Writes pretraining dialogues that need no letter: filling cards, telling kinds apart, copying."""

from advisor.work.demo.letters import Author

Turns = list[dict[str, str]]


def turns(system: str, user: str, assistant: str) -> Turns:
    """A dialogue of one question; without a system turn when that is empty."""
    dialogue = [{"role": "user", "content": user}, {"role": "assistant", "content": assistant}]
    return [{"role": "system", "content": system}, *dialogue] if system else dialogue


def laid_out(author: Author, pairs: list[tuple[str, str]]) -> str:
    """The pairs of key and value in one of many layouts."""
    layouts = author.corpus.layouts
    pattern, between = author.rng.choice(layouts["notes"]), author.rng.choice(layouts["between"])
    return between.join(pattern.format(key=key, value=value) for key, value in pairs)


def card(author: Author) -> Turns:
    """Asks for a card with given keys and values."""
    keys = author.rng.sample(author.corpus.cards["key"], author.rng.randint(1, 4))
    pairs = [(key, author.grammar.pick("value")) for key in keys]
    wish = ", ".join(f"{key} {value}" for key, value in pairs)
    return turns(
        author.rng.choice(("", "Fill in the card.")), f"Make a card: {wish}.", laid_out(author, pairs)
    )


def odd_one(author: Author) -> Turns:
    """Asks which of three words is of a kind."""
    kind = author.rng.choice(("fruit", "animal", "tool", "month", "colour"))
    others = author.rng.sample([name for name in ("thing", "place", "job", "weather") if name != kind], 2)
    right = author.grammar.pick(kind)
    words = [right, *(author.grammar.pick(name) for name in others)]
    author.rng.shuffle(words)
    return turns("", f"Which word is a {kind}: {words[0]}, {words[1]} or {words[2]}?", right)


def repeat(author: Author) -> Turns:
    """Asks for a copy of a few words."""
    words = " ".join(
        author.grammar.pick(author.rng.choice(("thing", "city", "colour", "order", "key", "word")))
        for _ in range(3)
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


DRILLS = (card, odd_one, repeat, small_talk)
