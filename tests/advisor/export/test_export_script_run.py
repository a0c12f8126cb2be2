"""The exported script trains: the same on one process and on two, and on from a checkpoint after
an interruption."""

import shutil
from pathlib import Path

import pytest

from tests.advisor.train_runs import ROWS, export_with_rows, losses, started, torchrun, trained

pytestmark = pytest.mark.slow

ON_CPU = ("--use_cpu", "true")


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One export for all runs."""
    return export_with_rows(tmp_path_factory.mktemp("script"))


def test_two_processes_lose_what_one_loses(export: Path) -> None:
    one = trained(export, "one", *ON_CPU)
    two = trained(export, "two", *ON_CPU, "--ddp_backend", "gloo", launcher=torchrun(2))
    assert len(losses(one)) == ROWS // 4
    assert losses(two) == pytest.approx(losses(one), rel=2e-3)
    assert losses(two, "eval_loss") == pytest.approx(losses(one, "eval_loss"), rel=2e-3)
    assert (export / "two" / "adapter_model.safetensors").is_file()


def test_processes_that_nothing_joins_are_refused_in_words(export: Path) -> None:
    ran = started(export, "alone", launcher=torchrun(2))
    assert ran.returncode == 1
    assert "2 processes were started, but no GPU joins them" in ran.stderr
    assert not list((export / "alone").glob("checkpoint-*"))


def test_it_goes_on_from_the_newest_complete_checkpoint(export: Path) -> None:
    every_step = ("--save_strategy", "steps", "--save_steps", "1", "--save_total_limit", "9")
    trained(export, "again", *ON_CPU, *every_step)
    folder = export / "again"
    # As a kill inside a save leaves it: the newest checkpoint lacks the file that is written last.
    (folder / "checkpoint-4" / "trainer_state.json").unlink()
    shutil.rmtree(folder / "checkpoint-3")
    log = trained(export, "again", *ON_CPU)
    assert [each["step"] for each in log if "loss" in each] == [1, 2, 3, 4]
    assert (folder / "adapter_model.safetensors").is_file()
