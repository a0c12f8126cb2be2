"""Trains in full what the pilot tried, with Unsloth's kernels, and goes on after an interruption.

python unsloth_train.py unsloth.json
"""

import json
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

IGNORED = -100


class Tokenizer(Protocol):
    """What is asked of a tokenizer."""

    eos_token: str

    def __call__(self, text: str, *, add_special_tokens: bool) -> Mapping[str, list[int]]: ...
    def apply_chat_template(
        self, messages: list[object], *, tokenize: bool, add_generation_prompt: bool
    ) -> str: ...


def encoded(
    tokenizer: Tokenizer, row: Mapping[str, object], longest: int, everything: bool
) -> dict[str, list[int]]:
    """Ids and labels of a row as the pilot's trainer makes them: no prompt is trained, the end is cut."""
    prompt, ids = _ids(tokenizer, row)
    trained = 0 if everything else shared(prompt, ids)
    labels = [IGNORED] * trained + ids[trained:]
    return {"input_ids": ids[:longest], "labels": labels[:longest]}


def _ids(tokenizer: Tokenizer, row: Mapping[str, object]) -> tuple[list[int], list[int]]:
    """Ids of the prompt alone, and of prompt and answer together."""
    text = row.get("text")
    if isinstance(text, str):
        return [], _tokens(tokenizer, ended(tokenizer, text))
    prompt, answer = row["prompt"], row["completion"]
    if isinstance(prompt, str) and isinstance(answer, str):
        return _tokens(tokenizer, prompt), _tokens(tokenizer, prompt + ended(tokenizer, answer))
    if not isinstance(prompt, list) or not isinstance(answer, list):
        raise SystemExit("a row is neither text, nor prompt and completion")
    asked = tokenizer.apply_chat_template(prompt, tokenize=False, add_generation_prompt=True)
    whole = tokenizer.apply_chat_template(prompt + answer, tokenize=False, add_generation_prompt=False)
    return _tokens(tokenizer, asked, special=False), _tokens(tokenizer, whole, special=False)


def _tokens(tokenizer: Tokenizer, text: str, special: bool = True) -> list[int]:
    return list(tokenizer(text, add_special_tokens=special)["input_ids"])


def ended(tokenizer: Tokenizer, text: str) -> str:
    """The text with its end marked."""
    return text if text.endswith(tokenizer.eos_token) else text + tokenizer.eos_token


def shared(one: Sequence[int], other: Sequence[int]) -> int:
    """How many ids two lists have in common at their beginning."""
    for place, (first, second) in enumerate(zip(one, other, strict=False)):
        if first != second:
            return place
    return min(len(one), len(other))


def rows_of(
    path: Path, encode: Callable[[Mapping[str, object]], dict[str, list[int]]]
) -> list[dict[str, list[int]]]:
    """The encoded rows of a JSON Lines file of which some token is trained."""
    with path.open(encoding="utf-8") as lines:
        rows = [encode(json.loads(line)) for line in lines]
    return [row for row in rows if any(label != IGNORED for label in row["labels"])]


def main(settings_file: str) -> None:
    """Train and save."""
    # Unsloth changes the other libraries, so it must come first.
    from unsloth import FastLanguageModel, is_bfloat16_supported  # isort: skip
    from datasets import Dataset
    from transformers import DataCollatorForSeq2Seq, Trainer, TrainingArguments
    from transformers.trainer_utils import get_last_checkpoint

    chosen = json.loads(Path(settings_file).read_text(encoding="utf-8"))
    bf16 = chosen["precision"] == "bf16" and is_bfloat16_supported()
    model, tokenizer = FastLanguageModel.from_pretrained(
        model_name=chosen["model"],
        max_seq_length=chosen["sequence_length"],
        load_in_4bit=chosen["method"] == "qlora",
        full_finetuning=chosen["method"] == "full",
    )
    if chosen["method"] != "full":
        model = FastLanguageModel.get_peft_model(
            model,
            r=chosen["rank"],
            lora_alpha=chosen["alpha"],
            lora_dropout=chosen["dropout"],
            target_modules=chosen["targets"],
            use_gradient_checkpointing="unsloth" if chosen["checkpointing"] else False,
            random_state=chosen["seed"],
        )

    def encode(row: Mapping[str, object]) -> dict[str, list[int]]:
        return encoded(tokenizer, row, chosen["sequence_length"], chosen["everything"])

    train = Dataset.from_list(rows_of(Path(chosen["train"]), encode))
    validation = chosen["validation"]
    batch = chosen["micro_batch"] * chosen["accumulation"]
    steps = math.ceil(len(train) / batch) * chosen["epochs"]
    trainer = Trainer(
        model=model,
        args=TrainingArguments(
            **chosen["arguments"],
            warmup_steps=math.ceil(chosen["warmup_share"] * steps),
            bf16=bf16,
            fp16=chosen["precision"] != "fp32" and not bf16,
            eval_strategy="epoch" if validation else "no",
        ),
        train_dataset=train,
        eval_dataset=Dataset.from_list(rows_of(Path(validation), encode)) if validation else None,
        data_collator=DataCollatorForSeq2Seq(tokenizer, label_pad_token_id=IGNORED, padding=True),
        processing_class=tokenizer,
    )
    folder = chosen["arguments"]["output_dir"]
    trainer.train(resume_from_checkpoint=get_last_checkpoint(folder) if Path(folder).is_dir() else None)
    trainer.save_model(folder)


if __name__ == "__main__":
    main(sys.argv[1])
