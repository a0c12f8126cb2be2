"""A tokenizer from its files alone, where those say all: importing transformers takes most of a second."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from advisor.small_text import small_text
from advisor.work.data.scan.chat_text import Writer, chat_writer

if TYPE_CHECKING:
    from tokenizers import Tokenizer

FAMILIES = frozenset(
    {"gemma2", "gemma3_text", "gpt2", "gpt_neox", "granite", "llama", "olmo2", "qwen3", "smollm3"}
)
"""Model types for which transformers takes the class that the tokenizer's own files name."""
_CLASSES = ("TokenizersBackend", "PreTrainedTokenizerFast")
"""Classes that take tokenizer.json as it stands."""
_NAMED = ("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token")
"""Special tokens in the order in which transformers lists them."""
_WITHOUT_EFFECT = {
    "add_bos_token",
    "add_eos_token",
    "backend",
    "clean_up_tokenization_spaces",
    "model_input_names",
    "model_max_length",
    "padding_side",
    "tokenizer_class",
}
"""Settings that change no token of a text where tokenizer.json is there."""
_READ = {*_NAMED, "extra_special_tokens", "chat_template"}
_OTHERS = ("added_tokens.json", "special_tokens_map.json", "chat_template.json", "additional_chat_templates")
"""Files that transformers would read too."""
_LARGEST_TOKENIZER, _LARGEST = 64 << 20, 16 << 20


@dataclass(slots=True)
class BareTokenizer:
    """What counting tokens needs of a tokenizer, under the names that transformers gives it."""

    backend_tokenizer: "Tokenizer"
    special_tokens_map: Mapping[str, str]
    all_special_tokens: Sequence[str]
    chat_template: str | None
    model_max_length: int = 0
    _writer: Writer | None = field(default=None, init=False)

    @property
    def eos_token(self) -> str:
        return self.special_tokens_map["eos_token"]

    def __call__(
        self, texts: Sequence[str], add_special_tokens: bool, return_attention_mask: bool
    ) -> Mapping[str, list[list[int]]]:
        encoded = self.backend_tokenizer.encode_batch(list(texts), add_special_tokens=add_special_tokens)
        return {"input_ids": [each.ids for each in encoded]}

    def apply_chat_template(
        self, turns: Sequence[Mapping[str, str]], tokenize: bool, add_generation_prompt: bool = False
    ) -> str:
        """The text of a conversation; raises what the template raises."""
        if self._writer is None:
            assert self.chat_template is not None
            self._writer = chat_writer(self.chat_template, self.special_tokens_map)
        return self._writer(turns, add_generation_prompt)


def bare_tokenizer(folder: Path) -> BareTokenizer | None:
    """The tokenizer of a model's folder; None when anything there is odd, for the library to judge."""
    from tokenizers import Tokenizer

    try:
        settings = json.loads(small_text(folder / "tokenizer_config.json", _LARGEST))
        family = json.loads(small_text(folder / "config.json", _LARGEST))["model_type"]
        stored = small_text(folder / "tokenizer.json", _LARGEST_TOKENIZER)
        parts = json.loads(stored)
        added = {each["content"]: each["special"] for each in parts["added_tokens"]}
        special, further = _special(settings)
        if (
            family not in FAMILIES
            or settings.get("tokenizer_class") not in _CLASSES
            or not settings.keys() <= _READ | _WITHOUT_EFFECT
            or parts["post_processor"] is None
            or not all(added.get(each) for each in (*special.values(), *further))
            or any((folder / each).exists() for each in _OTHERS)
        ):
            return None
        tokenizer = Tokenizer.from_str(stored)
        template = _chat_template(folder, settings)
    except Exception:  # noqa: BLE001 - damaged files raise anything, and the library's own words are shown
        return None
    tokenizer.no_truncation()
    tokenizer.no_padding()
    every = tuple(dict.fromkeys((*special.values(), *further)))
    return BareTokenizer(tokenizer, special, every, template)


def _special(settings: Mapping[str, object]) -> tuple[dict[str, str], list[str]]:
    """The named special tokens, with one for padding, and the further ones; KeyError if no text ends."""
    special = {name: _text(settings[name]) for name in _NAMED if settings.get(name) is not None}
    special.setdefault("pad_token", special["eos_token"])
    further = settings.get("extra_special_tokens") or []
    if not isinstance(further, list):
        raise ValueError("special tokens by name")
    return {name: special[name] for name in _NAMED if name in special}, [_text(each) for each in further]


def _text(token: object) -> str:
    if not isinstance(token, str):
        raise ValueError("a token with properties of its own")
    return token


def _chat_template(folder: Path, settings: Mapping[str, object]) -> str | None:
    """The template's file before the setting; ValueError for several templates."""
    file = folder / "chat_template.jinja"
    template = small_text(file, _LARGEST) if file.exists() else settings.get("chat_template")
    if template is not None and not isinstance(template, str):
        raise ValueError("several templates")
    return template
