"""The planned model's tokenizer and template, and the very tokens that the trainer will see."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, cast

from advisor.errors import AdvisorError, BadModel
from advisor.text import one_line
from advisor.work.bare_tokenizer import BareTokenizer, bare_tokenizer
from advisor.work.data.examples import Example
from advisor.work.data.limits import data_limits
from advisor.work.data.render import Template, as_turn, training_row
from advisor.work.light import without_torch
from advisor.work.limited import limited
from heuristics.facts.model import ModelFacts

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

AnyTokenizer: TypeAlias = "PreTrainedTokenizerBase | BareTokenizer"

TRIED_ROWS = 8
"""Rows that a chat template must render before it is used."""


def load_tokenizer(model: ModelFacts) -> "PreTrainedTokenizerBase":
    """The model's tokenizer with a padding token; never runs code from the model's folder.

    Raises BadModel, in one line, when it is missing, damaged or has no end-of-text token.
    """
    name = one_line(model.id, 60)
    if model.path is not None and not Path(model.path).is_dir():
        raise BadModel(f"{name}: the model's folder is gone", "Choose the model again.")
    try:
        with without_torch():
            from transformers import AutoTokenizer

            tokenizer = AutoTokenizer.from_pretrained(model.path or model.id, trust_remote_code=False)
    except AdvisorError:
        raise
    except Exception as error:  # damaged files raise anything, even bare Exception
        raise BadModel(
            f"{name}: the tokenizer cannot be loaded: {one_line(str(error), 140)}",
            "Choose another model, or put its tokenizer files into the folder.",
        ) from error
    if not isinstance(tokenizer.eos_token, str):
        raise BadModel(
            f"{name}: the tokenizer has no end-of-text token", "Set eos_token in its configuration."
        )
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return cast("PreTrainedTokenizerBase", tokenizer)


def counting_tokenizer(model: ModelFacts) -> AnyTokenizer:
    """The tokenizer for a job that only counts: from its files alone where that is enough, else as
    `load_tokenizer` gives it."""
    bare = bare_tokenizer(Path(model.path)) if model.path is not None else None
    return bare if bare is not None else load_tokenizer(model)


def template_of(model: ModelFacts, tokenizer: AnyTokenizer, examples: Sequence[Example]) -> Template:
    """How these rows become text: "none" for raw text, "chat" with a chat template, else "plain".

    Raises BadModel when the model has a chat template that refuses the first rows.
    """
    if examples and examples[0].text is not None:
        return "none"
    if not getattr(tokenizer, "chat_template", None):
        return "plain"
    limits = data_limits().templates
    for each in examples[:TRIED_ROWS]:
        try:
            with limited(limits.seconds, limits.more_bytes):
                tokenizer.apply_chat_template([as_turn(turn) for turn in each.messages], tokenize=False)
        except AdvisorError:
            raise
        except Exception as error:  # a template is a program from elsewhere
            name, why = one_line(model.id, 60), one_line(str(error) or "it needed too much memory", 120)
            raise BadModel(
                f"{name}: the chat template refuses row {each.line}: {why}",
                _what_to_do(each),
            ) from error
    return "chat"


def _what_to_do(refused: Example) -> str:
    if any(turn.role == "system" for turn in refused.messages):
        return "Move the system text into the first user turn, or choose a model whose template accepts it."
    return "Change the order of turns in the data, or choose a model whose template accepts it."


def encode_rows(
    tokenizer: AnyTokenizer, rows: Sequence[dict[str, object]]
) -> list[tuple[list[int], list[int]]]:
    """Prompt tokens and answer tokens of each row of `training_row`, before truncation.

    The same tokens as TRL 1.16 trains on (`SFTTrainer._prepare_dataset`): the end-of-text token is added to
    strings only, and the answer begins where prompt alone and prompt with answer begin to differ. Raw text
    has no prompt.
    """
    if not rows:
        return []
    pairs = [_prompt_and_whole(tokenizer, row) for row in rows]
    chat = isinstance(rows[0].get("prompt"), list)
    with _long_rows_allowed(tokenizer):
        prompts = _tokens(tokenizer, [prompt for prompt, _ in pairs], chat=chat)
        wholes = _tokens(tokenizer, [whole for _, whole in pairs], chat=chat)
    if "text" in rows[0]:
        return [([], whole) for whole in wholes]
    encoded = []
    for prompt, whole in zip(prompts, wholes, strict=True):
        shared = _common_prefix(prompt, whole)
        encoded.append((whole[:shared], whole[shared:]))
    return encoded


def encode_examples(
    tokenizer: AnyTokenizer, examples: Sequence[Example], template: Template
) -> list[tuple[list[int], list[int]]]:
    """`encode_rows` of examples in one template."""
    return encode_rows(tokenizer, [training_row(each, template) for each in examples])


def _prompt_and_whole(tokenizer: AnyTokenizer, row: dict[str, object]) -> tuple[str, str]:
    """The text of the prompt alone, and of prompt and answer together."""
    match row:
        case {"prompt": list() as prompt, "completion": list() as completion}:
            alone = _rendered(tokenizer, prompt, add_generation_prompt=True)
            return alone, _rendered(tokenizer, [*prompt, *completion], add_generation_prompt=False)
        case {"prompt": str() as prompt, "completion": str() as completion}:
            return prompt, prompt + _ended(completion, tokenizer)
        case {"text": str() as text}:
            return "", _ended(text, tokenizer)
        case _:
            raise ValueError(f"not a training row: {sorted(row)}")


def _ended(text: str, tokenizer: AnyTokenizer) -> str:
    end = cast("str", tokenizer.eos_token)
    return text if text.endswith(end) else text + end


def _tokens(tokenizer: AnyTokenizer, texts: list[str], *, chat: bool) -> list[list[int]]:
    """Tokens of texts; a chat template has already written the special tokens."""
    encoded = tokenizer(texts, add_special_tokens=not chat, return_attention_mask=False)
    return cast("list[list[int]]", encoded["input_ids"])


def _rendered(tokenizer: AnyTokenizer, turns: list[dict[str, str]], *, add_generation_prompt: bool) -> str:
    text = tokenizer.apply_chat_template(turns, tokenize=False, add_generation_prompt=add_generation_prompt)
    return cast("str", text)


def _common_prefix(first: list[int], second: list[int]) -> int:
    for index, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return index
    return min(len(first), len(second))


@contextmanager
def _long_rows_allowed(tokenizer: AnyTokenizer) -> Iterator[None]:
    """Keep the library from warning about rows longer than the context: lengths are what is asked for."""
    limit = tokenizer.model_max_length
    tokenizer.model_max_length = int(1e30)
    try:
        yield
    finally:
        tokenizer.model_max_length = limit
