"""Answers that break off, repeat themselves or their prompt, or say nothing."""

import zlib
from collections import Counter
from typing import TYPE_CHECKING

from advisor.work.data.checks.batch import Batch, Tally, concerned, kinds_said
from advisor.work.data.limits import data_limits
from heuristics.facts.data import CheckResult

if TYPE_CHECKING:
    import polars as pl

_HANGING = (
    r"(?:[,(\[{–—-]|(?-u:\b)(?:the|an?|of|and|or|but|with|for|to|from|by|in|at|into|because|which|whose|their|its"
    r"|is|are|was|were|has|have|will|would|should|can|could|such as|as well))$"
)
"""Ends after which more must follow."""
_STOP = r"[.!?…。！？؟।]['\"”’»)\]*_]*$"
_MASH = r"(?i)^\W*(?:\w* ){0,2}\w*[bcdfghjklmnpqrstvwxz]{9,}\w*\W*$"
_MASH_BYTES = 60
_SIGNS_IN_A_ROW = 16
_SIGNS = rf"[!-/:-@\[-`{{-~]{{{_SIGNS_IN_A_ROW}}}"
_NEVER = r"[^\s\S]"
_NEARLY = 0.95
_LAST = 160
"""Characters at the end of an answer that are looked at."""
_LISTED = r"(?:^|\n)\s*(?:[-*•#>|]|\d{1,3}[.)]|[A-Z][0-9A-Za-z_\x{80}-\x{10ffff} ]{0,40}:)[^\n]*$"
"""The last line is an item, a heading, a field or a line of a table. What is not ASCII counts as a letter:
forty letters by their Unicode class take twenty milliseconds to compile."""
_BARE = r"(?:\s\p{Ll}[\p{Ll}'’-]*|\p{Lo})$"
"""A plain word, not a number, a hashtag or a name."""


class TruncatedAnswers:
    """Answers that end in mid-sentence, unlike the others; that leave a code block open; or that stop, many
    of them, at one greatest length.

    How the answers of this file end is learnt from each part of it: where answers need no full stop, its
    absence says nothing.
    """

    name = "truncated_answers"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        limits = data_limits().answers
        if batch.format.name in ("text", "text_label"):
            return Tally(total=batch.frame.height)
        ends = batch.frame.select(
            "line",
            size=pl.col("answer").str.len_chars(),
            last=pl.col("answer").str.tail(_LAST).str.strip_chars_end(),
            open=_open_block(pl.col("answer")),
        )
        last = pl.col("last").str
        prose = ends.filter((pl.col("size") >= limits.least_characters) & ~last.contains(_LISTED))
        stopped = int(prose["last"].str.contains(_STOP).sum())
        hanging = _HANGING if stopped * 2 >= prose.height else _NEVER
        usual = prose.height >= limits.least_rows and stopped >= limits.full_stop_share * prose.height
        broken = prose.filter(last.contains(hanging) | last.contains(_BARE if usual else _NEVER))
        wrong = pl.col("open") | pl.col("line").is_in(broken["line"].implode())
        longest = _cap(ends["size"].to_list(), limits.cap_rows, limits.cap_characters)
        capped = (pl.col("size") == longest) & ~last.contains(_STOP) if longest else pl.lit(False)
        found = ends.filter(wrong | capped)
        kinds = Counter({"an open code block": int(found["open"].sum())})
        kinds["a sentence not ended"] = found.height - kinds["an open code block"]
        if longest:
            kinds[f"exactly {longest:,} characters"] = int((found["size"] == longest).sum())
        return concerned(batch, found, +kinds)

    def result(self, tally: Tally) -> CheckResult:
        return tally.result(self.name, kinds_said(tally))


class RepeatedText:
    """Answers that run into a loop: their end is written again and again."""

    name = "repeated_text"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        limits = data_limits().answers
        answer = pl.col("answer").str
        loops = answer.slice(-limits.loop_characters, limits.loop_characters - 12).str.contains(
            answer.tail(12), literal=True
        )
        suspects = batch.frame.filter((answer.len_bytes() >= limits.loop_characters) & loops)
        wrong = [_ratio(each[-limits.loop_characters :]) < limits.loop_ratio for each in suspects["answer"]]
        return concerned(batch, suspects.filter(pl.Series(wrong, dtype=pl.Boolean)))

    def result(self, tally: Tally) -> CheckResult:
        return tally.result(self.name)


class EchoedPrompts:
    """Answers that are the prompt again, or begin with all of it."""

    name = "echoed_prompts"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        least = data_limits().answers.echo_characters
        question = pl.col("question").str.strip_chars()
        echo = pl.col("answer").str.strip_chars().str.starts_with(question)
        return concerned(batch, batch.frame.filter((question.str.len_chars() >= least) & echo))

    def result(self, tally: Tally) -> CheckResult:
        return tally.result(self.name)


class Gibberish:
    """Rows that are mostly signs, or whose answer is one row of consonants."""

    name = "gibberish"

    def look(self, batch: Batch) -> Tally:
        import polars as pl

        mash = pl.col("answer").str.contains(_MASH)
        short = pl.col("answer").str.len_bytes() <= _MASH_BYTES
        rows = batch.frame.filter(short | pl.Series(batch.glance.busy(_SIGNS_IN_A_ROW)))
        rows = rows.filter(short | pl.col("text").str.contains(_SIGNS))
        signs = pl.col("text").str.count_matches(r"[^\w\s]") / pl.col("text").str.len_chars().clip(1)
        most = data_limits().answers.sign_share
        return concerned(batch, rows.filter((short & mash) | (signs > most)))

    def result(self, tally: Tally) -> CheckResult:
        return tally.result(self.name)


def _open_block(answer: "pl.Expr") -> "pl.Expr":
    import polars as pl

    fenced = answer.str.contains("```", literal=True)
    fences = pl.when(fenced).then(answer).otherwise(pl.lit("")).str.count_matches("```", literal=True)
    return fences % 2 == 1


def _cap(sizes: list[int], least_rows: int, least: int) -> int:
    """The greatest length when many answers stop exactly there and few just before, else 0."""
    longest = max(sizes, default=0)
    at_it = sizes.count(longest)
    if longest < least or at_it < least_rows:
        return 0
    just_before = sum(longest * _NEARLY <= size < longest for size in sizes)
    return longest if just_before * 2 <= at_it else 0


def _ratio(text: str) -> float:
    """Compressed over raw size; a loop is far below prose."""
    raw = text.encode("utf-8", "replace")
    return len(zlib.compress(raw, 6)) / max(1, len(raw))
