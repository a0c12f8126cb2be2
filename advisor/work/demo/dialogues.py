"""Writes the pretraining dialogues about letters: short reading tasks, none of them the triage task."""

from advisor.work.demo.drills import DRILLS, Turns, turns
from advisor.work.demo.letters import Author, Letter


def known(author: Author, letter: Letter) -> dict[str, str]:
    """What a reader notes about the letter, in fixed words."""
    names = author.corpus.names
    return {
        "matter": names[letter.matter][0],
        "hurry": names[letter.hurry][0],
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
        "matter": (("What is the letter about?", "It is about {}."), ("Name the matter.", "{}")),
        "hurry": (("Is there a hurry?", "{}."), ("Can it wait or is it urgent?", "Is it urgent? {}.")),
        "thing": (("Which thing is meant?", "The {}."), ("Name the thing.", "{}")),
        "sender": (("Who wrote it?", "{}."), ("Name the sender.", "{}")),
    }
    field = author.rng.choice(("matter", "matter", "hurry", "hurry", "thing", "sender"))
    question, answer = author.rng.choice(ways[field])
    return asked(author, question, letter, answer.format(noted[field]))


def form(author: Author) -> Turns:
    """Gives a form with empty fields, and asks for the same form filled in from a letter."""
    letter = author.letter()
    noted = known(author, letter)
    fields = author.corpus.fields
    chosen = author.rng.sample(list(fields), author.rng.randint(1, len(fields)))
    keys = [(author.rng.choice(fields[field]), noted[field]) for field in chosen]
    layouts = author.corpus.layouts
    pattern, between = author.rng.choice(layouts["notes"]), author.rng.choice(layouts["between"])
    empty = between.join(pattern.format(key=key, value="?") for key, _ in keys)
    filled = between.join(pattern.format(key=key, value=value) for key, value in keys)
    return asked(author, f"Fill in: {empty}", letter, filled)


def choice(author: Author) -> Turns:
    """Asks which of some words fits the letter."""
    letter = author.letter()
    names = author.corpus.names
    kinds, kind = _kinds(author, letter)
    others = [name for name in kinds if name != kind]
    options = [kind, *author.rng.sample(others, author.rng.randint(1, min(3, len(others))))]
    author.rng.shuffle(options)
    words = {name: author.rng.choice(names[name]) for name in options}
    return asked(author, f"Which fits: {' / '.join(words[name] for name in options)}", letter, words[kind])


def yes_or_no(author: Author) -> Turns:
    """Asks whether a letter is about something."""
    letter = author.letter()
    names = author.corpus.names
    about = letter.matter if author.grammar.chance(0.5) else author.rng.choice(list(author.corpus.letters))
    question = f"Is it about {author.rng.choice(names[about])}?"
    return asked(author, question, letter, "yes" if about == letter.matter else "no")


def sorting(author: Author) -> Turns:
    """Gives a word for every kind of letter, and asks for the word of this one."""
    letter = author.letter()
    kinds, kind = _kinds(author, letter)
    author.rng.shuffle(kinds)
    words = author.rng.sample(author.corpus.cards["word"], len(kinds))
    names = author.corpus.names
    rule = ", ".join(f"{word} for {names[name][0]}" for word, name in zip(words, kinds, strict=True))
    return turns(f"Say {rule}.", letter.text, words[kinds.index(kind)])


def summary(author: Author) -> Turns:
    """Asks for a letter in one sentence."""
    letter = author.letter()
    noted = known(author, letter)
    hurry = {"soon": "in a hurry", "later": "with time", "silent": "calmly"}[letter.hurry]
    answer = (
        f"{letter.sender or 'Somebody'} writes about {noted['matter']} and the {letter.product}, {hurry}."
    )
    return asked(author, "Say it in one sentence.", letter, answer)


def reply(author: Author) -> Turns:
    """Asks for an answer to a letter."""
    letter = author.letter()
    advice = author.grammar.fill(author.rng.choice(author.corpus.advice[letter.matter]), letter.words)
    return asked(author, "Write a reply.", letter, f"Dear {letter.sender or 'customer'}, {advice}.")


def _kinds(author: Author, letter: Letter) -> tuple[list[str], str]:
    """All kinds of letters by matter or by hurry, and this letter's."""
    if author.grammar.chance(0.5):
        return list(author.corpus.letters), letter.matter
    return list(author.corpus.time), letter.hurry


TASKS = (one_question, form, choice, yes_or_no, sorting, summary, reply, *DRILLS)
WEIGHTS = (8, 12, 4, 2, 3, 5, 2, *(1 for _ in DRILLS))


def dialogue(author: Author, questions: int = 1) -> Turns:
    """One dialogue of any task; further questions are of the same task."""
    task = author.rng.choices(TASKS, weights=WEIGHTS)[0]
    return [turn for _ in range(questions) for turn in task(author)]
