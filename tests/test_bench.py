"""`make bench` runs what exists, and tells a benchmark that broke from a target that was missed."""

import subprocess
import sys

import pytest

from benchmarks.bench import CHILD, ROOT, Ran, commands

COMMANDS = [*commands(None), *commands("python")]


@pytest.mark.parametrize("command", dict.fromkeys(COMMANDS))
def test_each_command_names_a_benchmark_and_options_that_it_has(command: str) -> None:
    name, *words = command.split()
    source = (ROOT / "benchmarks" / f"{name}.py").read_text(encoding="utf-8")
    assert "def main(" in source
    assert all(f'"{each}"' in source for each in words if each.startswith("--"))


@pytest.mark.parametrize(
    ("body", "outcome"),
    [("return 0", "met"), ("return 1", "MISSED"), ("raise RuntimeError", "FAILED"), ("exit(2)", "FAILED")],
)
def test_a_fault_is_no_missed_target(
    tmp_path_factory: pytest.TempPathFactory, body: str, outcome: str
) -> None:
    folder = tmp_path_factory.mktemp("made")
    (folder / "benchmarks").mkdir()
    (folder / "benchmarks" / "__init__.py").touch()
    (folder / "benchmarks" / "made.py").write_text(f"def main():\n    {body}\n", encoding="utf-8")
    code = subprocess.run(
        [sys.executable, "-c", CHILD, "made"], cwd=folder, capture_output=True, check=False
    ).returncode
    assert Ran("made", 1.0, code).outcome == outcome
