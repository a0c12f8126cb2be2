"""Data and models that cannot be used: each is one line with what to do."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from advisor.errors import BadData, BadModel
from advisor.work.emit import Emitter
from advisor.work.pilot.fetching import model_folder
from tests.work.pilot.pilot_worlds import learnable_rows, model_facts, run_pilot, spec_for, write_rows

pytestmark = pytest.mark.slow

WEIGHTS = "model.safetensors"


@pytest.fixture
def model(tiny_model: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


def edit_config(model: Path, **values: object) -> None:
    config = json.loads((model / "config.json").read_text(encoding="utf-8"))
    (model / "config.json").write_text(json.dumps({**config, **values}), encoding="utf-8")


def without_weights(model: Path) -> None:
    (model / WEIGHTS).unlink()


def pickle_only(model: Path) -> None:
    torch.save(load_file(model / WEIGHTS), model / "pytorch_model.bin")
    (model / WEIGHTS).unlink()


def cut_weights(model: Path) -> None:
    whole = (model / WEIGHTS).read_bytes()
    (model / WEIGHTS).write_bytes(whole[: len(whole) // 2])


def without_tokenizer(model: Path) -> None:
    for each in model.glob("*token*"):
        each.unlink()


def without_end_token(model: Path) -> None:
    path = model / "tokenizer_config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config.pop("eos_token")
    path.write_text(json.dumps(config), encoding="utf-8")


def other_sizes(model: Path) -> None:
    edit_config(model, intermediate_size=64)


def more_layers(model: Path) -> None:
    edit_config(model, num_hidden_layers=3)


def smaller_vocabulary(model: Path) -> None:
    tensors = load_file(model / WEIGHTS)
    tensors["model.embed_tokens.weight"] = tensors["model.embed_tokens.weight"][:300].clone()
    save_file(tensors, model / WEIGHTS, metadata={"format": "pt"})
    edit_config(model, vocab_size=300)


def unknown_architecture(model: Path) -> None:
    edit_config(model, model_type="nobody-knows")


def code_of_its_own(model: Path) -> None:
    edit_config(model, model_type="nobody-knows", auto_map={"AutoModelForCausalLM": "theirs.Theirs"})
    (model / "theirs.py").write_text("raise SystemExit('ran')", encoding="utf-8")


def encoder_model(model: Path) -> None:
    edit_config(model, model_type="t5")


def broken_config(model: Path) -> None:
    (model / "config.json").write_text("{", encoding="utf-8")


def raising_template(model: Path) -> None:
    (model / "chat_template.jinja").write_text("{{ raise_exception('no user turns') }}", encoding="utf-8")


def damaged_numbers(model: Path) -> None:
    tensors = load_file(model / WEIGHTS)
    tensors["model.norm.weight"] = torch.full_like(tensors["model.norm.weight"], float("nan"))
    save_file(tensors, model / WEIGHTS, metadata={"format": "pt"})


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (without_weights, "no weights"),
        (pickle_only, "pickle"),
        (cut_weights, "model.safetensors"),
        (without_tokenizer, "tokenizer"),
        (without_end_token, "end-of-text"),
        (other_sizes, "sizes"),
        (more_layers, "tensors"),
        (smaller_vocabulary, "300 tokens"),
        (unknown_architecture, "architecture"),
        (code_of_its_own, "architecture|code"),
        (encoder_model, "not a text-generating model"),
        (broken_config, "config"),
        (raising_template, "template refuses"),
        (damaged_numbers, "not a number"),
    ],
)
def test_a_model_that_cannot_be_used_is_one_line_with_what_to_do(
    spoil: Callable[[Path], None], words: str, model: Path, tmp_path: Path
) -> None:
    spoil(model)
    data = write_rows(tmp_path / "rows.jsonl", learnable_rows()[:60])
    with pytest.raises(BadModel, match=words) as caught:
        run_pilot(spec_for(tmp_path / "run", data, model))
    assert "\n" not in caught.value.message and len(caught.value.message) < 300
    assert caught.value.do


@pytest.mark.parametrize("count", [3, 12])
def test_too_few_rows_name_the_least(count: int, model: Path, tmp_path: Path) -> None:
    data = write_rows(tmp_path / "rows.jsonl", learnable_rows()[:count])
    with pytest.raises(BadData, match=f"Too few rows for a pilot: {count} usable ones, at least 16"):
        run_pilot(spec_for(tmp_path / "run", data, model))


def test_rows_that_all_ask_the_same_cannot_be_held_out(model: Path, tmp_path: Path) -> None:
    rows = [{"question": "Who writes?", "answer": f"queue {number}"} for number in range(40)]
    data = write_rows(tmp_path / "rows.jsonl", rows)
    with pytest.raises(BadData, match="Too few rows with different prompts"):
        run_pilot(spec_for(tmp_path / "run", data, model))


def test_a_model_that_is_not_here_is_not_asked_for_offline(tmp_path: Path) -> None:
    facts = model_facts(tmp_path / "gone")
    with pytest.raises(BadModel, match="is not a folder"):
        model_folder(facts, True, Emitter(tmp_path))
