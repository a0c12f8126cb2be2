"""What the documents say of commands, messages, files and the verdict is what the program does."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from advisor.case import Case
from advisor.catalog import gpus
from advisor.cleaning_file import CleaningFile
from advisor.cli.exits import Exit
from advisor.cli.memory import Answer
from advisor.events import Event
from advisor.export.all import targets
from advisor.market import OPTIONAL, REQUIRED
from heuristics.verdict.table import BRANCHES

ROOT = Path(__file__).parent.parent
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [*DOCS, *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md"))]
SOURCE = "\n".join(
    each.read_text(encoding="utf-8")
    for folder in ("advisor", "heuristics", "screens")
    for each in sorted((ROOT / folder).rglob("*.py"))
)
_JOINED = re.sub(r'"\s*\n\s*f?"', "", SOURCE)
"""With the parts of texts that stand on several lines put together."""
_FOLDERS = ("heuristics/", "advisor/", "screens/", "presets/", "tests/", "benchmarks/", "docs/")
_ENVIRONMENT = re.compile(r'"(ADVISOR_[A-Z_]+)"')
_INTERNAL = {"ADVISOR_WITHOUT_TORCH"}
"""Set by the program for its own children."""


def _page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def _links(text: str) -> Iterator[str]:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
        if "://" not in target:
            yield target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    for target in _links(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", [*PAGES, ROOT / "benchmarks" / "NOTES.md"], ids=lambda page: page.name)
def test_every_source_file_and_constant_that_a_page_names_exists(page: Path) -> None:
    named = re.findall(r"`([\w/.]+)`", page.read_text(encoding="utf-8"))
    files = [each for each in named if each.startswith(_FOLDERS)]
    constants = [each for each in named if re.fullmatch(r"[A-Z]+_[A-Z_]+", each)]
    assert not [each for each in files if not (ROOT / each).exists()]
    assert not [each for each in constants if not re.search(rf"\b{each}\b", SOURCE)]
    assert len(files) > 10 or page.name not in ("method.md", "CONTRIBUTING.md")


def test_the_decision_table_lists_every_branch_in_order() -> None:
    section = _page("method.md").split("## Verdict")[1].split("## Cost")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == [each.__name__ for each in BRANCHES]


def test_every_kind_of_event_is_listed_once() -> None:
    union = get_args(Event)[0]
    kinds = [each.model_fields["kind"].default for each in get_args(union)]
    section = _page("files.md").split("**events.jsonl**")[1].split("Lines that are no event")[0]
    listed = [
        kind
        for cell in re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE)
        for kind in re.findall(r"`(\w+)`", cell)
    ]
    assert sorted(listed) == sorted(kinds)


@pytest.mark.parametrize(
    ("start", "kind"), [("**case.toml** has", Case), ("**cleaning.toml** replays", CleaningFile)]
)
def test_every_key_of_a_file_is_listed(start: str, kind: type[BaseModel]) -> None:
    listed = set(re.findall(r"`(\w+)", start + _page("files.md").split(start)[1].split("\n\n")[0]))
    assert {name for name, field in kind.model_fields.items() if not field.exclude} <= listed


def test_every_exit_code_is_listed_once() -> None:
    rows = re.findall(r"^\| (\d) \|", _page("files.md").split("## Exit codes")[1], re.MULTILINE)
    assert sorted(map(int, rows)) == sorted({*Exit, *Answer})


def test_every_variable_of_the_program_is_listed() -> None:
    assert not [
        each for each in set(_ENVIRONMENT.findall(SOURCE)) - _INTERNAL if each not in _page("files.md")
    ]


def test_every_gpu_of_a_recipe_is_known() -> None:
    named = set(re.findall(r"--gpu '([^']+)'", _page("recipes.md")))
    assert named
    assert named <= {each.name for each in gpus()}


def test_every_export_and_every_column_of_prices_is_listed() -> None:
    page = _page("files.md")
    assert not [each.name for each in targets() if f"`{each.name}`" not in page]
    assert f"`{', '.join(REQUIRED)}`" in page
    assert f"`{', '.join(OPTIONAL)}`" in page


def _messages() -> Iterator[str]:
    for row in re.findall(r"^\| (.+?) \| .+ \| .+ \|$", _page("troubleshooting.md"), re.MULTILINE):
        yield from re.findall(r"`([^`]+)`", row)


@pytest.mark.parametrize("message", sorted(set(_messages())))
def test_every_message_that_is_explained_is_one_of_the_program(message: str) -> None:
    parts = [each.strip() for each in message.split("…")]
    assert all(part in _JOINED for part in parts), message
