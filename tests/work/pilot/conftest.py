"""One tiny model, and one pilot in each of two worlds, shared by the tests."""

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.worlds import base
from tests.work.pilot.pilot_worlds import (
    Piloted,
    learnable_rows,
    make_model,
    random_rows,
    run_pilot,
    spec_for,
    write_rows,
)


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random Llama with a chat template."""
    return make_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="session")
def worlds_base(pytestconfig: pytest.Config) -> Iterator[Path]:
    """The base model of the planted worlds, trained once for all tests and kept for the next run of them."""
    assert pytestconfig.cache is not None
    kept = pytestconfig.cache.mkdir("worlds")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(base, "cache_home", lambda: kept)
        with (kept / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            folder = base.base_model()
        yield folder


@pytest.fixture(scope="session")
def learnable(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Piloted:
    """A pilot where the answer follows from one word of the prompt."""
    folder = tmp_path_factory.mktemp("learnable")
    data = write_rows(folder / "rows.jsonl", learnable_rows())
    return Piloted(folder / "run", *run_pilot(spec_for(folder / "run", data, tiny_model)))


@pytest.fixture(scope="session")
def by_lot(tiny_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Piloted:
    """A pilot where the answers were drawn by lot."""
    folder = tmp_path_factory.mktemp("by_lot")
    data = write_rows(folder / "rows.jsonl", random_rows())
    return Piloted(folder / "run", *run_pilot(spec_for(folder / "run", data, tiny_model)))
