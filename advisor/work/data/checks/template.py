"""What the planned model's tokenizer and chat template make of the rows."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from advisor.text import one_line
from advisor.work.data.checks.batch import SHOWN, Batch, Tally, concerned, kinds_said
from advisor.work.data.examples import Example
from advisor.work.data.limits import data_limits
from advisor.work.data.render import Template, as_turn
from advisor.work.limited import TookTooLong, limited
from heuristics.facts.data import CheckResult

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_SHORT = 3
"""Characters from which a special token is not likely to be meant as text."""


@dataclass(slots=True)
class SpecialTokens:
    """Rows that hold special tokens of the model as text."""

    tokens: tuple[str, ...]
    name: str = "special_tokens"

    @classmethod
    def of(cls, tokenizer: "PreTrainedTokenizerBase") -> "SpecialTokens":
        """The check for one tokenizer."""
        return cls(tuple(token for token in tokenizer.all_special_tokens if len(token) >= _SHORT))

    def look(self, batch: Batch) -> Tally:
        """Count in one part; the first special token of a row is its kind."""
        import polars as pl

        if not self.tokens:
            return Tally(total=batch.frame.height)
        whole = pl.concat_str("system", "text", separator="\n")
        any_of = "|".join(re.escape(each) for each in self.tokens)
        rows = batch.frame.with_columns(whole=whole).filter(pl.col("whole").str.contains(any_of))
        kinds = Counter(next(each for each in self.tokens if each in text) for text in rows["whole"])
        return concerned(batch, rows, kinds)

    def result(self, tally: Tally) -> CheckResult:
        """How many rows, and which tokens."""
        return tally.result(self.name, kinds_said(tally))


def template_results(
    tokenizer: "PreTrainedTokenizerBase", examples: Sequence[Example], template: Template
) -> tuple[CheckResult, ...]:
    """Rows that the template refuses or writes without an end."""
    if template != "chat":
        return ()
    refused, endless = Tally(), Tally()
    limits = data_limits().templates
    every = max(1, len(examples) // limits.rows)
    for each in examples[::every][: limits.rows]:
        refused.total += 1
        endless.total += 1
        text = ""
        try:
            with limited(limits.seconds, limits.more_bytes):
                turns = [as_turn(turn) for turn in each.messages]
                text = str(tokenizer.apply_chat_template(turns, tokenize=False))
        except TookTooLong as error:
            _note(refused, each, str(error))
            break  # every other row would cost as much
        except MemoryError:
            _note(refused, each, "needed too much memory")
            break
        except Exception as error:  # noqa: BLE001 - a template is a program from elsewhere
            _note(refused, each, str(error))
        else:
            if not _ended(text, tokenizer):
                _note(endless, each, "")
    reasons = "; ".join(f"{reason} in {count:,}" for reason, count in refused.kinds.most_common(3))
    return (
        refused.result("template_refuses", reasons, sampled=every > 1),
        endless.result("template_without_end", sampled=every > 1),
    )


def _ended(text: str, tokenizer: "PreTrainedTokenizerBase") -> bool:
    """True when the text ends on a special token, the end of text or of a turn."""
    bare = text.rstrip()
    return any(bare.endswith(token) for token in tokenizer.all_special_tokens if token)


def _note(tally: Tally, example: Example, reason: str) -> None:
    tally.count += 1
    if reason:
        tally.kinds[one_line(reason, 100)] += 1
    if len(tally.rows) < SHOWN:
        tally.rows.append(example.line)
