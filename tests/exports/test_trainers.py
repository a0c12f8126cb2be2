"""The trainers' own parsers read what is exported for them, and make the pilot's ids and labels "
"of the rows."""

import json
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from advisor.work.data.render import Template
from tests.exports.exported import IGNORED, Exported, export

pytestmark = pytest.mark.exports


def differences(made: Exported, ids: list[list[int]], labels: list[list[int]]) -> list[int]:
    """Rows in which anything differs."""
    assert len(ids) == len(made.ids)
    return [
        place
        for place in range(len(ids))
        if list(ids[place]) != made.ids[place] or list(labels[place]) != made.labels[place]
    ]


@pytest.mark.parametrize("method", ["full", "lora", "qlora"])
@pytest.mark.parametrize("template", ["chat", "plain", "none"])
def test_axolotl_accepts_every_key(tmp_path: Path, template: Template, method: str) -> None:
    pytest.importorskip("axolotl")
    from axolotl.utils.schemas.config import AxolotlInputConfig

    made = export(tmp_path, template, method=method)
    config = yaml.safe_load((made.folder / "axolotl.yaml").read_text())
    unknown = set(config) - set(AxolotlInputConfig.model_fields)
    assert not unknown
    read = AxolotlInputConfig.model_validate(config)
    assert read.learning_rate == config["learning_rate"]
    assert read.datasets[0].path == config["datasets"][0]["path"]


@pytest.mark.parametrize("template", ["chat", "plain"])
def test_axolotl_makes_the_pilots_ids_and_labels(tmp_path: Path, template: Template) -> None:
    pytest.importorskip("axolotl")
    from axolotl.prompt_strategies import load
    from axolotl.utils.dict import DictDefault
    from axolotl.utils.schemas.config import AxolotlInputConfig

    from advisor.work.tokenizer import load_tokenizer

    made = export(tmp_path, template)
    raw = yaml.safe_load((made.folder / "axolotl.yaml").read_text())
    config = DictDefault(AxolotlInputConfig.model_validate(raw).model_dump(exclude_none=True))
    chosen = config.datasets[0]
    strategy = load(chosen["type"], load_tokenizer(made.model), config, chosen)
    rows = [json.loads(line) for line in (made.folder / chosen["path"]).read_text().splitlines()]
    encoded = [strategy.tokenize_prompt(row) for row in rows]
    assert (
        differences(made, [each["input_ids"] for each in encoded], [each["labels"] for each in encoded]) == []
    )


def _without_sound() -> None:
    """LLaMA-Factory imports torchaudio for recordings; where its wheel does not load, text needs "
    "none of it."""
    try:
        import torchaudio  # noqa: F401
    except (ImportError, OSError):
        import importlib.machinery

        empty = ModuleType("torchaudio")
        empty.__spec__ = importlib.machinery.ModuleSpec("torchaudio", None)
        sys.modules["torchaudio"] = empty


def _llamafactory(made: Exported, monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    pytest.importorskip("llamafactory")
    _without_sound()
    monkeypatch.chdir(made.folder)
    monkeypatch.setenv("DISABLE_VERSION_CHECK", "1")
    from llamafactory.hparams import get_train_args

    return get_train_args(yaml.safe_load((made.folder / "llamafactory.yaml").read_text()))


@pytest.mark.parametrize("template", ["chat", "plain", "none"])
def test_llamafactory_parses_its_arguments(
    tmp_path: Path, template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = export(tmp_path, template)
    _, rows, training, tuning, _ = _llamafactory(made, monkeypatch)
    assert training.learning_rate == 2e-4
    assert tuning.lora_rank == 4
    assert rows.dataset == ["advisor_train"]


@pytest.mark.parametrize(("template", "ended"), [("chat", True), ("plain", False)])
def test_llamafactory_makes_the_pilots_ids_and_labels(
    tmp_path: Path, template: Template, ended: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = export(tmp_path, template)
    model, rows, training, _, _ = _llamafactory(made, monkeypatch)
    from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
    from llamafactory.model import load_tokenizer

    loaded = load_tokenizer(model)
    prepared = get_dataset(
        get_template_and_fix_tokenizer(loaded["tokenizer"], rows),
        model,
        rows,
        training,
        stage="sft",
        **loaded,
    )["train_dataset"]
    ids, labels = [list(each) for each in prepared["input_ids"]], [list(each) for each in prepared["labels"]]
    if not ended:
        # RUN.md says so: no end-of-text token is trained.
        end = loaded["tokenizer"].eos_token_id
        ids, labels = [[*each, end] for each in ids], [[*each, end] for each in labels]
    assert differences(made, ids, labels) == []
    assert all(IGNORED in each for each in labels)


@pytest.mark.parametrize("method", ["full", "lora"])
def test_deepspeed_reads_its_configuration(
    tmp_path: Path, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("deepspeed")
    from deepspeed.runtime.config import DeepSpeedConfig
    from transformers import TrainingArguments
    from transformers.integrations.deepspeed import HfTrainerDeepSpeedConfig

    made = export(tmp_path, "plain", method=method)
    filled = HfTrainerDeepSpeedConfig(json.loads((made.folder / "deepspeed.json").read_text()))
    filled.trainer_config_process(
        TrainingArguments(
            output_dir=str(tmp_path / "x"), per_device_train_batch_size=2, gradient_accumulation_steps=2
        )
    )
    filled.trainer_config_finalize(
        TrainingArguments(output_dir=str(tmp_path / "x"), per_device_train_batch_size=2), None, 10
    )
    monkeypatch.setenv("WORLD_SIZE", "1")
    read = DeepSpeedConfig({key: value for key, value in filled.config.items() if value is not None})
    assert read.zero_config.stage == (3 if method == "full" else 2)
    assert read.train_micro_batch_size_per_gpu == 2
