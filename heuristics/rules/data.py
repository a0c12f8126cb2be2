"""Rules about the data as a whole: format, size, classes, lengths."""

from collections.abc import Callable

from heuristics.facts.data import TRAINABLE, DataFacts
from heuristics.finding import Finding, Level
from heuristics.rules.checks import CHECK_RULES
from heuristics.thresholds.limits import Limits
from heuristics.words import percent, rows

_UNTRAINABLE = {
    "preference": "It pairs a better with a worse answer; supervised tuning learns from one good answer.",
    "multimodal": "It refers to images or sound, which a text model cannot see.",
    "unknown": "No known set of columns was recognised.",
}


def format_trainable(data: DataFacts, limits: Limits) -> Finding | None:
    """The format must have answers, or be raw text."""
    if data.format.name in TRAINABLE:
        return None
    return Finding(
        "data.format",
        Level.BLOCK,
        f"The format ({data.format.name}) cannot be trained on as it is",
        data.format.explanation or _UNTRAINABLE.get(data.format.name, ""),
        "Say which columns hold prompt and answer, or choose another file.",
    )


def format_confidence(data: DataFacts, limits: Limits) -> Finding | None:
    """A format that fits only some of the rows may be the wrong one."""
    known = data.format
    if known.name not in TRAINABLE or known.mapped_by_user:
        return None
    if known.confidence >= limits.data.format_confidence_risk:
        return None
    other = f" The next best is {known.runner_up}." if known.runner_up else ""
    return Finding(
        "data.format_confidence",
        Level.RISK,
        f"Only {percent(known.confidence)} of sampled rows fit the format {known.name}",
        f"The other rows are lost.{other}",
        "Look at example rows; map the columns by hand if the format is wrong.",
        share=1 - known.confidence,
    )


def malformed(data: DataFacts, limits: Limits) -> Finding | None:
    """Rows that could not be read."""
    if data.malformed <= 0:
        return None
    share = data.malformed / max(1, data.malformed + data.rows)
    first = data.malformed_rows[0] if data.malformed_rows else None
    return Finding(
        "data.malformed",
        Level.BLOCK if share > limits.data.malformed_share_block else Level.RISK,
        f"{rows(data.malformed)} cannot be read ({percent(share)})",
        f"{_capital(data.place(first.line))}: {first.reason}." if first else "They are left out.",
        "Repair those lines, or export the file again; they are left out until then.",
        rows=tuple(each.line for each in data.malformed_rows[:20]),
        examples=tuple(each.excerpt for each in data.malformed_rows[:20] if each.excerpt),
        count=data.malformed,
        share=share,
    )


def _capital(place: str) -> str:
    return place.replace("line", "Line", 1) if place.startswith("line ") else place


def too_few_rows(data: DataFacts, limits: Limits) -> Finding | None:
    """Too few rows can neither teach nor test."""
    if data.format.name not in TRAINABLE or data.usable >= limits.data.rows_risk:
        return None
    blocked = data.usable < limits.data.rows_block
    return Finding(
        "data.too_few_rows",
        Level.BLOCK if blocked else Level.RISK,
        f"Only {rows(data.usable)} can be trained on",
        "Too few to train and to test with."
        if blocked
        else "With so few test rows only a large gain can be told from chance.",
        f"Collect at least {limits.data.rows_risk} good rows; with fewer, put examples into the prompt.",
        "OpenAI fine-tuning guide: at least 10, gains seen from 50",
        count=data.usable,
    )


def one_class(data: DataFacts, limits: Limits) -> Finding | None:
    """When every answer is the same there is nothing to learn."""
    if len(data.labels) != 1:
        return None
    return Finding(
        "data.one_class",
        Level.BLOCK,
        "Every row has the same answer",
        "The model would learn to say it always.",
        "Add rows of the other classes.",
        count=data.labels[0][1],
        share=1.0,
    )


def class_balance(data: DataFacts, limits: Limits) -> Finding | None:
    """Rare classes are hardly learnt, and a dominating one makes "always that" look good; answers made of
    fields are judged field by field."""
    balances = [
        _balance("", data.labels, limits),
        *(_balance(each.name, each.values, limits) for each in data.fields),
    ]
    found = [each for each in balances if each is not None]
    return max(found, key=lambda each: len(each.examples), default=None)


def _balance(field: str, values: tuple[tuple[str, int], ...], limits: Limits) -> Finding | None:
    """The balance of one field's values; a field "" stands for whole answers."""
    if len(values) < 2:
        return None
    total = sum(count for _, count in values)
    name, most = values[0]
    rare = [label for label, count in values if count < limits.data.class_rows_risk]
    if total <= 0 or (not rare and most / total <= limits.data.largest_class_risk):
        return None
    if rare:
        what = f"values of “{field}”" if field else "classes"
        headline = f"{len(rare)} of {len(values)} {what} have fewer than {limits.data.class_rows_risk} rows"
        why = f"Such as {rare[0]}: hardly learnt, and not testable."
    else:
        where = f"answers have {field}: {name}" if field else f"answers are {name}"
        headline = f"{percent(most / total)} of {where}"
        why = "Always answering that already looks good."
    return Finding(
        "data.class_balance",
        Level.RISK,
        headline,
        why,
        "Add rows of the rare classes, or merge classes.",
        examples=tuple(rare[:20]),
        count=len(rare) or most,
        share=most / total,
    )


_BREAKS_OFF = ("the archive", "cut off", "the rest")
"""How the reason of a row begins behind which nothing more could be read."""


def partial_scan(data: DataFacts, limits: Limits) -> Finding | None:
    """Counts of a scan that was stopped, or of a file that breaks off, are not the file's."""
    if not data.partial:
        return None
    last = data.malformed_rows[-1] if data.malformed_rows else None
    if last is not None and last.reason.startswith(_BREAKS_OFF):
        return Finding(
            "data.partial",
            Level.UNKNOWN,
            "The file was not read to its end",
            f"{data.place(last.line)}: {last.reason}. What stands behind it is not known.",
            "Get the file again, whole.",
        )
    return Finding(
        "data.partial",
        Level.UNKNOWN,
        "The file was not read to its end",
        "The scan was stopped, or the file changed meanwhile; all counts are too low.",
        "Profile the data again.",
    )


def token_counts(data: DataFacts, limits: Limits) -> Finding | None:
    """Lengths are unknown until a model's tokenizer has counted."""
    if data.tokens is not None or data.format.name not in TRAINABLE:
        return None
    return Finding(
        "data.tokens",
        Level.UNKNOWN,
        "The tokens are not counted yet",
        "Sequence length, memory and time are assumed until then.",
        "Choose a model that is on this machine, then profile the data again; a model that is only in the "
        "program's list is fetched by the pilot.",
    )


def ready(data: DataFacts, limits: Limits) -> Finding | None:
    """What there is to train on."""
    if data.format.name not in TRAINABLE or data.usable < limits.data.rows_block:
        return None
    answers = f", {data.tokens.answer_tokens:,} answer tokens" if data.tokens else ""
    return Finding(
        "data.rows",
        Level.OK,
        f"{rows(data.usable)} can be trained on{answers}",
        f"Format {data.format.name}, {rows(data.rows)} read.",
        count=data.usable,
    )


DATA_RULES: tuple[Callable[[DataFacts, Limits], Finding | None], ...] = (
    format_trainable,
    format_confidence,
    malformed,
    too_few_rows,
    one_class,
    class_balance,
    *CHECK_RULES,
    partial_scan,
    token_counts,
    ready,
)
