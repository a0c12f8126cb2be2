"""The places where files will be written: room left, and how fast a small file reaches the disk."""

import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Literal

from advisor.text import one_line
from heuristics.facts.machine import Disk

SAMPLE = 8 << 20
"""Bytes written to measure."""
SPARE = 64 << 20
"""Bytes that must be free before anything is written to measure."""


def disk_of(purpose: Literal["case", "models"], folder: Path, measure: bool) -> Disk:
    """Free room and write speed of `folder`, or of the nearest folder above it that exists."""
    place = next(each for each in (folder.absolute(), *folder.absolute().parents) if each.is_dir())
    free = shutil.disk_usage(place).free
    speed, writable = None, os.access(place, os.W_OK)
    if writable and measure and free > SPARE:
        try:
            speed = write_speed(place)
        except OSError:
            writable = False
    return Disk(purpose, one_line(str(folder), 400), free, speed, writable)


def write_speed(folder: Path) -> float:
    """Megabytes (10^6) per second of one small file written and synced; the file is gone afterwards."""
    data = os.urandom(1 << 20)
    with tempfile.TemporaryFile(dir=folder) as file:
        began = time.perf_counter()
        for _ in range(SAMPLE >> 20):
            file.write(data)
        file.flush()
        os.fsync(file.fileno())
        seconds = time.perf_counter() - began
    return round(SAMPLE / 1e6 / max(seconds, 1e-6), 1)
