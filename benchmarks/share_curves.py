"""Measures learning curves of exact answers once: real fine-tunes of the worlds' small base model."""

import argparse
import itertools
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, PreTrainedModel, PreTrainedTokenizerFast

from benchmarks.curves import LADDER, ROWS, TRUTH
from benchmarks.kept_lines import keep, kept
from benchmarks.small_tunes import Encoded, padded, tuned
from benchmarks.worlds import base, language
from benchmarks.worlds.language import COLOUR, PLACE, TEAM, THING, VERB, WHEN, WHO, Message

RESULT = Path(__file__).parent / "results" / "share_curves.jsonl"
ANSWERED = 32
"""Rows that a pilot answers after each run of the ladder …"""
TRUE_ROWS = 400
"""… and rows on which the truth is measured."""
RATES = {"full": 1e-3, "lora": 6e-3}
Row = tuple[str, str]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure the curves that are not yet there; each is saved when it ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=4, help="curves of each task")
    asked = parser.parse_args(argv)
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS", "1")))
    folder, tokenizer = base.base_model(), base.make_tokenizer()
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    there = {(each["task"], each["seed"]) for each in saved()}
    for seed, (number, (name, answer)) in itertools.product(range(asked.seeds), enumerate(TASKS.items())):
        if (name, seed) in there:
            continue
        began = time.monotonic()
        method = ("full", "lora")[(number + seed) % 2]
        points = list(_points(model, tokenizer, (name, answer), seed, method))
        keep(RESULT, {"task": name, "seed": seed, "method": method, "points": points})
        print(f"{name:24}{seed:3}{method:>6}{time.monotonic() - began:8.1f} s", flush=True)
    return 0


def saved() -> list[dict[str, object]]:
    """The curves measured so far."""
    return kept(RESULT)


def _by(words: Sequence[str], part: str, answers: Sequence[str]) -> Callable[[Message, random.Random], str]:
    """Each word of one part of the report has a fixed answer."""
    given = dict(zip(words, random.Random(part).choices(answers, k=len(words)), strict=True))
    return lambda each, _: f"queue {given[getattr(each, part)]}"


def _noisy(share: float, words: Sequence[str], part: str) -> Callable[[Message, random.Random], str]:
    """The same with a share of answers drawn by lot."""
    right = _by(words, part, TEAM[:4])
    return lambda each, chance: (
        f"queue {chance.choice(TEAM[:4])}" if chance.random() < share else right(each, chance)
    )


TASKS: dict[str, Callable[[Message, random.Random], str]] = {
    "team of the colour": _by(COLOUR, "colour", TEAM[:4]),
    "team of the thing": _by(THING, "thing", TEAM[:4]),
    "one of eight of the thing": _by(THING, "thing", TEAM),
    "team of the verb": _by(VERB, "verb", TEAM[:2]),
    "team of the time": _by(WHEN, "when", TEAM[:4]),
    "team of the person": _by(WHO, "who", TEAM[:4]),
    "team of the place": _by(PLACE, "place", TEAM),
    "two teams of the place": _by(PLACE, "place", TEAM[:2]),
    "a tenth by lot": _noisy(0.1, THING, "thing"),
    "a third by lot": _noisy(0.33, COLOUR, "colour"),
    "most by lot": _noisy(0.7, VERB, "verb"),
    "all by lot": lambda _, chance: f"queue {chance.choice(TEAM[:4])}",
    "copy the colour": lambda each, _: f"note {each.colour}",
    "copy thing and place": lambda each, _: f"{each.thing} in {each.place}",
    "copy the person": lambda each, _: f"reply {each.who}",
    "home of the person": lambda each, _: f"code {language.HOME[each.who]}",
    "colour and verb together": lambda each, _: (
        f"queue {TEAM[(COLOUR.index(each.colour) + VERB.index(each.verb)) % 2]}"
    ),
}


def _rows(answer: Callable[[Message, random.Random], str], seed: str, count: int) -> list[Row]:
    chance = random.Random(seed)
    drawn = [language.draw_message(chance) for _ in range(count)]
    return [(each.text(), answer(each, chance)) for each in drawn]


def _points(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerFast,
    task: tuple[str, Callable[[Message, random.Random], str]],
    seed: int,
    method: str,
) -> Iterator[dict[str, float]]:
    """(samples, seed, exact) of every run: nested rows, the same held-out rows throughout."""
    name, answer = task
    heldout = [_encoded(tokenizer, each) for each in _rows(answer, f"held out {name} {seed}", TRUE_ROWS)]
    rows = [_encoded(tokenizer, each) for each in _rows(answer, f"train {name} {seed}", TRUTH[0][0])]
    pad = tokenizer.pad_token_id
    for samples, seeds in (*LADDER, *TRUTH):
        for each in range(seeds):
            trained = tuned(model, rows[:samples], pad, method, RATES[method], 1000 * seed + each)
            asked = heldout if samples > ROWS else heldout[:ANSWERED]
            yield {"samples": samples, "seed": each, "exact": round(_exact(trained, pad, asked), 6)}


def _exact(model: torch.nn.Module, pad: int, rows: Sequence[Encoded]) -> float:
    """Share of answers that greedy decoding gives exactly: each token is the most likely one."""
    right = 0
    with torch.no_grad():
        for start in range(0, len(rows), 100):
            inputs = padded(rows[start : start + 100], pad)
            told = inputs["labels"][:, 1:]
            agree = (model(**inputs).logits[:, :-1].argmax(-1) == told) | (told == -100)
            right += int(agree.all(dim=1).sum())
    return right / len(rows)


def _encoded(tokenizer: PreTrainedTokenizerFast, row: Row) -> Encoded:
    asked = tokenizer(f"{base.USER} {row[0]} {base.ASSISTANT}", add_special_tokens=False)["input_ids"]
    told = tokenizer(f"{row[1]} {base.END}", add_special_tokens=False)["input_ids"]
    return asked, told


if __name__ == "__main__":
    raise SystemExit(main())
