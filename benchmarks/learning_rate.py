"""The learning rate rule against the best rate of a dense grid, on real small fine-tunes."""

import argparse
import json
import math
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from advisor import catalog
from advisor.files import write_atomic
from advisor.models.search import find_model
from advisor.specs import DataChoice
from advisor.work.data.load import load
from advisor.work.data.split import split
from advisor.work.emit import Emitter
from advisor.work.pilot.loading import load_model
from advisor.work.pilot.rows import Encoder, kept
from advisor.work.pilot.scoring import Scorer, mean_loss
from advisor.work.pilot.trainer import RunPlan, make_trainer
from advisor.work.tokenizer import load_tokenizer, template_of
from benchmarks.rate_regret import TARGET, Outcome, Saved, fine_tune, regrets, saved_of
from heuristics.facts.model import ModelFacts
from heuristics.planning.adapter import choose_rank
from heuristics.planning.batch import effective_batch, steps_of
from heuristics.planning.epochs import choose_epochs
from heuristics.planning.learning_rate import rate_prior
from heuristics.planning.recipe import Recipe
from heuristics.planning.settings import warmup_share

RESULT = Path(__file__).parent / "results" / "learning_rate.json"
GRID = tuple(float(f"{10 ** (step / 4):.2g}") for step in range(-15, -4))
"""Four rates per factor of ten, from 1.8e-4 to 0.056."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One fine-tune of which only the rate varies."""

    task: str
    model: ModelFacts
    data: Path
    rows: int


def main(argv: Sequence[str] | None = None) -> int:
    """Run what is missing, print the table; 1 when the rule leaves more than the target."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tasks", nargs="*", metavar="NAME=MODEL:FILE", help="fine-tunes beside the demo")
    parser.add_argument("--rows", type=int, default=200, help="training rows of each run")
    parser.add_argument("--heldout", type=int, default=100, help="rows scored after each run")
    parser.add_argument("--seeds", type=int, default=1, help="runs at each rate")
    parser.add_argument("--report", action="store_true", help="print what is saved, run nothing")
    asked = parser.parse_args(argv)
    saved = _read()
    if not asked.report:
        with catalog.demo_folder() as demo:
            settings = [_setting(each, asked.rows) for each in asked.tasks]
            settings.append(Setting("triage", find_model("demo"), demo / "triage.jsonl", asked.rows))
            for setting in settings:
                saved = _complete(setting, saved, asked.heldout, asked.seeds)
    return _report(saved)


def _setting(text: str, rows: int) -> Setting:
    name, _, rest = text.partition("=")
    model, _, file = rest.partition(":")
    return Setting(name, find_model(model), Path(file), rows)


def _complete(setting: Setting, saved: Saved, heldout: int, seeds: int) -> Saved:
    """What is saved, with the runs of this setting that were missing; each is on disk when it is there."""
    recipe = recipe_of(setting)
    rules = {
        **dict(saved.rules),
        fine_tune(setting.task, setting.model.id, setting.rows): recipe.learning_rate,
    }
    saved = replace(saved, rules=tuple(rules.items()))
    for seed in range(17, 17 + seeds):
        for rate in sorted({*GRID, recipe.learning_rate}):
            if any(_same(each, setting, rate, seed) for each in saved.runs):
                continue
            outcome = run(setting, replace(recipe, learning_rate=rate, seed=seed), heldout)
            print(f"{outcome.task:12}{rate:10.2g}{outcome.before:8.3f}{outcome.after:8.3f}", flush=True)
            saved = replace(saved, runs=(*saved.runs, outcome))
            _write(saved)
    _write(saved)
    return saved


def _same(each: Outcome, setting: Setting, rate: float, seed: int) -> bool:
    asked = (setting.task, setting.model.id, setting.rows, rate, seed)
    return (each.task, each.model, each.rows, each.rate, each.seed) == asked


def recipe_of(setting: Setting) -> Recipe:
    """The settings that the rules give, as the pilot would take them."""
    limits, shape = catalog.limits(), setting.model.shape
    epochs = choose_epochs(setting.rows, limits.epochs)
    batch = effective_batch(setting.rows, epochs, limits.batch)
    steps = steps_of(setting.rows, epochs, batch)
    return Recipe(
        model=setting.model.id,
        method="lora",
        learning_rate=rate_prior(shape, "lora", batch, steps, limits.rate).value,
        micro_batch=batch,
        accumulation=1,
        epochs=epochs,
        sequence_length=min(512, shape.context or 512),
        samples=setting.rows,
        rank=choose_rank(shape, 0.0, limits.adapter),
        alpha=limits.adapter.alpha,
        warmup_share=warmup_share(steps, limits.rate),
    )


def run(setting: Setting, recipe: Recipe, heldout: int) -> Outcome:
    """Train once with the program's own trainer and score held-out rows before and after."""
    import torch

    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        examples = load(DataChoice(path=setting.data), Emitter(Path(folder))).examples
        splits = split(examples, None)
        tokenizer = load_tokenizer(setting.model)
        recipe = replace(recipe, template=template_of(setting.model, tokenizer, splits.train))
        device = torch.device("cpu")
        model = load_model(Path(setting.model.path or ""), recipe, device)
        encoder = Encoder(tokenizer, recipe.template, recipe.sequence_length)
        rows = kept(encoder.rows(splits.validation[:heldout]))
        pad = int(tokenizer.pad_token_id or 0)
        before = mean_loss(Scorer(model, pad, nullcontext).losses(rows))
        chosen = [each.example for each in kept(encoder.rows(splits.train[: setting.rows]))]
        plan = RunPlan("grid", "rate", tuple(chosen), recipe.learning_rate, recipe.epochs, recipe.seed)
        trainer = make_trainer(model, tokenizer, recipe, plan, Path(folder))
        trainer.train()
        after = mean_loss(Scorer(trainer.model, pad, nullcontext).losses(rows))
    after = after if math.isfinite(after) else math.inf
    seconds = round(time.monotonic() - began, 1)
    return Outcome(
        setting.task,
        setting.model.id,
        setting.rows,
        recipe.learning_rate,
        recipe.seed,
        round(before, 4),
        round(after, 4),
        seconds,
    )


def _report(saved: Saved) -> int:
    """One line per fine-tune: the best rate, the rule's rate, and what the rule leaves."""
    print(f"{'fine-tune':34}{'best rate':>10}{'loss':>8}{'rule':>9}{'loss':>8}{'regret':>8}   nats per token")
    left: list[float] = []
    for each in regrets(saved):
        left.append(each.share)
        print(
            f"{each.name:34}{each.best:10.2g}{each.best_loss:8.3f}{each.rule:9.2g}{each.rule_loss:8.3f}"
            f"{each.nats:8.3f}   {each.share:.1%} of the possible gain"
        )
    if not left:
        print("nothing is saved yet")
        return 1
    mean = sum(left) / len(left)
    print(
        f"mean {mean:.1%}, worst {max(left):.1%} of the possible gain left; target {TARGET:.0%} in the mean"
    )
    return 0 if mean <= TARGET else 1


def _read() -> Saved:
    if not RESULT.exists():
        return Saved()
    return saved_of(json.loads(RESULT.read_text(encoding="utf-8")))


def _write(saved: Saved) -> None:
    RESULT.parent.mkdir(exist_ok=True)
    written = {
        "what": "held-out loss per answer token after a LoRA fine-tune, nats, CPU",
        "date": datetime.now(UTC).date().isoformat(),
        "rules": dict(saved.rules),
        "runs": [asdict(each) for each in saved.runs],
    }
    write_atomic(RESULT, json.dumps(written, indent=1) + "\n", mode=0o644)


if __name__ == "__main__":
    sys.exit(main())
