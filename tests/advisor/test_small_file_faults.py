"""Caches, prices, attempts and exported rows: a fault leaves the old state or the new."""

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import orjson
import pytest

from advisor import caches
from advisor.case import load, new_case, save
from advisor.catalog import OfferEntry
from advisor.errors import NoSpace
from advisor.files import sweep_temporaries
from advisor.market import read_table, table_path, use_table
from advisor.work.data.examples import Example
from advisor.work.data.export import write_rows
from advisor.work.data.progress import Progress
from advisor.work.emit import Emitter
from advisor.work.pilot.attempt import Attempt, begin, left_over
from tests.advisor.example_case import recipe
from tests.file_faults import FAULTS, Fault, strike_everywhere


@dataclass(frozen=True)
class Saved:
    """One kind of saved file: how a number is written to it, and how it is read back."""

    write: Callable[[Path, int], None]
    read: Callable[[Path], int | None]


def _cache_read(_folder: Path) -> int | None:
    raw = caches.kept("faults", "key")
    return None if raw is None else int(raw)


def _attempt_read(folder: Path) -> int | None:
    found = left_over(folder)
    return None if found is None else found.tries


def _rows_write(folder: Path, number: int) -> None:
    rows = tuple(Example(line, f"p{line}", str(number)) for line in range(1, 40))
    said = folder / "said"
    said.mkdir(exist_ok=True)
    write_rows(folder / "train.jsonl", rows, lambda each: {"answer": each.answer}, _silent(said, len(rows)))


def _silent(folder: Path, rows: int) -> Progress:
    return Progress(Emitter(folder), "writing", rows * 10**6, "rows")


def _rows_read(folder: Path) -> int | None:
    path = folder / "train.jsonl"
    if not path.exists():
        return None
    answers = [orjson.loads(line)["answer"] for line in path.read_bytes().splitlines()]
    assert len(answers) == 39
    assert len(set(answers)) == 1
    return int(answers[0])


OFFER = OfferEntry(
    provider="one",
    instance="a",
    gpu="L4",
    gpus=1,
    gpu_memory_gib=24.0,
    usd_per_hour=1.0,
    date=date(2026, 1, 1),
    verified="y",
    source="here",
)


def _prices_write(_folder: Path, number: int) -> None:
    use_table([OFFER.model_copy(update={"gpus": number})])


def _prices_read(_folder: Path) -> int | None:
    found = read_table(table_path())
    return found[0].gpus if len(found) == 1 else None


SAVED = {
    "prices": Saved(_prices_write, _prices_read),
    "cache": Saved(lambda _folder, number: caches.keep("faults", "key", str(number).encode()), _cache_read),
    "attempt": Saved(
        lambda folder, number: begin(folder, Attempt(recipe=recipe(), tries=number)), _attempt_read
    ),
    "exported rows": Saved(_rows_write, _rows_read),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("kind", SAVED)
def test_what_is_there_is_the_old_or_the_new(
    kind: str, fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ADVISOR_HOME", str(tmp_path / "home"))
    saved = SAVED[kind]
    seen: set[int | None] = set()

    def judge() -> None:
        seen.add(saved.read(tmp_path))
        saved.write(tmp_path, 1)

    saved.write(tmp_path, 1)
    assert strike_everywhere(lambda: saved.write(tmp_path, 2), fault, judge) >= 4
    assert seen == {1, 2}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 256 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root may mount")
    words = ["mount", "-t", "tmpfs", "-o", "size=256k,mode=700", "tmpfs", str(place)]
    if subprocess.run(words, check=False, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_real_disk_that_is_full_keeps_the_case_and_goes_on_once_there_is_room(small_disk: Path) -> None:
    case = new_case(small_disk / "case", "old")
    save(case)
    filler = small_disk / "filler"
    with pytest.raises(OSError, match="No space"), filler.open("wb", buffering=0) as file:
        while True:
            file.write(b"\0" * 4096)
    big = case.but(data_more=tuple(f"/data/{number}" for number in range(2000)))
    with pytest.raises(NoSpace):
        save(big)
    assert load(case.folder) == case
    sweep_temporaries(case.folder)
    assert [each.name for each in case.folder.iterdir()] == ["case.toml"]
    filler.unlink()
    save(big)
    assert load(case.folder) == big
