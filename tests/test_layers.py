"""Each front door imports only what its layer may know, and the wheel holds what it must."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = (
    "torch",
    "transformers",
    "datasets",
    "trl",
    "peft",
    "polars",
    "pyarrow",
    "accelerate",
    "bitsandbytes",
    "fairlearn",
    "sklearn",
)
SLOW = ("numpy", "scipy", "plotext")
TERMINAL = ("textual", "rich")

FORBIDDEN = {
    "screens.start": (*HEAVY, *SLOW, "advisor.work"),
    "screens.app": (*HEAVY, *SLOW, "advisor.work"),
    "advisor.cli.main": (*HEAVY, *SLOW, *TERMINAL, "advisor.work"),
    "advisor.cli.commands": (*HEAVY, *SLOW, *TERMINAL, "advisor.work"),
    "advisor.case": (*HEAVY, *SLOW, *TERMINAL, "advisor.work"),
    "advisor.jobs": (*HEAVY, *SLOW, *TERMINAL, "advisor.work"),
    "advisor.catalog": (*HEAVY, *SLOW, *TERMINAL, "advisor.work"),
    "advisor.models.search": (*HEAVY, *SLOW, *TERMINAL, "advisor.work"),
    "advisor.journey": (*HEAVY, *SLOW, *TERMINAL, "advisor.work"),
    "advisor.standing": (*HEAVY, *SLOW, *TERMINAL, "advisor.work"),
    "advisor.export.all": (*HEAVY, *SLOW, *TERMINAL, "advisor.work"),
    "heuristics.assess": (*HEAVY, *SLOW, *TERMINAL, "pydantic", "psutil", "advisor", "screens"),
    "heuristics.planning.plan": (*HEAVY, *SLOW, *TERMINAL, "pydantic", "psutil", "advisor", "screens"),
    "heuristics.verdict.table": (*HEAVY, *SLOW, *TERMINAL, "pydantic", "psutil", "advisor", "screens"),
}


@pytest.mark.parametrize("module", FORBIDDEN)
def test_a_front_door_imports_only_what_its_layer_may_know(module: str) -> None:
    code = f"import sys, {module}; print('\\n'.join(sys.modules))"
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    loaded = set(ran.stdout.split())
    assert module in loaded
    assert sorted(loaded & set(FORBIDDEN[module])) == []


def test_importing_the_program_touches_no_file(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    code = "import advisor.cli.commands, screens.app"
    environment = {"HOME": str(home), "PATH": "", "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "-c", code], cwd=home, env=environment, check=True, timeout=60)
    assert list(home.rglob("*")) == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Names in the wheel that the build backend makes of this tree."""
    folder = tmp_path_factory.mktemp("wheel")
    ran = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        return archive.namelist()


def test_the_wheel_holds_every_tracked_file_of_the_four_packages(wheel: list[str]) -> None:
    for package in ("heuristics", "advisor", "screens", "presets"):
        for path in (ROOT / package).rglob("*"):
            if path.is_file() and path.suffix in (
                ".py",
                ".toml",
                ".tcss",
                ".json",
                ".jsonl",
                ".safetensors",
                ".txt",
            ):
                assert path.relative_to(ROOT).as_posix() in wheel


def test_the_wheel_holds_the_demo(wheel: list[str]) -> None:
    assert "presets/demo/triage.jsonl" in wheel
    assert "presets/demo/model/config.json" in wheel
    assert "presets/demo/model/model.safetensors" in wheel
    assert any(name.endswith(".tcss") for name in wheel)


def test_the_wheel_holds_nothing_else(wheel: list[str]) -> None:
    tops = {name.split("/")[0] for name in wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == {
        "heuristics",
        "advisor",
        "screens",
        "presets",
    }
