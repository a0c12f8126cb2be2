"""Writes the pretraining dialogues about letters: short reading tasks, none of them the triage task."""

from advisor.work.demo.drills import DRILLS, Turns, laid_out, turns
from advisor.work.demo.letters import Author, Letter


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


def notes(author: Author) -> Turns:
    """Asks for some fields of a letter."""
    letter = author.letter()
    noted = known(author, letter)
    fields = author.corpus.fields
    chosen = author.rng.sample(list(fields), author.rng.randint(1, len(fields)))
    pairs = [(author.rng.choice(fields[field]), noted[field]) for field in chosen]
    return asked(author, f"Note the {', '.join(key for key, _ in pairs)}.", letter, laid_out(author, pairs))


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


TASKS = (one_question, notes, sorting, summary, reply, *DRILLS)
WEIGHTS = (8, 10, 4, 2, 2, 5, 1, 2, 1)


def dialogue(author: Author, questions: int = 1) -> Turns:
    """One dialogue of any task; further questions are of the same task."""
    task = author.rng.choices(TASKS, weights=WEIGHTS)[0]
    return [turn for _ in range(questions) for turn in task(author)]
