"""Writes the pretraining dialogues: short tasks in the chat template, none of them the triage task."""

from advisor.work.demo.letters import Author, Letter

Turns = list[dict[str, str]]


def turns(system: str, user: str, assistant: str) -> Turns:
    """A dialogue of one question; without a system turn when that is empty."""
    dialogue = [{"role": "user", "content": user}, {"role": "assistant", "content": assistant}]
    return [{"role": "system", "content": system}, *dialogue] if system else dialogue


def known(author: Author, letter: Letter) -> dict[str, str]:
    """What a reader would note about the letter, in changing words."""
    names = author.corpus.names
    return {
        "matter": author.rng.choice(names[letter.matter]),
        "hurry": author.rng.choice(names[letter.hurry]),
        "thing": letter.product,
        "sender": letter.sender or "not signed",
    }


def asked(author: Author, question: str, letter: Letter, answer: str) -> Turns:
    """The question stands in the system turn, or before or after the letter."""
    match author.rng.randrange(4):
        case 0:
            return turns("", f"{question} {letter.text}", answer)
        case 1:
            return turns("", f"{letter.text} {question}", answer)
        case _:
            return turns(question, letter.text, answer)


def one_question(author: Author) -> Turns:
    """Asks one thing about a letter."""
    letter = author.letter()
    noted = known(author, letter)
    ways = {
        "matter": (("What is the letter about?", "Name the matter."), ("It is about {}.", "{}")),
        "hurry": (("Is there a hurry?", "Can it wait or is it urgent?"), ("Is it urgent? {}.", "{}")),
        "thing": (("Which thing is meant?", "Name the thing."), ("The {}.", "{}")),
        "sender": (("Who wrote it?", "Name the sender."), ("{}.", "{}")),
    }
    field = author.rng.choice(("matter", "matter", "hurry", "thing", "sender"))
    questions, answers = ways[field]
    return asked(
        author, author.rng.choice(questions), letter, author.rng.choice(answers).format(noted[field])
    )


def laid_out(author: Author, pairs: list[tuple[str, str]]) -> str:
    """The pairs of key and value in one of many layouts."""
    layouts = author.corpus.layouts
    pattern, between = author.rng.choice(layouts["notes"]), author.rng.choice(layouts["between"])
    return between.join(pattern.format(key=key, value=value) for key, value in pairs)


def notes(author: Author) -> Turns:
    """Asks for some fields of a letter."""
    letter = author.letter()
    noted = known(author, letter)
    fields = author.corpus.fields
    chosen = author.rng.sample(list(fields), author.rng.randint(1, len(fields)))
    pairs = [(author.rng.choice(fields[field]), noted[field]) for field in chosen]
    return asked(author, f"Note the {', '.join(key for key, _ in pairs)}.", letter, laid_out(author, pairs))


def card(author: Author) -> Turns:
    """Asks for a card with given keys and values."""
    keys = author.rng.sample(author.corpus.cards["key"], author.rng.randint(1, 4))
    pairs = [(key, author.grammar.pick("value")) for key in keys]
    wish = ", ".join(f"{key} {value}" for key, value in pairs)
    return turns(
        author.rng.choice(("", "Fill in the card.")), f"Make a card: {wish}.", laid_out(author, pairs)
    )


def sorting(author: Author) -> Turns:
    """Gives a word for every kind of letter, and asks for the word of this one."""
    letter = author.letter()
    field, kind = author.rng.choice((("letters", letter.matter), ("time", letter.hurry)))
    kinds = list(author.corpus.letters if field == "letters" else author.corpus.time)
    author.rng.shuffle(kinds)
    words = author.rng.sample(author.corpus.cards["word"], len(kinds))
    rule = ", ".join(
        f"{word} for {author.corpus.names[name][0]}" for word, name in zip(words, kinds, strict=True)
    )
    return turns(f"Say {rule}.", letter.text, words[kinds.index(kind)])


def summary(author: Author) -> Turns:
    """Asks for a letter in one sentence."""
    letter = author.letter()
    noted = known(author, letter)
    answer = f"{letter.sender or 'Somebody'} writes about {noted['matter']} and the {letter.product}."
    return asked(author, "Say it in one sentence.", letter, answer)


def reply(author: Author) -> Turns:
    """Asks for an answer to a letter."""
    letter = author.letter()
    advice = author.grammar.fill(author.rng.choice(author.corpus.advice[letter.matter]), letter.words)
    return asked(author, "Write a reply.", letter, f"Dear {letter.sender or 'customer'}, {advice}.")


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


TASKS = (one_question, notes, sorting, card, summary, reply, odd_one, repeat, small_talk)
WEIGHTS = (8, 10, 4, 5, 2, 2, 1, 2, 1)


def dialogue(author: Author) -> Turns:
    """One dialogue of any task."""
    return author.rng.choices(TASKS, weights=WEIGHTS)[0](author)
