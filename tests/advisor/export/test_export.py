"""Exports hold the case as it is, quote what they are given, and lose nothing that was there."""

import os
import shlex
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from advisor.case import case_of_toml
from advisor.errors import BadInput
from advisor.export.advisor_toml import TARGET
from advisor.export.all import check_folder, preview, targets, write
from advisor.export.tune import tune_of
from advisor.pilot_options import PilotOptions
from tests.advisor.example_case import HOSTILE, full_case, recipe


def _texts(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.is_file()}


def _commands(run_md: str) -> list[str]:
    return [line.strip() for line in run_md.splitlines() if line.startswith("    ")]


def test_the_exported_case_loads_back_equal(tmp_path: Path) -> None:
    case = full_case(tmp_path / "case", name=HOSTILE).but(data_path=HOSTILE, columns=None)
    write(case, tmp_path / "out")
    text = _texts(tmp_path / "out")["advisor.toml"]
    assert case_of_toml(text, case.folder) == case


@pytest.mark.parametrize("method", ["full", "lora", "qlora"])
def test_trl_settings_are_the_recipe(tmp_path: Path, method: str) -> None:
    case = full_case(
        tmp_path / "case", method=method, precision="bf16", trained_tokens="all", warmup_share=0.1
    )
    write(case, tmp_path / "out")
    settings = yaml.safe_load(_texts(tmp_path / "out")["trl.yaml"])
    assert settings["learning_rate"] == 2e-4
    assert settings["warmup_steps"] == 0.1
    assert settings["completion_only_loss"] is False
    assert settings.get("use_peft", False) is (method != "full")
    assert settings.get("load_in_4bit", False) is (method == "qlora")
    assert settings["dtype"] == ("float32" if method == "full" else "bfloat16")


def test_every_trl_setting_is_known_to_the_installed_parser(tmp_path: Path) -> None:
    from trl.scripts.sft import make_parser

    case = full_case(tmp_path / "case", model_folder=str(tmp_path / HOSTILE.replace("/", "")))
    write(case, tmp_path / "out")
    config = str(tmp_path / "out" / "trl.yaml")
    script, training, chosen, mixture = make_parser().parse_args_and_config(["--config", config])
    assert chosen.model_name_or_path == case.model.path
    assert chosen.lora_target_modules == "all-linear"
    assert training.learning_rate == recipe().learning_rate
    assert training.max_length == recipe().sequence_length
    assert script.dataset_name == "./data"
    assert mixture.datasets == []


def test_commands_in_run_md_touch_only_what_they_should(tmp_path: Path) -> None:
    folder = tmp_path / "a 'b' \"c\" $(touch owned) `touch owned`; touch owned"
    case = full_case(tmp_path / "case", name=HOSTILE)
    write(case, folder)
    commands = _commands(_texts(folder)["RUN.md"])
    assert shlex.split(commands[0]) == ["cd", "--", str(folder)]
    shell = shutil.which("bash") or "sh"
    subprocess.run([shell, "-c", f"{commands[0]} && pwd > where.txt"], check=True, cwd=tmp_path)
    assert (folder / "where.txt").read_text().strip() == str(folder)
    assert not list(tmp_path.rglob("owned"))


def test_run_md_says_when_the_evidence_does_not_speak_for_the_full_run(tmp_path: Path) -> None:
    case = full_case(tmp_path / "case").but(verdict=None)
    shown = {file.path: file.text for file in preview(case, tmp_path / "out")}
    assert "no verdict yet" in shown["RUN.md"]


def test_run_md_warns_of_commands_that_send_rows_where_they_may_not_go(tmp_path: Path) -> None:
    case = full_case(tmp_path / "case")
    warned = "the data may not leave this machine"
    for may in (False, True):
        made = case.but(goal=replace(case.goal, data_may_leave=may))
        sections = {file.path: file.text for file in preview(made, tmp_path)}["RUN.md"].split("## ")[1:]
        told = {each.splitlines()[0].split(":")[0] for each in sections if warned in each}
        sent = {"SkyPilot", "AWS SageMaker training job", "Google Vertex AI custom job"}
        assert told == (set() if may else sent)


def test_writing_twice_changes_nothing(tmp_path: Path) -> None:
    case = full_case(tmp_path / "case")
    first = write(case, tmp_path / "out")
    again = write(case.but(exported=("x",)), tmp_path / "out")
    assert first.files == again.files
    assert again.kept == ()


def test_a_changed_file_is_kept_under_another_name(tmp_path: Path) -> None:
    case = full_case(tmp_path / "case")
    write(case, tmp_path / "out")
    (tmp_path / "out" / "trl.yaml").write_text("mine: 1\n")
    (tmp_path / "out" / "trl.yaml.bak1").write_text("older: 1\n")
    written = write(case, tmp_path / "out")
    assert [path.name for path in written.kept] == ["trl.yaml.bak2"]
    assert (tmp_path / "out" / "trl.yaml.bak2").read_text() == "mine: 1\n"
    assert (tmp_path / "out" / "trl.yaml.bak1").read_text() == "older: 1\n"


def test_a_link_is_moved_aside_and_never_written_through(tmp_path: Path) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_text("keep me")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "trl.yaml").symlink_to(precious)
    write(full_case(tmp_path / "case"), tmp_path / "out")
    assert precious.read_text() == "keep me"


@pytest.mark.parametrize("name", ["we[ird]", "st*r", "a::b", "line\nbreak", "why?"])
def test_a_folder_that_trainers_cannot_read_is_refused_in_words(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="cannot read rows"):
        check_folder(tmp_path / name)
    assert not (tmp_path / name).exists()


def test_a_file_in_place_of_the_folder_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    with pytest.raises(BadInput, match="Nothing can be written"):
        write(full_case(tmp_path / "case"), tmp_path / "out")


@pytest.mark.skipif(os.geteuid() == 0, reason="the administrator may write everywhere")
def test_a_read_only_folder_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir(mode=0o500)
    with pytest.raises(BadInput, match="not writable"):
        write(full_case(tmp_path / "case"), tmp_path / "out")


def test_a_case_without_a_plan_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as caught:
        write(full_case(tmp_path / "case").but(plan=None), tmp_path / "out")
    assert "advisor plan" in caught.value.do
    assert not (tmp_path / "out").exists()


def test_names_of_targets_are_unique() -> None:
    names = [target.name for target in targets()]
    assert len(names) == len(set(names))


def test_where_alarms_are_sent_is_never_exported(tmp_path: Path) -> None:
    secret = "https://hooks.example.com/T0/secret"
    case = full_case(tmp_path).but(options=PilotOptions(alert=secret, seeds=4))
    (file,) = TARGET.files(case, tune_of(case))
    assert secret not in file.text and "seeds = 4" in file.text
