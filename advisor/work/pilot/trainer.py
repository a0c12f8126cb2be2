"""A TRL trainer for one run, made from a recipe: the same settings that an exported configuration holds."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import (
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PrinterCallback,
    ProgressCallback,
    TrainerCallback,
    set_seed,
)
from trl import SFTConfig, SFTTrainer

from advisor.work.data.examples import Example
from advisor.work.data.render import training_row
from advisor.work.pilot.checkpoint import Checkpoints
from heuristics.planning.recipe import Recipe


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
    warmup_share: float | None = None
    """None takes the recipe's."""
    cleaned: bool = False


class PilotTrainer(SFTTrainer):  # type: ignore[misc]
    """The trainer of an exported configuration, which remembers its batch and keeps checkpoints whole."""

    checkpoints: Checkpoints | None = None
    live_state: Callable[[], dict[str, object]]
    """What the listener of the run must know to go on."""
    batch: list[torch.Tensor]
    """Token ids of the micro-batches since the step began."""

    def compute_loss(
        self, model: torch.nn.Module, inputs: dict[str, torch.Tensor], *rest: Any, **more: Any
    ) -> Any:
        """The trainer's own loss; the batch is remembered, so that an alarm can name its rows."""
        if self.model.training:
            self.batch.append(inputs["input_ids"])
        return super().compute_loss(model, inputs, *rest, **more)

    def _save_checkpoint(self, model: torch.nn.Module, trial: object) -> None:
        """Written by the trainer, made whole by us."""
        if self.checkpoints is not None:
            write = super()._save_checkpoint
            self.checkpoints.save(self.state.global_step, lambda: write(model, trial), self.live_state())


def make_trainer(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    recipe: Recipe,
    plan: RunPlan,
    folder: Path,
    callbacks: Sequence[TrainerCallback] = (),
) -> PilotTrainer:
    """A trainer that puts a fresh adapter on `model` (none for full fine-tuning) and tokenizes the rows.

    `folder` receives what the trainer writes. The same plan gives the same adapter, whatever ran before.
    """
    # The adapter is drawn before the trainer sets its own seed.
    set_seed(plan.seed)
    rows = [training_row(each, recipe.template) for each in plan.examples]
    trainer = PilotTrainer(
        model=model,
        args=trainer_config(recipe, plan, folder, next(model.parameters()).device),
        train_dataset=Dataset.from_list(rows),
        processing_class=tokenizer,
        peft_config=adapter_config(recipe) if recipe.method != "full" else None,
        callbacks=list(callbacks),
    )
    trainer.batch = []
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


def trainer_config(recipe: Recipe, plan: RunPlan, folder: Path, device: torch.device) -> SFTConfig:
    """The trainer's settings for one run."""
    return SFTConfig(
        output_dir=str(folder),
        learning_rate=plan.learning_rate,
        per_device_train_batch_size=recipe.micro_batch,
        gradient_accumulation_steps=recipe.accumulation,
        num_train_epochs=plan.epochs,
        max_steps=plan.most_steps or -1,
        max_length=recipe.sequence_length,
        packing=recipe.packing,
        completion_only_loss=None if recipe.trained_tokens == "answers" else False,
        lr_scheduler_type=recipe.schedule,
        warmup_steps=recipe.warmup_share if plan.warmup_share is None else plan.warmup_share,
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
