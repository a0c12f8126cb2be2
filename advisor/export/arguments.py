"""What every trainer that takes transformers' TrainingArguments is told under the same names."""

from advisor.export.target import Tune


def arguments(tune: Tune) -> dict[str, str | int | float | bool]:
    """The recipe under the names of TrainingArguments; warm-up, precision and output are not among them."""
    recipe = tune.recipe
    return {
        "learning_rate": recipe.learning_rate,
        "per_device_train_batch_size": recipe.micro_batch,
        "gradient_accumulation_steps": recipe.accumulation,
        "num_train_epochs": recipe.epochs,
        "lr_scheduler_type": recipe.schedule,
        "optim": recipe.optimizer,
        "weight_decay": recipe.weight_decay,
        "max_grad_norm": recipe.max_grad_norm,
        "seed": recipe.seed,
        "data_seed": recipe.seed,
        "logging_steps": 10,
        "save_strategy": "epoch",
        "save_total_limit": 2,
    }


def linear_targets(targets: str) -> list[str]:
    """The adapted layers by name."""
    return [each.strip() for each in targets.split(",")]
