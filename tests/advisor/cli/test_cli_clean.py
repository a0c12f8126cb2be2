"""advisor clean as a script uses it: preview, clean, use the plan again."""

import json
import time
from itertools import pairwise
from pathlib import Path

import pytest

from advisor.cleaning_file import read_cleaning
from advisor.errors import BadInput
from heuristics.facts.data import Columns
from tests.advisor.cli.test_cli_journey import run
from tests.data_samples import question_rows, write_jsonl

MARK = {"question": "Tom &amp; Jerry?", "answer": "yes"}


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return write_jsonl(tmp_path / "rows.jsonl", [*question_rows(6), MARK, MARK])


def test_a_preview_says_what_would_change_and_is_not_ready_while_something_would(
    rows: Path, tmp_path: Path
) -> None:
    code, out, err = run(tmp_path, "clean", str(rows), "--preview", "--case", "one")
    assert code == 1, err
    assert "[x]  entities" in out
    assert not list(tmp_path.rglob("*.cleaned*"))
    code, out, _ = run(tmp_path, "clean", str(rows), "--preview", "--fix", "html", "--case", "two")
    assert code == 0
    assert "[ ]  entities" in out


def test_a_plan_is_used_again_and_finds_nothing_left_to_do(rows: Path, tmp_path: Path) -> None:
    code, out, err = run(tmp_path, "clean", str(rows), "--out", "first", "--json")
    assert code == 0, err
    done = json.loads(out)["case"]["cleaned"]
    assert (done["rows_in"], done["rows_out"], done["changed"], done["removed"]) == (8, 7, 1, 1)
    copy = tmp_path / "first" / "rows.cleaned.jsonl"
    assert len(copy.read_bytes().splitlines()) == 7
    plan = tmp_path / "first" / "cleaning.toml"
    code, out, err = run(tmp_path, "clean", str(copy), "--plan", str(plan), "--out", "second", "--json")
    assert code == 0, err
    again = json.loads(out)["case"]["cleaned"]
    assert (again["changed"], again["removed"]) == (0, 0)
    assert (tmp_path / "second" / "rows.cleaned.jsonl").read_bytes() == copy.read_bytes()
    assert (tmp_path / "second" / "changes.jsonl").read_bytes() == b""


def test_a_plan_brings_the_column_mapping_to_the_next_version_of_the_file(tmp_path: Path) -> None:
    odd = [{"frage": f"Was ist {n}?", "antwort": "" if n % 4 == 0 else f"Das ist {n}."} for n in range(20)]
    first = write_jsonl(tmp_path / "first.jsonl", odd)
    mapped = ("--column", "prompt=frage", "--column", "answer=antwort", "--fix", "empty_answers")
    code, _, err = run(tmp_path, "clean", str(first), *mapped, "--out", "one", "--case", "one")
    assert code == 0, err
    plan = tmp_path / "one" / "cleaning.toml"
    assert read_cleaning(plan).columns == Columns(prompt="frage", answer="antwort")
    later = write_jsonl(tmp_path / "later.jsonl", [*odd, {"frage": "Neu?", "antwort": ""}])
    replay = ("--plan", str(plan), "--out", "two", "--case", "two", "--json")
    code, out, err = run(tmp_path, "clean", str(later), *replay)
    assert code == 0, err
    assert json.loads(out)["case"]["cleaned"]["removed"] == 6
    plan.write_text('fixes = []\n[columns]\nanswr = "x"\n', encoding="utf-8")
    with pytest.raises(BadInput, match="answr"):
        read_cleaning(plan)


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("--fix", "nonsense"), "No fix is called nonsense"),
        (("--fix", "leaks"), "No test file is named"),
        (("--fix", "labels"), "No spelling of a label is chosen"),
        (("--plan", "missing.toml"), "missing.toml cannot be read"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_code_two(
    rows: Path, tmp_path: Path, argv: tuple[str, ...], words: str
) -> None:
    code, out, err = run(tmp_path, "clean", str(rows), *argv)
    assert code == 2
    assert words in err.splitlines()[-1]
    assert out == ""


def test_every_fault_of_a_plan_is_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "cleaning.toml"
    path.write_text('fixes = ["html"]\nnear_similarity = 3\nconflict = "drop"\n', encoding="utf-8")
    with pytest.raises(
        BadInput, match=r"near_similarity: .*conflict: not a known key, did you mean conflicts\?"
    ):
        read_cleaning(path)
    path.write_text("version = 99\nfixes = []\n", encoding="utf-8")
    with pytest.raises(BadInput, match="newer version"):
        read_cleaning(path)


@pytest.mark.parametrize(
    "text",
    [
        "!!python/object/apply:os.system ['touch ran']",
        'fixes = !!python/object/apply:os.system ["touch ran"]',
        "a: &a [x, x]\n"
        + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in pairwise("abcdefghijklmnopqrstuvwxyz")),
        "fixes = " + "[" * 5000 + "]" * 5000,
        "near_similarity = " + "9" * 100_000,
    ],
    ids=["yaml object", "yaml in toml", "laughs", "nested", "number"],
)
def test_a_hostile_plan_runs_nothing_and_is_refused_in_one_line(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "cleaning.toml"
    path.write_text(text, encoding="utf-8")
    began = time.monotonic()
    with pytest.raises(BadInput) as refused:
        read_cleaning(path)
    assert time.monotonic() - began < 20
    assert "\n" not in refused.value.message
    assert len(refused.value.message) < 1500
    assert [each.name for each in tmp_path.iterdir()] == ["cleaning.toml"]


def test_a_fix_that_changed_since_the_plan_was_written_is_told(tmp_path: Path) -> None:
    path = tmp_path / "cleaning.toml"
    path.write_text('fixes = ["html", "spaces"]\n[fix_versions]\nhtml = 0\nspaces = 1\n', encoding="utf-8")
    plan = read_cleaning(path)
    assert plan.cleaning.fixes == ("html", "spaces")
    assert plan.moved == ("html",)


def test_a_profile_is_ready_or_not_for_continuous_integration(rows: Path, tmp_path: Path) -> None:
    good = write_jsonl(tmp_path / "good.jsonl", question_rows(80))
    code, out, err = run(tmp_path, "profile", str(good), "--json", "--case", "good")
    assert code == 0, err
    columns = json.loads(out)["case"]["data"]["columns"]
    assert [(each["name"], each["valid"], each["missing"]) for each in columns] == [
        ("question", 80, 0),
        ("answer", 80, 0),
    ]
    leaking = write_jsonl(
        tmp_path / "leaking.jsonl",
        [*question_rows(80), {"question": "key?", "answer": "AKIAABCDEFGHIJKLMNOP"}],
    )
    code, out, _ = run(tmp_path, "profile", str(leaking), "--json", "--case", "leaking")
    assert code == 1
    found = {each["rule"]: each["level"] for each in json.loads(out)["findings"]}
    assert found["data.secrets"] == "BLOCK"
    assert "AKIAABCD" not in out
    code, out, _ = run(tmp_path, "profile", str(tmp_path / "missing.jsonl"), "--json")
    assert (code, out) == (2, "")
