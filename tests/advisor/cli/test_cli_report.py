"""What a command prints: numbers with their basis, plain text, JSON that reads back."""

import json
import math
from dataclasses import replace
from pathlib import Path

from advisor.case import Case
from advisor.cli.report.layout import WIDTH, table
from advisor.cli.report.whole import Part, as_json, as_text
from tests.advisor.example_case import full_case

PARTS: tuple[Part, ...] = ("machine", "data", "goal", "plan", "pilot", "verdict", "export")
EVIL = "\x1b[2J\u202e[@click=app.quit]x[/x]\n\n\ud800"


def test_a_full_case_shows_every_part(tmp_path: Path) -> None:
    text = as_text(full_case(tmp_path), PARTS)
    for title in ("Machine", "Data", "Goal", "Plan: lora", "Pilot", "Verdict: scale up here", "Files"):
        assert f"\n{title}" in f"\n{text}"
    assert all(len(line) <= WIDTH for line in text.splitlines() if str(tmp_path) not in line)


def test_a_fresh_case_shows_what_there_is(tmp_path: Path) -> None:
    text = as_text(Case(name="x", created="", folder=tmp_path), PARTS)
    assert "Goal" in text
    assert "Verdict" not in text


def test_evidence_carries_interval_and_basis(tmp_path: Path) -> None:
    text = as_text(full_case(tmp_path), ("verdict",))
    assert "The loss fell by 0.4 nats" in text
    assert "0.200 nats to 0.600 nats" in text
    assert "measured (bootstrap)" in text
    assert "would change  A smaller gain" in text


def test_bad_rows_are_named_by_line(tmp_path: Path) -> None:
    assert "line 7: not JSON" in as_text(full_case(tmp_path), ("data",))


def test_hostile_text_is_plain_in_both_answers(tmp_path: Path) -> None:
    case = full_case(tmp_path)
    assert case.data
    assert case.pilot
    sample = replace(case.pilot.samples[0], prompt=EVIL, tuned=EVIL)
    case = case.but(
        data=replace(case.data, path=EVIL, name=EVIL, labels=((EVIL, 3),)),
        pilot=replace(case.pilot, samples=(sample,), ended=EVIL),
    )
    text = as_text(case, PARTS)
    assert "\x1b" not in text
    assert "\u202e" not in text
    text.encode("utf-8")


def test_json_is_one_line_of_ascii_without_infinite_numbers(tmp_path: Path) -> None:
    case = full_case(tmp_path)
    assert case.pilot
    score = replace(case.pilot.scores[0], perplexity=math.inf, loss=math.nan)
    case = case.but(pilot=replace(case.pilot, scores=(score,), ended="\u202e\x1b[2J"))
    text = as_json(case, PARTS, "run")
    assert text.count("\n") == 1
    assert text.isascii()
    assert "\x1b" not in text
    document = json.loads(text, parse_constant=lambda word: 1 / 0)
    assert document["command"] == "run"
    assert document["ready"] is True
    assert document["case"]["pilot"]["scores"][0]["perplexity"] is None
    assert document["case"]["verdict"]["evidence"][0]["estimate"]["basis"] == "measured"


def test_columns_line_up() -> None:
    assert table([("a", "1"), ("long", "22")], frozenset((1,))) == ["a      1", "long  22"]
    assert table([]) == []
