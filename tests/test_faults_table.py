"""The table of bad inputs names tests that exist."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (TESTS / "FAULTS.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| \d", line)
]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_every_test_of_the_table_is_there(row: list[str]) -> None:
    for named in row[2].split(";"):
        file, _, name = named.strip().partition(": ")
        text = (TESTS / file).read_text(encoding="utf-8")
        assert re.search(rf"^(?:async )?def test_{re.escape(name)}\(", text, re.MULTILINE), named


def test_numbers_are_listed_once_and_in_order() -> None:
    numbers = [int(row[0]) for row in ROWS]
    assert numbers == list(range(1, 81))
