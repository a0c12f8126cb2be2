"""The trainers' own parsers read what is exported for them, and make the pilot's ids and labels
of the rows."""

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


def _axolotl(made: Exported):  # type: ignore[no-untyped-def]
    """Axolotl's own encodings of the exported training rows."""
    pytest.importorskip("axolotl")
    from axolotl.prompt_strategies import load
    from axolotl.prompt_strategies.user_defined import UserDefinedDatasetConfig
    from axolotl.prompt_strategies.user_defined import load as load_own
    from axolotl.utils.dict import DictDefault
    from axolotl.utils.schemas.config import AxolotlInputConfig

    from advisor.work.tokenizer import load_tokenizer

    raw = yaml.safe_load((made.folder / "axolotl.yaml").read_text())
    config = DictDefault(AxolotlInputConfig.model_validate(raw).model_dump(exclude_none=True))
    chosen, tokenizer = config.datasets[0], load_tokenizer(made.model)
    if isinstance(chosen["type"], str):
        strategy = load(chosen["type"], tokenizer, config, chosen)
    else:
        strategy = load_own(tokenizer, config, UserDefinedDatasetConfig(**raw["datasets"][0]["type"]))
    lines = (made.folder / chosen["path"]).read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    if strategy.supports_batched:
        return [
            {name: list(part[0]) for name, part in strategy.tokenize_prompt(_batch(row)).items()}
            for row in rows
        ]
    return [strategy.tokenize_prompt(row) for row in rows]


def _batch(row: dict[str, object]) -> dict[str, list[object]]:
    """One row as strategies that take many at once want it."""
    return {name: [value] for name, value in row.items()}


def test_axolotl_makes_the_pilots_ids_and_labels_of_plain_rows(tmp_path: Path) -> None:
    made = export(tmp_path, "plain")
    rows = _axolotl(made)
    assert differences(made, [each["input_ids"] for each in rows], [each["labels"] for each in rows]) == []


def test_axolotl_makes_the_pilots_ids_and_labels_of_raw_text(tmp_path: Path) -> None:
    made = export(tmp_path, "none", trained_tokens="all")
    rows = _axolotl(made)
    assert differences(made, [each["input_ids"] for each in rows], [each["labels"] for each in rows]) == []


def test_axolotl_leaves_out_only_what_follows_the_end_of_a_chat_answer(tmp_path: Path) -> None:
    made = export(tmp_path, "chat")
    for row, ids, labels in zip(_axolotl(made), made.ids, made.labels, strict=True):
        assert row["input_ids"] == ids
        assert row["labels"] == [*labels[:-1], IGNORED]
    assert "after the answer's end token is not trained" in (made.folder / "RUN.md").read_text()


def _without_sound() -> None:
    """LLaMA-Factory imports torchaudio for recordings; where its wheel does not load, text needs
    none of it."""
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


def _encoded(made: Exported, monkeypatch: pytest.MonkeyPatch) -> tuple[list[list[int]], list[list[int]]]:
    """LLaMA-Factory's own ids and labels of the exported training rows."""
    model, rows, training, _, _ = _llamafactory(made, monkeypatch)
    from llamafactory.data import get_dataset, get_template_and_fix_tokenizer

    from advisor.work.tokenizer import load_tokenizer

    tokenizer = load_tokenizer(made.model)
    template = get_template_and_fix_tokenizer(tokenizer, rows)
    kind = {"stage": "sft", "tokenizer": tokenizer, "processor": None}
    prepared = get_dataset(template, model, rows, training, **kind)["train_dataset"]
    return [list(each) for each in prepared["input_ids"]], [list(each) for each in prepared["labels"]]


def test_llamafactory_leaves_out_only_the_end_of_plain_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = export(tmp_path, "plain")
    ids, labels = _encoded(made, monkeypatch)
    end = made.ids[0][-1]
    assert differences(made, [[*each, end] for each in ids], [[*each, end] for each in labels]) == []
    assert "no end-of-text token is trained" in (made.folder / "RUN.md").read_text()


def test_llamafactory_trains_the_pilots_answers_and_repeats_only_the_begin_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = export(tmp_path, "chat")
    begin = made.ids[0][0]
    for ids, labels, row, trained in zip(*_encoded(made, monkeypatch), made.ids, made.labels, strict=True):
        assert [each for each in labels if each != IGNORED] == [each for each in trained if each != IGNORED]
        assert [each for each in ids if each != begin] == [each for each in row if each != begin]
        if row.count(row[1]) == 2:
            assert (ids, labels) == (row, trained), "rows of one question are the same in everything"
    assert "begin token" in (made.folder / "RUN.md").read_text()


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


@pytest.mark.parametrize("method", ["full", "lora", "qlora"])
@pytest.mark.parametrize("template", ["chat", "plain", "none"])
def test_mlx_knows_every_key_and_its_schedule_goes_up_and_down(
    tmp_path: Path, template: Template, method: str
) -> None:
    pytest.importorskip("mlx_lm")
    from mlx_lm.lora import CONFIG_DEFAULTS
    from mlx_lm.tuner.utils import build_schedule

    made = export(tmp_path, template, method=method)
    config = yaml.safe_load((made.folder / "mlx.yaml").read_text())
    assert not set(config) - set(CONFIG_DEFAULTS) - {"hf_dataset"}
    rate = build_schedule(config["lr_schedule"])
    steps = config["iters"] // config["grad_accumulation_steps"]
    rates = [float(rate(step)) for step in range(steps + 1)]
    assert max(rates) == pytest.approx(config["learning_rate"], rel=0.3)
    assert rates[-1] < max(rates)


@pytest.mark.parametrize("template", ["chat", "none"])
def test_mlx_makes_the_pilots_ids_and_trains_the_same_answers(
    tmp_path: Path, template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("mlx_lm")
    from types import SimpleNamespace

    from mlx_lm.tuner.datasets import load_dataset

    from advisor.work.tokenizer import load_tokenizer

    made = export(tmp_path, template)
    monkeypatch.chdir(made.folder)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    config = yaml.safe_load((made.folder / "mlx.yaml").read_text())
    train, _, _ = load_dataset(SimpleNamespace(test=False, **config), load_tokenizer(made.model))
    rows = [train.process(train[place]) for place in range(len(train))]
    labels = [[IGNORED] * start + list(ids[start:]) for ids, start in rows]
    assert differences(made, [list(ids) for ids, _ in rows], labels) == []
