"""Likely label errors: changed labels come first, right ones stay unnamed, and odd files do no harm."""

import random
from collections.abc import Sequence
from pathlib import Path

from advisor.work.data.checks.batch import KEPT, Kept, Tally
from advisor.work.data.checks.label_errors import LabelErrors
from advisor.work.data.scan.frames import lists_of
from heuristics.facts.data import CheckResult
from tests.data_samples import Row, label_rows, load_rows, message_row, question_rows

SUBJECTS = {
    "card": ["my card was eaten", "the card has expired", "a new card please", "card is broken"],
    "loan": ["a loan for a house", "repay the loan early", "loan rates today", "cannot pay my loan"],
    "app": ["the app crashes", "cannot open the app", "app shows no balance", "update of the app failed"],
}


def checked(folder: Path, rows: Sequence[Row]) -> CheckResult:
    loaded = load_rows(folder, rows)
    tally = Tally()
    for batch in [lists_of(loaded.examples).batch(loaded.format)]:
        tally.add(LabelErrors().look(batch))
    return LabelErrors().result(tally)


def labelled(count: int) -> list[Row]:
    rng = random.Random(3)
    names = list(SUBJECTS)
    return [
        {"text": f"{rng.choice(SUBJECTS[names[n % 3]])} since {n} days", "label": names[n % 3]}
        for n in range(count)
    ]


def test_changed_labels_are_found_and_named_with_the_likelier_one(tmp_path: Path) -> None:
    rows = labelled(300)
    for place in (30, 91, 200):
        rows[place]["label"] = {"card": "loan", "loan": "app", "app": "card"}[str(rows[place]["label"])]
    found = checked(tmp_path, rows)
    assert sorted(found.rows) == [31, 92, 201]
    assert found.count == 3
    assert "rather" in found.detail


def test_right_labels_are_left_alone_in_any_order(tmp_path: Path) -> None:
    rows = labelled(300)
    assert checked(tmp_path, rows).count == 0
    rows[7]["label"] = "app" if rows[7]["label"] != "app" else "card"
    rows.sort(key=lambda row: str(row["label"]))
    assert checked(tmp_path, rows).count == 1


def test_two_labels_few_rows_free_answers_and_signs_do_no_harm(tmp_path: Path) -> None:
    assert checked(tmp_path, [row for row in labelled(300) if row["label"] != "app"]).count == 0
    for rows in (
        label_rows({"a": 9, "b": 3}),
        label_rows({"a": 60}),
        question_rows(40),
        [{"text": "!?" * (n % 7 + 1), "label": "ab"[n % 2]} for n in range(60)],
        [{"text": f"Once {n}."} for n in range(60)],
        [message_row(("user", f"is {n} even?"), ("assistant", "yes" if n % 2 else "no")) for n in range(60)],
    ):
        assert checked(tmp_path, rows).rows == ()


def test_a_sample_is_the_same_whatever_the_order_of_its_parts() -> None:
    rows = [Kept(rank * 7919 % 100_003, rank, "", "") for rank in range(3 * KEPT)]
    sums = []
    for order in (rows, rows[::-1]):
        tally = Tally()
        for start in range(0, len(order), 5_000):
            tally.add(Tally(kept=order[start : start + 5_000]))
        assert len(tally.kept) <= 2 * KEPT
        sums.append(sorted(tally.kept)[:KEPT])
    assert sums[0] == sums[1] == sorted(rows)[:KEPT]
