"""Every target holds the full run's recipe, quotes what it is given, and can be asked for alone."""

import json
import re
import shlex
import shutil
import subprocess
from dataclasses import replace
from fnmatch import fnmatch
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

from advisor.case import Case
from advisor.errors import BadInput
from advisor.export.all import chosen, preview, write
from advisor.export.rented import options
from advisor.export.tune import tune_of
from advisor.work.data.examples import Example, Message
from advisor.work.data.render import Template, conversation_row
from advisor.work.full.unsloth_train import encoded
from heuristics.basis import Basis, Estimate
from heuristics.facts.experiment import RateEvidence
from heuristics.planning.recipe import Choice, Offer, Share
from tests.advisor.example_case import HOSTILE, full_case, recipe
from tests.exports.exported import export


def _shown(case: Case, *names: str) -> dict[str, str]:
    return {each.path: each.text for each in preview(case, Path("/out"), names)}


def _offer(provider: str, instance: str, gpu: str, gpus: int = 1) -> Offer:
    hours, cost = Estimate(2, 1, 4, "h", Basis.FORMULA), Estimate(5, 3, 9, "USD", Basis.FORMULA)
    return Offer(provider, instance, gpu, gpus, 2.0, False, hours, cost, "2026-07-20")


def _hostile(tmp_path: Path, **changes: object) -> Case:
    return full_case(tmp_path / "case", name=HOSTILE, model_folder=f"/models/{HOSTILE}", **changes)


def test_every_file_of_a_hostile_case_parses_and_holds_the_model_as_it_is(tmp_path: Path) -> None:
    case = _hostile(tmp_path)
    shown = _shown(case)
    assert case.model is not None
    for name, key in (
        ("trl.yaml", "model_name_or_path"),
        ("axolotl.yaml", "base_model"),
        ("llamafactory.yaml", "model_name_or_path"),
        ("mlx.yaml", "model"),
    ):
        assert yaml.safe_load(shown[name])[key] == case.model.path
    assert json.loads(shown["unsloth.json"])["model"] == case.model.path
    assert yaml.safe_load(shown["sky.yaml"])["file_mounts"]["/model"] == case.model.path
    for name in (each for each in shown if each.endswith(".json")):
        json.loads(shown[name])
    for name in (each for each in shown if each.endswith(".yaml")):
        assert yaml.safe_load(shown[name])


def test_shell_parts_of_a_hostile_case_run_nothing(tmp_path: Path) -> None:
    shown = _shown(_hostile(tmp_path))
    shell = shutil.which("bash")
    assert shell is not None
    sky = yaml.safe_load(shown["sky.yaml"])
    vertex = yaml.safe_load(shown["vertex.yaml"])["workerPoolSpecs"][0]["containerSpec"]["args"][0]
    sage = json.loads(shown["sagemaker.json"])["AlgorithmSpecification"]["ContainerArguments"][0]
    commands = "\n".join(line[4:] for line in shown["RUN.md"].splitlines() if line.startswith("    "))
    for text in (shown["slurm.sbatch"], shown["wandb.env"], sky["run"], sky["setup"], vertex, sage, commands):
        subprocess.run([shell, "-n"], input=text, text=True, check=True)
    subprocess.run([shell, "-c", shown["wandb.env"]], check=True, cwd=tmp_path)
    for text in (shown["slurm.sbatch"], shown["wandb.env"], sky["run"], vertex, sage):
        assert "touch owned" not in text
    assert not list(tmp_path.rglob("owned"))


def test_slurm_options_stand_before_the_first_command(tmp_path: Path) -> None:
    lines = _shown(full_case(tmp_path / "case"))["slurm.sbatch"].splitlines()
    assert lines[0] == "#!/bin/bash"
    first = next(place for place, line in enumerate(lines) if line and not line.startswith("#"))
    options = [line for line in lines if line.startswith("#SBATCH")]
    assert options == [line for line in lines[:first] if line.startswith("#SBATCH")]
    assert "#SBATCH --time=0-00:30:00" in options
    assert "#SBATCH --requeue" in options


def test_the_full_recipe_and_the_measured_rate_are_exported(tmp_path: Path) -> None:
    case = full_case(tmp_path / "case")
    assert case.plan is not None and case.pilot is not None
    full = recipe(epochs=2.0, micro_batch=4, accumulation=8)
    rate = RateEvidence(
        2e-4, 3e-4, 1e-4, 9e-4, "parabola", 0.01, (), 1.5e-4, 1e-4, 4e-4, "Three runs were compared."
    )
    case = case.but(plan=replace(case.plan, full_recipe=full), pilot=replace(case.pilot, rate=rate))
    shown = _shown(case)
    trl = yaml.safe_load(shown["trl.yaml"])
    assert (trl["num_train_epochs"], trl["gradient_accumulation_steps"]) == (2.0, 8)
    assert trl["learning_rate"] == 1.5e-4
    assert yaml.safe_load(shown["axolotl.yaml"])["learning_rate"] == 1.5e-4
    assert "Three runs were compared" in shown["RUN.md"]
    assert "Three runs were compared" in shown["axolotl.yaml"]


def test_a_rate_fixed_by_hand_is_never_replaced(tmp_path: Path) -> None:
    case = full_case(tmp_path / "case")
    assert case.pilot is not None
    rate = RateEvidence(2e-4, 3e-4, 1e-4, 9e-4, "parabola", 0.01, (), 1.5e-4, 1e-4, 4e-4, "Measured.")
    case = case.but(pilot=replace(case.pilot, rate=rate), knobs=replace(case.knobs, learning_rate=2e-4))
    shown = _shown(case)
    assert yaml.safe_load(shown["trl.yaml"])["learning_rate"] == 2e-4
    assert "fixed by hand" in shown["RUN.md"]


def test_clouds_get_the_machine_that_was_planned(tmp_path: Path) -> None:
    case = full_case(tmp_path / "case")
    assert case.plan is not None
    offers = (
        _offer("RunPod", "pod", "RTX 4090"),
        _offer("AWS", "g6e.xlarge", "L40S"),
        _offer("GCP", "a2-ultragpu-8g", "A100 SXM4 80GB", 8),
    )
    shown = _shown(case.but(plan=replace(case.plan, offers=offers)))
    assert yaml.safe_load(shown["sky.yaml"])["resources"]["accelerators"] == "RTX4090:1"
    assert json.loads(shown["sagemaker.json"])["ResourceConfig"]["InstanceType"] == "ml.g6e.xlarge"
    pool = yaml.safe_load(shown["vertex.yaml"])["workerPoolSpecs"][0]["machineSpec"]
    assert pool == {
        "machineType": "a2-ultragpu-8g",
        "acceleratorType": "NVIDIA_A100_80GB",
        "acceleratorCount": 8,
    }
    assert "is only a guess" not in shown["RUN.md"]


def test_without_a_fitting_offer_the_files_say_that_they_guess(tmp_path: Path) -> None:
    assert _shown(full_case(tmp_path / "case"))["RUN.md"].count("only a guess") == 3


def test_one_target_brings_what_it_needs_and_nothing_else(tmp_path: Path) -> None:
    assert [each.name for each in chosen(["slurm"])] == ["trl", "slurm"]
    written = {path.name for path in write(full_case(tmp_path / "case"), tmp_path / "out", ["axolotl"]).files}
    assert written == {"axolotl.yaml", "RUN.md"}


def test_an_unknown_target_is_answered_with_the_nearest() -> None:
    with pytest.raises(BadInput) as caught:
        chosen(["axolotle"])
    assert "Did you mean axolotl?" in caught.value.do


def test_accelerate_reads_both_launch_files(tmp_path: Path) -> None:
    from accelerate.commands.config.config_args import load_config_from_file

    write(full_case(tmp_path / "case", precision="bf16"), tmp_path / "out")
    fsdp = load_config_from_file(str(tmp_path / "out" / "fsdp2.yaml"))
    assert (fsdp.distributed_type, fsdp.fsdp_config["fsdp_version"]) == ("FSDP", 2)
    deepspeed = load_config_from_file(str(tmp_path / "out" / "deepspeed.yaml"))
    assert deepspeed.deepspeed_config["deepspeed_config_file"] == "deepspeed.json"


@pytest.mark.parametrize("template", ["chat", "plain", "none"])
def test_the_unsloth_script_makes_the_pilots_ids_and_labels(tmp_path: Path, template: str) -> None:
    from advisor.work.tokenizer import load_tokenizer

    made = export(tmp_path, template)  # type: ignore[arg-type]
    tokenizer = load_tokenizer(made.model)
    lines = (made.folder / "data" / "train.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [encoded(tokenizer, json.loads(line), 512, everything=False) for line in lines]  # type: ignore[arg-type]
    assert [each["input_ids"] for each in rows] == made.ids
    assert [each["labels"] for each in rows] == made.labels


@pytest.mark.parametrize("template", ["chat", "plain", "none"])
def test_the_exported_trl_settings_make_the_pilots_ids_and_labels(
    tmp_path: Path, template: Template, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datasets import load_dataset
    from trl import ModelConfig, ScriptArguments, SFTConfig, SFTTrainer, TrlParser, get_peft_config

    made = export(tmp_path, template)
    monkeypatch.chdir(made.folder)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
    asked = ["--config", "trl.yaml", "--use_cpu", "true", "--report_to", "none"]
    script, training, model = TrlParser((ScriptArguments, SFTConfig, ModelConfig)).parse_args_and_config(
        asked
    )
    rows = load_dataset(script.dataset_name, cache_dir=str(tmp_path / "rows"))
    trainer = SFTTrainer(
        model=model.model_name_or_path,
        args=training,
        train_dataset=rows["train"],
        eval_dataset=rows["validation"],
        peft_config=get_peft_config(model),
    )
    seen = trainer.train_dataset
    assert [list(each) for each in seen["input_ids"]] == made.ids
    assert [list(each) for each in seen["labels"]] == made.labels


def test_only_the_last_answer_of_a_conversation_is_marked_for_training() -> None:
    turns = (Message("user", "a"), Message("assistant", "b"), Message("user", "c"), Message("assistant", "d"))
    row = conversation_row(Example(1, turns))
    assert [each["train"] for each in row["messages"]] == [False, False, False, True]  # type: ignore[attr-defined]


def _rented(case: Case, **changes: object) -> Case:
    """The case with one offer of eight GPUs that were found to hold the run."""
    assert case.plan is not None
    memory = Estimate(30 << 30, 28 << 30, 33 << 30, "bytes", Basis.SIMULATED)
    settings = {"memory": memory, "gpu_memory": 80 << 30, "micro_batch": 1, "precision": "bf16", **changes}
    offer = replace(_offer("AWS", "p4de.24xlarge", "A100 SXM4 80GB", 4), **settings)  # type: ignore[arg-type]
    return case.but(plan=replace(case.plan, offers=(offer,)))


def test_clouds_train_as_the_rented_gpus_hold_it_and_keep_the_rows_per_step(tmp_path: Path) -> None:
    shown = _shown(_rented(full_case(tmp_path / "case"), checkpointing=True))
    run = yaml.safe_load(shown["sky.yaml"])["run"]
    assert run.startswith("torchrun --nproc_per_node ")
    options = dict(zip(run.split()[3::1], run.split()[4::1], strict=False))
    rows = int(options["--per_device_train_batch_size"]) * int(options["--gradient_accumulation_steps"])
    assert rows == recipe().effective_batch
    assert (options["--bf16"], options["--dtype"]) == ("true", "bfloat16")
    assert options["--gradient_checkpointing"] == "true"
    assert "p4de.24xlarge (4 × A100 SXM4 80GB): bf16, 1 row at once" in shown["RUN.md"]


def test_divided_weights_are_started_with_fsdp2_and_recomputed_once(tmp_path: Path) -> None:
    shown = _shown(_rented(full_case(tmp_path / "case", method="full"), sharded=True, checkpointing=True))
    command = json.loads(shown["sagemaker.json"])["AlgorithmSpecification"]["ContainerArguments"][0]
    assert "accelerate launch --config_file fsdp2.yaml --num_processes" in command
    assert "--gradient_checkpointing true" in command
    settings = yaml.safe_load(shown["fsdp2.yaml"])
    assert settings["fsdp_config"]["fsdp_activation_checkpointing"] is False
    assert (settings["num_processes"], settings["mixed_precision"]) == (4, "bf16")
    assert "fsdp2.yaml" in {
        each.path for each in preview(_rented(full_case(tmp_path / "x")), tmp_path, ["skypilot"])
    }


def test_every_option_of_a_rented_run_is_known_to_the_trainer(tmp_path: Path) -> None:
    from trl.scripts.sft import make_parser

    case = _rented(full_case(tmp_path / "case", precision="fp32"), precision="fp16")
    write(case, tmp_path / "out")
    tune = tune_of(case)
    chosen = options(tune, tune.offers[0])
    config = str(tmp_path / "out" / "trl.yaml")
    _, training, model, _ = make_parser().parse_args_and_config(["--config", config, *chosen])
    assert training.per_device_train_batch_size * training.gradient_accumulation_steps == 4
    assert (training.fp16, training.bf16, model.dtype) == (True, False, "float16")


@pytest.mark.parametrize("name", ["data.bak1/train.jsonl", "conversations.bak12/test.jsonl", "trl.yaml.bak1"])
def test_older_files_that_an_export_kept_are_sent_to_no_cloud(tmp_path: Path, name: str) -> None:
    shown = _shown(full_case(tmp_path / "case"))
    commands = [shlex.split(each) for each in shown["RUN.md"].splitlines() if "--exclude" in each]
    to_s3 = next(words for words in commands if words[0] == "aws")
    patterns = [after for word, after in pairwise(to_s3) if word == "--exclude"]
    assert any(fnmatch(name, each) for each in patterns)
    assert not any(fnmatch("data/train.jsonl", each) for each in patterns)
    to_gs = next(words for words in commands if words[0] == "gcloud")[-1].removeprefix("--exclude=")
    assert re.match(to_gs, name) and not re.match(to_gs, "data/train.jsonl")
    ignored = shown[".skyignore"].split()
    assert any(fnmatch(part, each) for part in name.split("/") for each in ignored)
    assert not any(fnmatch(part, each) for part in ("data", "train.jsonl") for each in ignored)


def test_several_gpus_are_sized_in_the_files_that_start_them(tmp_path: Path) -> None:
    case = full_case(tmp_path / "case")
    assert case.plan is not None
    need = Estimate(9 << 30, 8 << 30, 11 << 30, "bytes", Basis.SIMULATED, "shard arithmetic")
    shares = tuple(
        Share(gpus, engine, 1, need, (("weights", 4 << 30), ("gathered layers", 1 << 30)))
        for gpus in (2, 4)
        for engine in ("FSDP2", "DeepSpeed ZeRO-2")
    )
    shown = _shown(case.but(plan=replace(case.plan, shares=shares)))
    for name in ("fsdp2.yaml", "deepspeed.yaml", "RUN.md"):
        assert "each of 2 GPUs needs 9.0 GiB (8.0 GiB to 11.0 GiB), simulated; on 4: 9.0 GiB" in shown[name]
        assert "gathered layers 1.0 GiB" in shown[name]


def test_run_md_says_which_recipe_it_holds(tmp_path: Path) -> None:
    case = full_case(tmp_path / "case")
    assert case.plan is not None
    assert "It is the pilot's recipe" in _shown(case)["RUN.md"]
    change = Choice("epochs", "Epochs", "2 passes", "More rows bear fewer.", "rule", Basis.PUBLISHED)
    other = replace(case.plan, full_recipe=recipe(epochs=2.0), full_choices=(change,))
    assert "- Epochs: 2 passes. More rows bear fewer." in _shown(case.but(plan=other))["RUN.md"]


def test_mlx_counts_micro_batches_and_scales_as_the_adapter_does(tmp_path: Path) -> None:
    case = full_case(tmp_path / "case")
    tune = tune_of(case)
    config = yaml.safe_load(_shown(case, "mlx")["mlx.yaml"])
    assert config["iters"] == tune.steps * tune.recipe.accumulation
    assert config["lora_parameters"]["scale"] == tune.recipe.alpha / tune.recipe.rank
    assert config["num_layers"] == -1


def test_mlx_quantises_the_model_itself_before_it_trains(tmp_path: Path) -> None:
    shown = _shown(full_case(tmp_path / "case", method="qlora"), "mlx")
    assert yaml.safe_load(shown["mlx.yaml"])["model"] == "./model-4bit"
    assert "mlx_lm.convert --hf-path" in shown["RUN.md"]
    assert "bitsandbytes" not in shown["RUN.md"].split("## MLX-LM")[1].split("##")[0]
