"""Token counts of rows in the processes that read the file, the same as the trainer's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, cast

from advisor.work.data.checks.template import TemplateWatch
from advisor.work.data.examples import Example
from advisor.work.data.limits import data_limits
from advisor.work.data.render import Template, as_turn, training_row
from advisor.work.data.scan.chat_text import Writer, chat_writer
from advisor.work.data.scan.pieces import PieceCounter, PieceRule, piece_rule
from advisor.work.limited import TookTooLong, limited

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

    from advisor.work.tokenizer import AnyTokenizer

NOT_COUNTED = 0xFFFFFFFF
"""Stands for the answer tokens of rows that are not in the sample."""
_SECONDS_A_ROW = 0.003
"""Allowed for writing each of many rows; templates need about a tenth of a millisecond."""
_SCATTER = 0x9E3779B97F4A7C15
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
    ends: tuple[str, ...] = ()
    """All special tokens: a row should end on one of them."""
    every: int = 1
    """Of how many rows one is counted."""


class TokenCounter:
    """Counts prompt and answer tokens of rows before truncation; watches what the template does to them."""

    def __init__(self, plan: TokenPlan) -> None:
        from tokenizers import Tokenizer

        self._plan = plan
        self._tokenizer: Tokenizer = Tokenizer.from_str(plan.backend)
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._tokenizer.encode_special_tokens = False
        self._pieces = PieceCounter(plan.rule, self._encode) if plan.rule is not None else None
        self._marks = len(self._tokenizer.encode("").ids) if plan.template != "chat" else 0
        self._given_up = False
        """True once a template took too long: every other row would cost as much."""
        self.watch = TemplateWatch(plan.ends)

    @cached_property
    def _write(self) -> Writer:
        """Compiled at its first use, within the bounds of that use."""
        assert self._plan.chat_template is not None
        return chat_writer(self._plan.chat_template, self._plan.special)

    def lengths(
        self, examples: Mapping[int, Example], characters: Sequence[int]
    ) -> dict[str, "NDArray[np.uint32]"]:
        """Columns of the row store for rows of so many characters; those at some places are counted."""
        import numpy as np

        both = np.zeros((len(characters), 2), dtype=np.uint32)
        both[:, 1] = NOT_COUNTED
        if examples:
            both[list(examples)] = self.pairs(list(examples.values()))
        return {
            "prompt_tokens": both[:, 0].copy(),
            "answer_tokens": both[:, 1].copy(),
            "characters": np.asarray(characters, dtype=np.uint32),
        }

    def counts(self, line: int) -> bool:
        """True for the lines whose rows are counted."""
        return self._plan.every == 1 or _scattered(line) % self._plan.every == 0

    def counted(self, lines: Sequence[int]) -> frozenset[int]:
        """The places of the lines whose rows are counted."""
        import numpy as np

        if self._plan.every == 1:
            return frozenset(range(len(lines)))
        mixed = np.asarray(lines, dtype=np.uint64) * np.uint64(_SCATTER) >> np.uint64(32)
        return frozenset(np.flatnonzero(mixed % np.uint64(self._plan.every) == 0).tolist())

    def pairs(self, examples: Sequence[Example]) -> list[tuple[int, int]]:
        """Tokens of each row's prompt and answer; they are written within bounds: templates are programs."""
        chat = self._plan.chat_template is not None
        texts = self._texts_of(examples) if chat else map(self._plain_texts, examples)
        return [
            self._pair(each, *text) if text is not None else (0, NOT_COUNTED)
            for each, text in zip(examples, texts, strict=True)
        ]

    def _pair(self, example: Example, prompt: str, whole: str) -> tuple[int, int]:
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

    def _plain_texts(self, example: Example) -> tuple[str, str]:
        """The prompt, and prompt and answer, in our own layout."""
        row, end = training_row(example, self._plan.template), self._plan.end
        prompt, answer = str(row.get("prompt", "")), str(row.get("completion", row.get("text", "")))
        return prompt, prompt + (answer if answer.endswith(end) else answer + end)

    def _texts_of(self, examples: Sequence[Example]) -> "list[tuple[str, str] | None]":
        """The prompt, and prompt and answer, of each row as the template writes them; None if it does not."""
        limits = data_limits().templates
        try:
            with limited(limits.seconds + len(examples) * _SECONDS_A_ROW, limits.more_bytes):
                return [self._chat_texts(each) for each in examples]
        except (TookTooLong, MemoryError):
            self.watch.taken()
        return [self._bounded(each) for each in examples]

    def _bounded(self, example: Example) -> tuple[str, str] | None:
        limits = data_limits().templates
        if self._given_up:
            return None
        try:
            with limited(limits.seconds, limits.more_bytes):
                return self._chat_texts(example)
        except TookTooLong as error:
            reason = str(error)
        except MemoryError:
            reason = "needed too much memory"
        self._given_up = True
        self.watch.refused(example, reason)
        return None

    def _chat_texts(self, example: Example) -> tuple[str, str] | None:
        if example.text is not None:
            return self._plain_texts(example)
        before = [as_turn(each) for each in example.prompt]
        after = {"role": "assistant", "content": example.answer}
        try:
            prompt, whole = self._write(before, True), self._write([*before, after], False)
        except (TookTooLong, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - a template is a program from elsewhere
            self.watch.refused(example, str(error))
            return None
        self.watch.wrote(example, whole)
        return prompt, whole

    def _encode(self, text: str) -> list[int]:
        return self._tokenizer.encode(text, add_special_tokens=False).ids

    def _ids(self, text: str) -> list[int]:
        marked = self._plan.template != "chat"
        return self._tokenizer.encode(text, add_special_tokens=marked).ids


def _scattered(line: int) -> int:
    """A number without any relation to the line's neighbours, the same every time."""
    return ((line * _SCATTER) & 0xFFFFFFFFFFFFFFFF) >> 32


def token_plan(
    tokenizer: "AnyTokenizer", template: Template, tried: Sequence[Example], every: int = 1
) -> TokenPlan | None:
    """How to count with this tokenizer and template; None when processes of their own cannot.

    The fast way is used only where it gives what the tokenizer gives on the rows `tried`.
    """

    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        return None
    chat_template = tokenizer.chat_template if template == "chat" else None
    if chat_template is not None and not isinstance(chat_template, str):
        return None
    tried = tried[:VERIFIED_ROWS]
    expected = _expected(tokenizer, tried, template)
    backend_json = backend.to_str()
    special = {str(name): str(token) for name, token in tokenizer.special_tokens_map.items()}
    ends = tuple(map(str, tokenizer.all_special_tokens))
    for rule in dict.fromkeys((_rule(backend, backend_json), None)):
        plan = TokenPlan(
            backend_json, template, chat_template, special, cast("str", tokenizer.eos_token), rule, ends
        )
        if TokenCounter(plan).pairs(tried) == expected:
            return replace(plan, every=every)
    return None


def _expected(
    tokenizer: "AnyTokenizer", tried: Sequence[Example], template: Template
) -> list[tuple[int, int]]:
    """What the tokenizer itself counts; rows that its template refuses are not counted."""
    from jinja2 import TemplateError

    from advisor.work.tokenizer import encode_examples

    counted = []
    for each in tried:
        try:
            prompt, answer = encode_examples(tokenizer, [each], template)[0]
        except TemplateError:
            counted.append((0, NOT_COUNTED))
        else:
            counted.append((len(prompt), len(answer)))
    return counted


def _rule(backend: "Tokenizer", backend_json: str) -> PieceRule | None:
    """The rule for pieces, where the marks that the tokenizer adds all stand before the text."""
    plain = backend.encode("a", add_special_tokens=False).ids
    marked = backend.encode("a", add_special_tokens=True).ids
    return piece_rule(backend_json) if marked[len(marked) - len(plain) :] == plain else None
