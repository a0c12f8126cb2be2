"""One export on disk with ten real rows, and the ids and labels that the pilot would train on."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from advisor.export.all import write
from advisor.work.data.examples import Example, Message
from advisor.work.data.export import write_rows
from advisor.work.data.progress import Progress
from advisor.work.data.render import Template, conversation_row, training_row
from advisor.work.emit import Emitter
from advisor.work.tokenizer import encode_rows, load_tokenizer
from heuristics.facts.model import ModelFacts
from tests.advisor.example_case import full_case
from tests.advisor.tiny_model import make_tiny_model

IGNORED = -100
LENGTH = 512
DEMO = Path(__file__).parents[2] / "presets" / "demo" / "model"


@dataclass(frozen=True, slots=True)
class Exported:
    """An export's folder, its model, and what the pilot's trainer makes of its training rows."""

    folder: Path
    model: ModelFacts
    ids: list[list[int]]
    labels: list[list[int]]


def examples(template: Template) -> tuple[Example, ...]:
    """Ten rows: with a system turn, with earlier answers, with quotes and line breaks."""
    if template == "none":
        return tuple(Example(n, (), text=f"Story {n} of the river.\nIt ends.") for n in range(10))
    rows = []
    for number in range(10):
        turns = [
            Message("user", f"Question {number}: \"why\"?\nAnd 'how'?"),
            Message("assistant", f"It is {number}."),
        ]
        if number % 3 == 0:
            turns.insert(0, Message("system", "Be brief."))
        if number % 4 == 1:
            turns += [Message("user", "Sure?"), Message("assistant", f"Yes, {number}")]
        rows.append(Example(number, tuple(turns)))
    return tuple(rows)


def export(folder: Path, template: Template, **changes: object) -> Exported:
    """Write everything into `folder`: a model with a chat template for "chat", without for the rest."""
    place = DEMO if template == "chat" else make_tiny_model(folder / "tiny model")
    settings: dict[str, object] = {"template": template, "sequence_length": LENGTH, **changes}
    case = full_case(folder / "case", model_folder=str(place), **settings)
    out = folder / "out"
    write(case, out)
    rows = examples(template)
    shapes: dict[str, Callable[[Example], dict[str, object]]] = {
        "data": lambda row: training_row(row, template)
    }
    if template == "chat":
        shapes["conversations"] = conversation_row
    for name, shape in shapes.items():
        (out / name).mkdir()
        for role in ("train", "validation", "test"):
            progress = Progress(Emitter(folder), "writing", len(rows), "rows")
            write_rows(out / name / f"{role}.jsonl", rows, shape, progress)
    assert case.model is not None
    pairs = encode_rows(load_tokenizer(case.model), [training_row(row, template) for row in rows])
    return Exported(
        out,
        case.model,
        [[*prompt, *answer] for prompt, answer in pairs],
        [[IGNORED] * len(prompt) + list(answer) for prompt, answer in pairs],
    )
