"""Trains in full what the pilot tried: goes on after an interruption, keeps the batch on any device count.

python train.py --config trl.yaml
torchrun --nproc_per_node 2 train.py --config trl.yaml
"""

import json
import os
from pathlib import Path

from datasets import load_dataset
from trl import (
    ModelConfig,
    ScriptArguments,
    SFTConfig,
    SFTTrainer,
    TrlParser,
    get_peft_config,
    get_quantization_config,
)


def main() -> None:
    """Train, save, and leave the newest checkpoint usable at every moment."""
    script, training, model = TrlParser((ScriptArguments, SFTConfig, ModelConfig)).parse_args_and_config()
    devices = int(os.environ.get("WORLD_SIZE", "1"))
    if training.world_size != devices:
        # Each would train a model of its own, with too few rows per step.
        raise SystemExit(
            f"{devices} processes were started, but no GPU joins them: without one, add --use_cpu true"
        )
    share_batch(training, devices)
    training.model_init_kwargs = {
        "dtype": model.dtype,
        "attn_implementation": model.attn_implementation,
        "revision": model.model_revision,
    }
    rows = load_dataset(script.dataset_name)
    trainer = SFTTrainer(
        model=model.model_name_or_path,
        args=training,
        train_dataset=rows[script.dataset_train_split],
        eval_dataset=rows[script.dataset_test_split] if training.eval_strategy != "no" else None,
        quantization_config=get_quantization_config(model),
        peft_config=get_peft_config(model),
    )
    trainer.train(resume_from_checkpoint=newest_complete(Path(training.output_dir)))
    trainer.save_model(training.output_dir)


def share_batch(training: SFTConfig, devices: int) -> None:
    """Divide the rows of a step among the devices: every step sees the same rows as on one."""
    rows = training.per_device_train_batch_size * training.gradient_accumulation_steps
    if rows % devices:
        raise SystemExit(f"{rows} rows per step cannot be shared equally among {devices} devices")
    each = rows // devices
    micro = next(size for size in range(training.per_device_train_batch_size, 0, -1) if each % size == 0)
    training.per_device_train_batch_size = micro
    training.gradient_accumulation_steps = each // micro


def newest_complete(folder: Path) -> str | None:
    """The newest checkpoint that was saved to its end, None when there is none."""
    found = [(int(each.name.split("-")[1]), each) for each in folder.glob("checkpoint-*") if _complete(each)]
    return str(max(found)[1]) if found else None


def _complete(checkpoint: Path) -> bool:
    if not checkpoint.name.split("-")[1].isdigit():
        return False
    try:
        # The trainer writes this file last.
        json.loads((checkpoint / "trainer_state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return True


if __name__ == "__main__":
    main()
