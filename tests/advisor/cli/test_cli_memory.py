"""`advisor memory`: an answer in the exit code, whatever the model."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from advisor.cli.main import main
from advisor.simulations import kept_simulation

pytestmark = pytest.mark.slow

CONFIG: dict[str, object] = {
    "model_type": "llama",
    "architectures": ["LlamaForCausalLM"],
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 128,
    "vocab_size": 1024,
    "max_position_embeddings": 512,
    "tie_word_embeddings": False,
}
GIB = 1 << 30


@pytest.fixture(scope="module", autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("home")
        patch.setenv("ADVISOR_HOME", str(folder))
        patch.setenv("HF_HUB_OFFLINE", "1")
        yield folder


def _model(folder: Path, **changes: object) -> str:
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps({**CONFIG, **changes}))
    return str(folder)


def _asked(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, object]]:
    code = main(["memory", *words, "--json"])
    out = capsys.readouterr().out
    return code, json.loads(out) if out else {}


def test_a_config_alone_is_enough_and_the_exit_code_says_what_fits(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = _model(tmp_path / "model")
    code, said = _asked(capsys, model, "--memory", "8", "--seq", "64")
    memory = said["memory"]
    assert isinstance(memory, dict)
    total = memory["total"]
    assert (code, said["answer"], total["basis"]) == (0, "fits", "simulated")
    assert total["low"] < total["value"] < total["high"]
    assert _asked(capsys, model, "--memory", str(total["low"] * 0.9 / GIB), "--seq", "64")[0] == 1
    assert _asked(capsys, model, "--memory", str(total["value"] / GIB), "--seq", "64")[0] == 4
    assert _asked(capsys, model, "--memory", "0", "--seq", "64")[0] == 1


def test_the_text_names_the_parts_and_the_basis(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["memory", _model(tmp_path / "model"), "--memory", "8", "--seq", "64"]) == 0
    out = capsys.readouterr().out
    assert "It fits" in out
    assert "simulated" in out
    assert all(word in out for word in ("weights", "adapter", "activations", "fragmentation"))


def test_a_model_that_wants_its_own_code_is_estimated_by_formula(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = _model(tmp_path / "model", auto_map={"AutoConfig": "code.Config"})
    code, said = _asked(capsys, model, "--memory", "8")
    assert code == 0
    assert said["simulation"] is None
    assert "auto_map" in str(said["why_formula"])


def test_a_length_beyond_the_models_context_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = _model(tmp_path / "model", model_type="brand_new")
    told = "tokens are more than the model's context of 512: a plan would cut the rows there"
    assert main(["memory", model, "--memory", "8", "--seq", "10000000"]) == 1
    assert f"10,000,000 {told}" in capsys.readouterr().err
    assert main(["memory", model, "--memory", "8", "--seq", "512"]) == 0
    assert told not in capsys.readouterr().err


def test_an_unknown_architecture_is_estimated_by_formula(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = _asked(capsys, _model(tmp_path / "model", model_type="brand_new"), "--memory", "8")
    assert code == 0
    assert said["why_formula"] == "the installed transformers does not know the architecture brand_new"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"num_hidden_layers": 10**9}, ()),
        ({"hidden_size": -1}, ()),
        ({"vocab_size": "many"}, ()),
        ({"num_attention_heads": 3, "num_key_value_heads": 3}, ()),
        ({"num_attention_heads": 4, "num_key_value_heads": 3}, ()),
        ({}, ("--memory", "nan")),
        ({}, ("--memory", "-1")),
        ({}, ("--gpu", "Abacus 3000")),
        ({}, ("--seq", "0")),
        ({}, ("--seq", "99999999999")),
        ({}, ("--optimizer", "guess")),
    ],
)
def test_what_makes_no_sense_is_a_usage_error_in_one_line(
    changes: dict[str, object], words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["memory", _model(tmp_path / "model", **changes), *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert len(captured.err.strip().splitlines()) == 1


def test_a_damaged_cache_is_worked_out_again(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = _model(tmp_path / "model")
    for file in (home / "cache" / "simulations").glob("*.json"):
        file.write_text("{")
    code, said = _asked(capsys, model, "--memory", "8", "--seq", "64")
    assert (code, said["why_formula"]) == (0, "")


def test_a_kept_simulation_is_found_in_a_tenth_of_a_second(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import time

    from advisor.models.folder import facts_of_folder
    from heuristics.facts.simulation import TrainingStep

    model = _model(tmp_path / "model")
    _, said = _asked(capsys, model, "--memory", "8", "--seq", "64")
    raw = said["step"]
    assert isinstance(raw, dict)
    step = TrainingStep(**{**raw, "targets": tuple(raw["targets"])})
    facts = facts_of_folder(tmp_path / "model", "model", "local")
    began = time.perf_counter()
    assert kept_simulation(facts, step) is not None
    assert time.perf_counter() - began < 0.1
