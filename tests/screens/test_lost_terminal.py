"""A terminal that goes away, as when a connection drops, takes the program with it."""

import os
import time
from pathlib import Path

import pytest

from advisor.files import is_locked
from tests.screens.test_start import in_a_terminal, read_until


@pytest.mark.parametrize("wanted", [b"\x1b[?1049h", b"Export"], ids=["while starting", "while idle"])
def test_the_program_ends_and_gives_the_case_back(wanted: bytes, tmp_path: Path) -> None:
    case = tmp_path / "case"
    process, screen = in_a_terminal(["--case", str(case)], tmp_path)
    read_until(screen, wanted, 30)
    os.close(screen)
    assert ended(process, 20.0), "the program hangs without its terminal"
    assert not is_locked(case / "lock")


def ended(process: int, seconds: float) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if os.waitpid(process, os.WNOHANG)[0]:
            return True
        time.sleep(0.1)
    os.kill(process, 9)
    os.waitpid(process, 0)
    return False
