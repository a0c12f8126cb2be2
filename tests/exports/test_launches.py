"""The exported files for several GPUs train what one process trains, by FSDP2 and by DeepSpeed."""

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from tests.advisor.train_runs import ROWS, export_with_rows, losses, trained

pytestmark = [pytest.mark.exports, pytest.mark.slow]

AS_GPUS = str(Path(__file__).with_name("as_gpus.py"))
with_tools = pytest.mark.skipif(find_spec("deepspeed") is None, reason="run by make exports")
"""One launch is enough for every run of the tests."""


@pytest.mark.parametrize(
    ("settings", "method"),
    [
        ("fsdp2.yaml", "lora"),
        pytest.param("fsdp2.yaml", "full", marks=with_tools),
        pytest.param("deepspeed.yaml", "lora", marks=with_tools),
        pytest.param("deepspeed.yaml", "full", marks=with_tools),
    ],
)
def test_divided_weights_learn_what_one_process_learns(tmp_path: Path, settings: str, method: str) -> None:
    export = _export(tmp_path, settings, method)
    one = trained(export, "one", "--use_cpu", "true")
    divided = trained(export, "divided", launcher=_launcher(settings))
    assert len(losses(one)) == ROWS // 4
    for key in ("loss", "eval_loss"):
        assert losses(divided, key) == pytest.approx(losses(one, key), rel=1e-4)
    whole, parts = (_saved(export / name) for name in ("one", "divided"))
    assert whole
    assert set(whole) <= set(parts), "what is tied may be saved twice"
    for name, tensor in whole.items():
        assert torch.allclose(tensor, parts[name], atol=1e-6), name


@with_tools
@pytest.mark.parametrize("settings", ["fsdp2.yaml", "deepspeed.yaml"])
def test_a_divided_run_goes_on_from_the_newest_complete_checkpoint(tmp_path: Path, settings: str) -> None:
    export = _export(tmp_path, settings, "lora")
    every_step = ("--save_strategy", "steps", "--save_steps", "1", "--save_total_limit", "9")
    whole = trained(export, "divided", *every_step, launcher=_launcher(settings))
    saved = _saved(export / "divided")
    # As a kill inside a save leaves it: the newest checkpoint lacks the file that is written last.
    (export / "divided" / "checkpoint-4" / "trainer_state.json").unlink()
    shutil.rmtree(export / "divided" / "checkpoint-3")
    (export / "divided" / "adapter_model.safetensors").unlink()
    again = trained(export, "divided", launcher=_launcher(settings))
    assert losses(again) == pytest.approx(losses(whole), rel=1e-4)
    for name, tensor in _saved(export / "divided").items():
        assert torch.allclose(tensor, saved[name], atol=1e-6), name


def _export(folder: Path, settings: str, method: str) -> Path:
    return export_with_rows(
        folder, ("trl", settings.removesuffix(".yaml")), method=method, checkpointing=True
    )


def _launcher(settings: str) -> tuple[str, ...]:
    return ("-m", "accelerate.commands.launch", "--config_file", settings, AS_GPUS)


def _saved(folder: Path) -> dict[str, torch.Tensor]:
    """The weights that were written in the end."""
    return load_file(next(iter(folder.glob("*model.safetensors"))))
