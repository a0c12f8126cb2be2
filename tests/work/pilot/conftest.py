"""One tiny model, and one pilot in each of two worlds, shared by the tests."""

from pathlib import Path

import pytest

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
