"""Rows about something else than the others are found by their words; rows of one kind are left alone."""

import random
from collections.abc import Sequence
from pathlib import Path

from advisor.specs import DataChoice, JobSpec, ProfileTask
from advisor.work.data.profile import profile
from advisor.work.emit import Emitter
from heuristics.facts.data import CheckResult
from heuristics.goal import Topic
from tests.data_samples import Row, write_jsonl
from tests.work.data.test_jobs_on_data import found_in

NAMES = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gina", "Hugo", "Iris", "Jack", "Kim", "Leo")
THINGS = (
    "apples",
    "marbles",
    "books",
    "pencils",
    "coins",
    "stickers",
    "cookies",
    "shirts",
    "stamps",
    "shells",
)
PLACES = ("at the market", "in a garden", "on the farm", "at school", "in the kitchen", "by the river")
DEEDS = ("buys", "finds", "sells", "loses", "gives away", "counts", "collects", "packs")


def sums(count: int, seed: int = 0) -> list[Row]:
    """Small arithmetic problems."""
    chance = random.Random(seed)
    rows: list[Row] = []
    for _ in range(count):
        who, what, where, does = (chance.choice(each) for each in (NAMES, THINGS, PLACES, DEEDS))
        first, second = chance.randrange(3, 90), chance.randrange(2, 40)
        question = (
            f"{who} has {first} {what} {where} and {does} {second} more of the {what} on the next day. "
            f"How many {what} does {who} have in all, and how many were there {where} before?"
        )
        rows.append({"question": question, "answer": f"{first} plus {second} is {first + second}."})
    return rows


MATTERS = (
    "card",
    "transfer",
    "payment",
    "account",
    "refund",
    "withdrawal",
    "statement",
    "fee",
    "limit",
    "pin",
)
TROUBLES = ("was declined", "is pending", "seems wrong", "got blocked", "never arrived", "was charged twice")
WISHES = (
    "please help me to fix this",
    "can you tell me why",
    "what should I do now",
    "who can I ask about it",
)


def complaints(count: int, seed: int = 0) -> list[Row]:
    """What customers of a bank write."""
    chance = random.Random(seed)
    rows: list[Row] = []
    for number in range(count):
        matter, other, trouble, wish = (chance.choice(each) for each in (MATTERS, MATTERS, TROUBLES, WISHES))
        question = f"My {matter} {trouble} since the {other} from my bank app, {wish}? Ticket {number}"
        rows.append(
            {"question": question, "answer": f"Sorry about your {matter}: an agent checks the {other}."}
        )
    return rows


def looked(folder: Path, rows: Sequence[Row], topic: Topic | None = None) -> CheckResult:
    """What the check says of rows in this order."""
    path = write_jsonl(folder / "rows.jsonl", rows)
    task = ProfileTask(data=DataChoice(path=path), topic=topic)
    profile(JobSpec(folder=folder, task=task), Emitter(folder))
    found = found_in(folder)[-1].check("off_topic")
    assert found is not None
    return found


def test_rows_of_one_kind_are_left_alone(tmp_path: Path) -> None:
    assert looked(tmp_path, sums(600)).count == 0


def test_planted_rows_are_found_wherever_they_stand(tmp_path: Path) -> None:
    rows = [*sums(600), *complaints(40)]
    order = list(range(len(rows)))
    random.Random(1).shuffle(order)
    found = looked(tmp_path, [rows[each] for each in order])
    planted = {line for line, place in enumerate(order, start=1) if place >= 600}
    assert found.count == 40
    assert set(found.rows) <= planted
    assert found.detail == "One group"


def test_the_smaller_part_is_off_topic_unless_the_topic_names_it(tmp_path: Path) -> None:
    rows = [*sums(500), *complaints(120)]
    assert looked(tmp_path, rows).count == 120
    named = looked(tmp_path, rows, Topic("questions about a card, a payment or an account"))
    assert named.count == 500
    assert "the topic that you named" in named.detail


def test_typical_rows_name_the_topic_as_well(tmp_path: Path) -> None:
    rows = [*sums(500), *complaints(120)]
    assert looked(tmp_path, rows, Topic(lines=(510, 530))).count == 500
    assert looked(tmp_path, rows, Topic(lines=(4, 9))).count == 120


def test_a_topic_in_other_words_than_the_rows_decides_nothing_and_is_told(tmp_path: Path) -> None:
    found = looked(tmp_path, sums(300), Topic("zymurgy"))
    assert found.count == 0
    assert found.detail == "no word of the topic that you named occurs in the rows"


def test_few_rows_and_equal_rows_are_not_grouped(tmp_path: Path) -> None:
    assert looked(tmp_path, sums(100)).count == 0
    assert looked(tmp_path, sums(1) * 400).count == 0
