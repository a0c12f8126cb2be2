"""Shapes of rows that other trainers read and supervised fine-tuning does not: recognised to be explained."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from advisor.work.data.limits import data_limits
from advisor.work.data.turns import has_media, text_of
from heuristics.facts.data import FormatName

Value = Mapping[str, object]
_PAIRS = (("chosen", "rejected"), ("chosen_response", "rejected_response"), ("response_w", "response_l"))
_VERDICTS = ("label", "kto_tag", "thumbs_up", "is_good")
_TREES = ("replies", "children", "instances")
_ENOUGH = 0.5

DECLINED: dict[FormatName, str] = {
    "preference": "rows hold a preferred and a rejected answer: they are for preference training (DPO), "
    "not for supervised fine-tuning; map the preferred one as the answer to train on it alone",
    "unpaired_preference": "rows hold an answer and whether it is good: they are for preference training "
    "(KTO), not for supervised fine-tuning; keep the good ones to train on them",
    "stepwise": "rows hold the steps of an answer with a label each: they are for process reward models, "
    "not for supervised fine-tuning",
    "tree": "rows hold trees of replies or lists of instances: write each path as a row of its own",
    "segments": "rows hold segments with a label each, a form without a template that is not read here: "
    "write prompt and answer as columns",
    "tokens": "rows hold token numbers instead of text: give the text they were made from",
    "prompt_only": "rows hold prompts without answers: supervised fine-tuning needs both",
    "multimodal": "rows refer to images, sound or video; only text can be trained on here",
}
_TEMPLATES = (
    ("ChatML", "<|im_start|>"),
    ("Llama 3", "<|start_header_id|>"),
    ("Llama 2", "[INST]"),
    ("Gemma", "<start_of_turn>"),
    ("Zephyr", "<|assistant|>"),
    ("Alpaca", "### Response:"),
    ("Vicuna", "ASSISTANT:"),
)
"""Marks by which a text shows the template in which it was written."""


def foreign_shapes(sample: Sequence[Value], columns: Mapping[str, str]) -> Iterator[tuple[FormatName, float]]:
    """Shapes that cannot be trained on, each with the share of rows that have it."""
    for name, fits in _SHAPES:
        share = sum(fits(row, columns) for row in sample) / max(1, len(sample))
        if share >= _ENOUGH:
            yield name, share


def rendered_by(sample: Sequence[Value], column: str | None) -> str:
    """The template in which most texts of a column are already written, "" for none."""
    texts = [text for row in sample if (text := text_of(row.get(column or "")))]
    for name, mark in _TEMPLATES:
        if texts and sum(mark in each for each in texts) >= len(texts) * _ENOUGH:
            return name
    return ""


def _preference(row: Value, columns: Mapping[str, str]) -> bool:
    return any(one in columns and two in columns for one, two in _PAIRS)


def _unpaired(row: Value, columns: Mapping[str, str]) -> bool:
    """A prompt or turns, an answer, and a truth value."""
    verdict = next((columns[each] for each in _VERDICTS if each in columns), None)
    if verdict is None or not isinstance(row.get(verdict), bool):
        return False
    names = data_limits().columns
    asked = any(
        each in columns for part in ("prompt", "instruction", "question", "messages") for each in names[part]
    )
    return asked and ("messages" in columns or any(each in columns for each in names["completion"]))


def _stepwise(row: Value, columns: Mapping[str, str]) -> bool:
    steps, labels = row.get(columns.get("completions", "")), row.get(columns.get("labels", ""))
    return isinstance(steps, list) and isinstance(labels, list)


def _tree(row: Value, columns: Mapping[str, str]) -> bool:
    """A list of objects under a name of trees, at the top or inside the prompt."""
    inside = [each for each in row.values() if isinstance(each, dict)]
    for place in (row, *inside):
        for name in _TREES:
            value = place.get(name)
            if isinstance(value, list) and value and isinstance(value[0], dict):
                return True
    return False


def _segments(row: Value, columns: Mapping[str, str]) -> bool:
    value = row.get(columns.get("segments", ""))
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict) and "text" in value[0]


def _tokens(row: Value, columns: Mapping[str, str]) -> bool:
    value = row.get(columns.get("input_ids", ""))
    return isinstance(value, list) and bool(value) and isinstance(value[0], int)


def _prompt_only(row: Value, columns: Mapping[str, str]) -> bool:
    """A prompt as the only column, as text or as turns without an answer."""
    value = row.get(columns.get("prompt", ""))
    if len(columns) != 1:
        return False
    if isinstance(value, list):
        return not any(isinstance(each, dict) and each.get("role") == "assistant" for each in value)
    return isinstance(value, str)


def _multimodal(row: Value, columns: Mapping[str, str]) -> bool:
    media = [columns[each] for each in data_limits().columns["media"] if each in columns]
    return any(row.get(each) for each in media) or any(has_media(each) for each in row.values())


_SHAPES: tuple[tuple[FormatName, Callable[[Value, Mapping[str, str]], bool]], ...] = (
    ("preference", _preference),
    ("unpaired_preference", _unpaired),
    ("stepwise", _stepwise),
    ("tree", _tree),
    ("segments", _segments),
    ("tokens", _tokens),
    ("multimodal", _multimodal),
    ("prompt_only", _prompt_only),
)
