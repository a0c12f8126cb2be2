"""What the README and the project's own scripts say is so."""

import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from advisor.cli.options import parse

ROOT = Path(__file__).parent.parent
_PACKAGES = ("heuristics", "advisor", "screens", "presets")
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _blocks(text: str) -> list[str]:
    return [block.strip() for block in re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL)]


def commands_of_the_readme(text: str = README) -> list[str]:
    """Every command of the program in the code blocks of a page, as typed."""
    lines = [line for block in _blocks(text) for line in block.splitlines()]
    return [line for line in lines if line.startswith("advisor ")]


def commands_of_the_documents() -> list[str]:
    """Those in blocks, in the steps of workflows, and in running text where they are whole."""
    found = []
    for page in sorted((ROOT / "docs").glob("*.md")):
        text = page.read_text(encoding="utf-8")
        found += commands_of_the_readme(text)
        found += [line.partition(" > ")[0] for line in re.findall(r"- run: (advisor .*)", text)]
        found += re.findall(r"`(advisor [^`]* [^`]*)`", text)
    return found


def test_setting_up_takes_two_commands_of_one_line() -> None:
    commands = [block for block in _blocks(README) if "-m venv" in block]
    assert commands == [
        "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/advisor demo",
        "python3 -m venv .venv && .venv/bin/pip install -e '.[test,qlora]' && .venv/bin/python -m pytest -q",
    ]


@pytest.mark.parametrize("command", commands_of_the_readme())
def test_every_command_of_the_tour_is_understood(command: str) -> None:
    words = shlex.split(command, comments=True)[1:]
    assert parse(words).command == words[0]


@pytest.mark.parametrize("command", dict.fromkeys(commands_of_the_documents()))
def test_every_command_of_the_documents_is_understood(command: str) -> None:
    words = shlex.split(command, comments=True)[1:]
    assert parse(words).command == words[0]


def test_the_tour_shows_every_command() -> None:
    shown = {shlex.split(command, comments=True)[1] for command in commands_of_the_readme()}
    assert shown == {
        "probe",
        "profile",
        "clean",
        "plan",
        "pilot",
        "verdict",
        "export",
        "memory",
        "offers",
        "doctor",
        "report",
        "run",
        "demo",
        "compare",
        "replay",
    }


def test_the_folder_list_is_complete() -> None:
    listed = set(re.findall(r"^\| `([a-z/]+)/` \|", README, flags=re.MULTILINE))
    rooms = {
        f"{each}/{room.parent.name}" for each in _PACKAGES for room in (ROOT / each).glob("*/__init__.py")
    }
    assert listed == {*_PACKAGES, *rooms, "tests", "benchmarks", "docs"}


def test_extras_named_in_the_set_up_exist() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    named = re.search(r"'\.\[([a-z,]+)\]'", README)
    assert named
    assert set(named.group(1).split(",")) <= set(extras)


def test_the_continuous_check_runs_the_test_command_of_the_readme() -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    shown = subprocess.run(
        [bash, str(ROOT / ".ci" / "run"), "--show"], capture_output=True, text=True, check=True, timeout=30
    )
    assert shown.stdout.strip() in _blocks(README)
    assert shown.stdout.strip().endswith("-m pytest -q")


def test_the_scripts_are_valid_shell() -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("bash is not installed")
    subprocess.run([bash, "-n", str(ROOT / ".ci" / "run")], check=True, timeout=30)


def test_targets_named_in_the_documents_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    documents = [str(each.relative_to(ROOT)) for each in (ROOT / "docs").glob("*.md")]
    for name in ("README.md", "CONTRIBUTING.md", "benchmarks/RESULTS.md", *documents):
        for target in re.findall(r"`make ([a-z-]+)`", (ROOT / name).read_text()):
            assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target
