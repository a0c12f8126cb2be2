"""Token counts of rows in the processes that read the file, the same as the trainer's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from advisor.work.data.examples import Example
from advisor.work.data.render import Template, as_turn, training_row
from advisor.work.data.scan.pieces import PieceCounter, PieceRule, piece_rule

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerBase

NOT_COUNTED = 0xFFFFFFFF
"""Stands for the answer tokens of rows that are not in the sample."""
VERIFIED_ROWS = 200
"""Rows on which the fast way must agree with the tokenizer before it is used."""


@dataclass(frozen=True, slots=True)
class TokenPlan:
    """All that a process needs to count tokens as one model's tokenizer and template would."""

    backend: str
    """The tokenizer in JSON."""
    template: Template
    chat_template: str | None
    special: Mapping[str, str]
    """Named special tokens, which templates use."""
    end: str
    """The end-of-text token."""
    rule: PieceRule | None
    """How texts are split into pieces; None when every text has to be tokenised."""
    every: int = 1
    """Of how many rows one is counted."""


class TokenCounter:
    """Counts prompt and answer tokens of rows before truncation."""

    def __init__(self, plan: TokenPlan) -> None:
        from tokenizers import Tokenizer

        self._plan = plan
        self._tokenizer: Tokenizer = Tokenizer.from_str(plan.backend)
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._tokenizer.encode_special_tokens = False
        self._pieces = PieceCounter(plan.rule, self._encode) if plan.rule is not None else None
        marks = len(self._tokenizer.encode("").ids) if plan.template != "chat" else 0
        self._marks = marks

    def lengths(self, examples: Sequence[Example]) -> dict[str, "NDArray[np.uint32]"]:
        """Tokens of each row's prompt and of its answer, and its characters, as columns of the row store."""
        import numpy as np

        every = self._plan.every
        pairs = [
            self._pair(each) if every == 1 or _scattered(each.line) % every == 0 else (0, NOT_COUNTED)
            for each in examples
        ]
        both = np.array(pairs, dtype=np.uint32).reshape(-1, 2)
        characters = np.fromiter((_characters(each) for each in examples), np.uint32, len(examples))
        return {
            "prompt_tokens": both[:, 0].copy(),
            "answer_tokens": both[:, 1].copy(),
            "characters": characters,
        }

    def _pair(self, example: Example) -> tuple[int, int]:
        prompt, whole = self._texts(example)
        marks = self._marks
        if self._plan.template == "none" or example.text is not None:
            if self._pieces is not None:
                return 0, self._pieces.count(whole) + marks
            return 0, len(self._ids(whole))
        counted = self._pieces.prompt_and_whole(prompt, whole) if self._pieces is not None else None
        if counted is not None:
            return counted[0] + marks, counted[1] - counted[0]
        one, two = self._ids(prompt), self._ids(whole)
        shared = next(
            (n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two))
        )
        return shared, len(two) - shared

    def _texts(self, example: Example) -> tuple[str, str]:
        plan = self._plan
        if plan.template == "chat" and example.text is None:
            before = [as_turn(each) for each in example.prompt]
            after = {"role": "assistant", "content": example.answer}
            return self._rendered(before, True), self._rendered([*before, after], False)
        row = training_row(example, plan.template)
        prompt, answer = str(row.get("prompt", "")), str(row.get("completion", row.get("text", "")))
        return prompt, prompt + (answer if answer.endswith(plan.end) else answer + plan.end)

    def _rendered(self, turns: list[dict[str, str]], add_generation_prompt: bool) -> str:
        from transformers.utils.chat_template_utils import _compile_jinja_template

        template = _compile_jinja_template(self._plan.chat_template)
        text = template.render(
            messages=turns,
            tools=None,
            documents=None,
            add_generation_prompt=add_generation_prompt,
            **self._plan.special,
        )
        return cast("str", text)

    def _encode(self, text: str) -> list[int]:
        return self._tokenizer.encode(text, add_special_tokens=False).ids

    def _ids(self, text: str) -> list[int]:
        marked = self._plan.template != "chat"
        return self._tokenizer.encode(text, add_special_tokens=marked).ids


def _scattered(line: int) -> int:
    """A number without any relation to the line's neighbours, the same every time."""
    mixed = (line * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
    return mixed >> 32


def _characters(example: Example) -> int:
    text = example.text
    return len(text) if text is not None else sum(len(each.content) for each in example.messages)


def token_plan(
    tokenizer: "PreTrainedTokenizerBase", template: Template, tried: Sequence[Example], every: int = 1
) -> TokenPlan | None:
    """How to count with this tokenizer and template; None when processes of their own cannot.

    The fast way is used only where it gives what the tokenizer gives on the rows `tried`.
    """
    from advisor.work.tokenizer import encode_examples

    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        return None
    chat_template = tokenizer.chat_template if template == "chat" else None
    if chat_template is not None and not isinstance(chat_template, str):
        return None
    tried = tried[:VERIFIED_ROWS]
    expected = [(len(one), len(two)) for one, two in encode_examples(tokenizer, tried, template)]
    backend_json = backend.to_str()
    for rule in dict.fromkeys((_rule(backend, backend_json), None)):
        special = {str(name): str(token) for name, token in tokenizer.special_tokens_map.items()}
        plan = TokenPlan(
            backend_json, template, chat_template, special, cast("str", tokenizer.eos_token), rule
        )
        lengths = TokenCounter(plan).lengths(tried)
        counted = zip(lengths["prompt_tokens"].tolist(), lengths["answer_tokens"].tolist(), strict=True)
        if list(counted) == expected:
            return replace(plan, every=every)
    return None


def _rule(backend: "Tokenizer", backend_json: str) -> PieceRule | None:
    """The rule for pieces, where the marks that the tokenizer adds all stand before the text."""
    plain = backend.encode("a", add_special_tokens=False).ids
    marked = backend.encode("a", add_special_tokens=True).ids
    return piece_rule(backend_json) if marked[len(marked) - len(plain) :] == plain else None
