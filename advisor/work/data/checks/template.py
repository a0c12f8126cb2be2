"""What the planned model's tokenizer and chat template make of the rows."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from advisor.text import one_line
from advisor.work.data.checks.batch import SHOWN, Tally
from advisor.work.data.examples import Example
from advisor.work.data.limits import data_limits
from advisor.work.data.render import Template, as_turn
from advisor.work.limited import TookTooLong, limited
from heuristics.facts.data import CheckResult

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

_SHORT = 3
"""Characters from which a special token is not likely to be meant as text."""


def template_results(
    tokenizer: "PreTrainedTokenizerBase", examples: Sequence[Example], template: Template
) -> tuple[CheckResult, ...]:
    """Rows that the template refuses or writes without an end, and rows that hold special tokens as text."""
    tokens = _special_tokens(tokenizer, examples)
    if template != "chat":
        return (tokens,)
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
        tokens,
        refused.result("template_refuses", reasons, sampled=every > 1),
        endless.result("template_without_end", sampled=every > 1),
    )


def _ended(text: str, tokenizer: "PreTrainedTokenizerBase") -> bool:
    """True when the text ends on a special token, the end of text or of a turn."""
    bare = text.rstrip()
    return any(bare.endswith(token) for token in tokenizer.all_special_tokens if token)


def _special_tokens(tokenizer: "PreTrainedTokenizerBase", examples: Sequence[Example]) -> CheckResult:
    special = [token for token in tokenizer.all_special_tokens if len(token) >= _SHORT]
    tally = Tally(total=len(examples))
    for each in examples:
        said = each.text if each.text is not None else "\n".join(turn.content for turn in each.messages)
        if found := [token for token in special if token in said]:
            _note(tally, each, found[0])
    tokens = ", ".join(f"{token} in {count:,}" for token, count in tally.kinds.most_common(5))
    return tally.result("special_tokens", tokens)


def _note(tally: Tally, example: Example, reason: str) -> None:
    tally.count += 1
    if reason:
        tally.kinds[one_line(reason, 100)] += 1
    if len(tally.rows) < SHOWN:
        tally.rows.append(example.line)
