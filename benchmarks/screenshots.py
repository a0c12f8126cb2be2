"""Pictures of the seven steps, made from a real run of the demo, for the README."""

import argparse
import asyncio
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from advisor.case import load
from advisor.files import write_atomic
from advisor.steps import STEPS
from benchmarks.program import ADVISOR
from screens.app import AdvisorApp

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
SIZE = (100, 30)
SETTLED = 1.5
"""Seconds after which a step has drawn what it works out beside the terminal."""
_OUTSIDE = re.compile(r"@font-face\s*\{.*?\}", re.DOTALL)
"""Fonts that a picture would fetch; the reader's own monospaced one serves."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the demo, or take a finished case, and write one SVG for each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", type=Path, help="folder of a finished case (default: a new demo)")
    asked = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as home:
        folder = asked.case or _demo(Path(home) / "demo")
        for step, picture in asyncio.run(_pictures(folder)).items():
            PICTURES.mkdir(parents=True, exist_ok=True)
            write_atomic(PICTURES / f"{step}.svg", picture, mode=0o644)
            print(PICTURES / f"{step}.svg")
    return 0


def _demo(folder: Path) -> Path:
    """The case of a demo that just ran; its exit code says what the verdict is, which is not asked here."""
    command = [*ADVISOR, "demo", "--headless"]
    done = subprocess.run([*command, "--case", str(folder)], stdout=subprocess.DEVNULL, check=False)
    if done.returncode > 1:
        raise SystemExit(f"the demo ended with exit code {done.returncode}")
    return folder


async def _pictures(folder: Path) -> dict[str, str]:
    app = AdvisorApp(load(folder))
    found: dict[str, str] = {}
    async with app.run_test(size=SIZE) as pilot:
        for step in STEPS:
            await app.switch_mode(step)
            await pilot.pause(SETTLED)
            found[step] = without_outside(app.export_screenshot(title="Fine-tuning Advisor"))
    return found


def without_outside(picture: str) -> str:
    """The picture without what a viewer would have to fetch."""
    return _OUTSIDE.sub("", picture).replace("Fira Code", "monospace")


if __name__ == "__main__":
    sys.exit(main())
