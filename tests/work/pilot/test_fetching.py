"""A pilot's model comes from the Hub whole, or one line says why not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from advisor.errors import BadModel
from advisor.events import Step
from advisor.jobs import read_events
from advisor.work.emit import Emitter
from advisor.work.pilot.fetching import model_folder
from heuristics.facts.model import ModelFacts, ModelShape
from tests.advisor.hub_double import COMMIT, Repository, hub

SHAPE = ModelShape(48, 2, 4, 2, 12, 96, 330, True, 60_000, 60_000, 128)
FILES = {
    "config.json": b"{}",
    "tokenizer.json": b"{}",
    "model.safetensors": b"0" * 4096,
    "pytorch_model.bin": b"never fetched",
    "modeling_own.py": b"raise SystemExit",
}
Fetch = Callable[[dict[str, Repository], str, bool], Path]


@pytest.fixture
def run(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    return tmp_path / "run"


@pytest.fixture
def fetch(tmp_path: Path, run: Path, monkeypatch: pytest.MonkeyPatch) -> Fetch:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "cache"))

    def fetched(repositories: dict[str, Repository], name: str, offline: bool = False) -> Path:
        with hub(repositories) as address:
            monkeypatch.setenv("HF_ENDPOINT", address)
            return model_folder(ModelFacts(name, "hub", "llama", SHAPE), offline, Emitter(run))

    return fetched


def test_what_training_needs_is_fetched_and_neither_code_nor_pickles(fetch: Fetch, run: Path) -> None:
    folder = fetch({"ada/one": Repository(FILES)}, "ada/one", False)
    assert {each.name for each in folder.iterdir()} == {"config.json", "tokenizer.json", "model.safetensors"}
    assert (folder / "model.safetensors").read_bytes() == FILES["model.safetensors"]
    steps = [each for each in read_events(run) if isinstance(each, Step)]
    assert steps
    assert all(0 <= each.done <= each.total and each.unit == "bytes" for each in steps)


def test_what_is_here_is_not_fetched_again(fetch: Fetch, run: Path) -> None:
    first = fetch({"ada/one": Repository(FILES)}, "ada/one", False)
    said = len(read_events(run))
    assert fetch({}, "ada/one", False) == first
    assert len(read_events(run)) == said


def test_a_tokenizer_that_was_fetched_alone_is_no_model(fetch: Fetch, tmp_path: Path) -> None:
    repository = tmp_path / "cache" / "models--ada--one"
    (repository / "snapshots" / COMMIT).mkdir(parents=True)
    (repository / "snapshots" / COMMIT / "tokenizer.json").write_bytes(b"{}")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    folder = fetch({"ada/one": Repository(FILES)}, "ada/one", False)
    assert (folder / "model.safetensors").is_file()


@pytest.mark.parametrize(
    ("name", "offline", "said"),
    [
        ("ada/gated", False, "is gated"),
        ("ada/none", False, "The Hub has no public model"),
        ("ada/trouble", False, "the Hub cannot be reached"),
        ("ada/one", True, "the network is off"),
        ("no id/at/all", False, "neither a folder nor a Hub id"),
    ],
)
def test_a_model_that_cannot_be_had_says_why(fetch: Fetch, name: str, offline: bool, said: str) -> None:
    known = {"ada/one": Repository(FILES), "ada/gated": Repository(FILES, gated=True)}
    known["ada/trouble"] = Repository({}, refused=(500, {}, b"{}"))
    with pytest.raises(BadModel, match=said) as caught:
        fetch(known, name, offline)
    assert caught.value.do


def test_a_folder_that_is_gone_says_so(run: Path, tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    with pytest.raises(BadModel, match="is not a folder"):
        model_folder(ModelFacts("gone", "local", "llama", SHAPE, path=gone), False, Emitter(run))
