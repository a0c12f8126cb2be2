"""The pilot's work bench: model, tokenizer, rows and voice, shared by all phases."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from advisor import catalog
from advisor.specs import PilotTask
from advisor.work.emit import Emitter
from advisor.work.pilot.alerting import Alerts
from advisor.work.pilot.generating import Generator
from advisor.work.pilot.loading import load_model
from advisor.work.pilot.memory import PeakMemory, free_unused
from advisor.work.pilot.metric_files import MetricFiles
from advisor.work.pilot.progress import Progress
from advisor.work.pilot.rows import Encoder
from advisor.work.pilot.scoring import Scorer
from advisor.work.pilot.settings import pilot_settings
from heuristics.pilot.rate_search import Horizon
from heuristics.pilot.schedule import Speeds
from heuristics.planning.recipe import Recipe


@dataclass(slots=True)
class Bench:
    """Everything that phases share; only the recipe's batch and the model change during a pilot."""

    task: PilotTask
    folder: Path
    emitter: Emitter
    progress: Progress
    recipe: Recipe
    device: torch.device
    memory: PeakMemory
    bytes_before: int
    """Memory in use before the model was loaded."""
    model_folder: Path
    model: PreTrainedModel
    """The base model, without adapter."""
    tokenizer: PreTrainedTokenizerBase
    context: int | None
    """Longest sequence of the model, tokens."""
    state: Path
    """Folder of what a later job needs to go on: finished parts, checkpoints, the tuned model."""
    metrics: MetricFiles
    alerts: Alerts
    speeds: Speeds | None = None
    """None until the proof has measured them."""
    rate_horizon: Horizon | None = None
    """Steps and batch of the rate runs, None when there were none."""
    start_seconds: float = 0.0
    """Time to make the newest trainer."""
    stops: tuple[int, ...] = ()
    tuned: torch.nn.Module | None = field(default=None)
    """The model of the newest run, None when the base model is bare."""

    @property
    def autocast(self) -> Callable[[], AbstractContextManager[object]]:
        """The number format in which the trainer runs the model, for scoring and generating alike."""
        if self.recipe.precision == "fp32":
            return nullcontext
        kind = torch.bfloat16 if self.recipe.precision == "bf16" else torch.float16
        return lambda: torch.autocast(self.device.type, dtype=kind)

    @property
    def encoder(self) -> Encoder:
        """Rows as the trainer cuts them."""
        return Encoder(self.tokenizer, self.recipe.template, self.recipe.sequence_length)

    @property
    def roomy_encoder(self) -> Encoder:
        """Rows with as much prompt as the model's context holds."""
        longest = max(self.recipe.sequence_length, self.context or 0)
        return Encoder(self.tokenizer, self.recipe.template, longest)

    @property
    def general_encoder(self) -> Encoder:
        """Raw text in short pieces, whatever the task's template."""
        longest = pilot_settings().scoring.general_tokens
        return Encoder(self.tokenizer, "none", min(longest, self.context or longest))

    def seconds_to_score(self, tokens: int) -> float:
        """Predicted time of scoring, 0 before speeds are known."""
        return tokens / self.speeds.score if self.speeds else 0.0

    def seconds_to_generate(self, rows: int, tokens: int) -> float:
        """Predicted time of answering, 0 before speeds are known."""
        rounds = -(-rows // catalog.limits().time.generate_batch)
        return rounds * tokens * self.speeds.generate if self.speeds else 0.0

    def scorer(self) -> Scorer:
        """Scores with the tuned model when there is one, else with the base."""
        return Scorer(self.tuned or self.model, self.tokenizer.pad_token_id or 0, self.autocast)

    def generator(self) -> Generator:
        """Generates with the tuned model when there is one, else with the base."""
        return Generator(self.tuned or self.model, self.tokenizer, self.stops, self.autocast)

    def load_base(self) -> None:
        """The base model from its files, the one in memory let go first."""
        self.model = self.model.to("meta")
        free_unused(self.device)
        self.model = load_model(self.model_folder, self.recipe, self.device)

    def restore(self, folder: Path) -> None:
        """The tuned model that was kept in `folder`, on a bare base."""
        self.bare()
        if self.recipe.method == "full":
            self.model = self.model.to("meta")
            free_unused(self.device)
            self.model = load_model(folder, self.recipe, self.device)
            self.tuned = self.model
            return
        from peft import PeftModel

        self.tuned = PeftModel.from_pretrained(self.model, str(folder))
        self.tuned.eval()

    def bare(self) -> None:
        """Back to the base model as it was loaded: the adapter comes off, trained weights are read again."""
        tuned, self.tuned = self.tuned, None
        if tuned is None:
            return
        if self.recipe.method == "full":
            del tuned
            self.load_base()
            return
        self.model = tuned.unload()  # type: ignore[operator]
        # The trainer hangs its own forward on the instance; without it the class's own is back.
        vars(self.model).pop("forward", None)
        self.model.eval()
        free_unused(self.device)
