"""A TRL trainer for one run, made from a recipe: the same settings that an exported configuration holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import (
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PrinterCallback,
    ProgressCallback,
    TrainerCallback,
)
from trl import SFTConfig, SFTTrainer

from advisor.work.data.examples import Example
from advisor.work.data.render import training_row
from heuristics.recipe import Recipe


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What distinguishes one training run from another on the same data set and model."""

    id: str
    phase: Literal["proof", "rate", "ladder"]
    examples: tuple[Example, ...]
    learning_rate: float
    epochs: float
    seed: int
    most_steps: int | None = None
    in_order: bool = False
    """True trains on the rows as they stand, without shuffling."""


def make_trainer(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    recipe: Recipe,
    plan: RunPlan,
    folder: Path,
    callbacks: Sequence[TrainerCallback] = (),
) -> SFTTrainer:
    """A trainer that puts a fresh adapter on `model` (none for full fine-tuning) and tokenizes the rows."""
    rows = [training_row(each, recipe.template) for each in plan.examples]
    trainer = SFTTrainer(
        model=model,
        args=_config(recipe, plan, folder, next(model.parameters()).device),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        peft_config=adapter_config(recipe) if recipe.method != "full" else None,
        callbacks=list(callbacks),
    )
    for unwanted in (PrinterCallback, ProgressCallback):
        trainer.remove_callback(unwanted)
    return trainer


def adapter_config(recipe: Recipe) -> LoraConfig:
    """The adapter that the recipe describes."""
    targets: str | list[str] = recipe.targets
    if recipe.targets != "all-linear":
        targets = [each.strip() for each in recipe.targets.split(",")]
    return LoraConfig(
        r=recipe.rank,
        lora_alpha=recipe.alpha,
        lora_dropout=recipe.dropout,
        target_modules=targets,
        task_type="CAUSAL_LM",
    )


def _config(recipe: Recipe, plan: RunPlan, folder: Path, device: torch.device) -> SFTConfig:
    return SFTConfig(
        output_dir=str(folder / "trainer" / plan.id),
        learning_rate=plan.learning_rate,
        per_device_train_batch_size=recipe.micro_batch,
        gradient_accumulation_steps=recipe.accumulation,
        num_train_epochs=plan.epochs,
        max_steps=plan.most_steps or -1,
        max_length=recipe.sequence_length,
        packing=recipe.packing,
        completion_only_loss=None if recipe.trained_tokens == "answers" else False,
        lr_scheduler_type=recipe.schedule,
        warmup_steps=recipe.warmup_share,
        optim=recipe.optimizer,
        weight_decay=recipe.weight_decay,
        max_grad_norm=recipe.max_grad_norm,
        gradient_checkpointing=recipe.checkpointing,
        bf16=recipe.precision == "bf16",
        fp16=recipe.precision == "fp16",
        use_cpu=device.type == "cpu",
        dataloader_pin_memory=device.type == "cuda",
        train_sampling_strategy="sequential" if plan.in_order else "random",
        seed=plan.seed,
        data_seed=plan.seed,
        logging_steps=1,
        # The filter would show an earlier mean in place of a loss that is not a number.
        logging_nan_inf_filter=False,
        save_strategy="no",
        eval_strategy="no",
        report_to="none",
        disable_tqdm=True,
        dataset_num_proc=None,
    )
