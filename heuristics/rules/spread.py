"""Rules about how rows are spread in length, language and order."""

from heuristics.facts.data import DataFacts
from heuristics.finding import Finding, Level
from heuristics.rules.judged import DataRule, judged
from heuristics.thresholds.limits import Limits


def length_outliers(data: DataFacts, limits: Limits) -> Finding | None:
    """Rows of quite another length; for review only."""
    return judged(
        data,
        "length_outliers",
        "are far longer or shorter than the others",
        "They may be the most valuable rows, or broken ones.",
        "Look at them.",
        (None, None),
    )


def one_opening(data: DataFacts, limits: Limits) -> Finding | None:
    """Prompts that all begin alike."""
    return judged(
        data,
        "one_opening",
        "begin with the same words",
        "The model may come to need these words.",
        "Vary the wording, unless every real prompt will begin so.",
        (None, None),
    )


def ordered(data: DataFacts, limits: Limits) -> Finding | None:
    """A file sorted by class, source or length."""
    return judged(
        data,
        "ordered",
        "follow a row of the same kind, as in a sorted file",
        "Parts taken from its beginning or end are then not like the rest.",
        "Shuffle the rows before training; the split made here does not depend on their order.",
        (0.0, None),
    )


def language_mix(data: DataFacts, limits: Limits) -> Finding | None:
    """Rows of another language than most."""
    return judged(
        data,
        "language_mix",
        "are in another language than most",
        "A few rows teach little, and can switch the language of answers.",
        "Keep them only if you want that language.",
        (limits.checks.language_share_risk, None),
    )


def language_mismatch(data: DataFacts, limits: Limits) -> Finding | None:
    """Rows answered in another language than asked."""
    return judged(
        data,
        "language_mismatch",
        "are answered in another language than they ask in",
        "The model learns to switch languages, right only for translation.",
        "Look at them, unless the task is translation.",
        (limits.checks.mismatch_share_risk, None),
    )


def off_topic(data: DataFacts, limits: Limits) -> Finding | None:
    """Groups of rows about something else; for review only."""
    result = data.check("off_topic")
    if result is not None and not result.count and result.detail:
        return Finding(
            "data.off_topic",
            Level.UNKNOWN,
            "Whether rows are off the topic could not be told",
            f"{result.detail[:1].upper()}{result.detail[1:]}.",
            "Name the topic in words that the rows use, or name lines of typical rows.",
        )
    return judged(
        data,
        "off_topic",
        "are about something else than the others",
        "They share few words with them. Rows of another task take training time and can pull the answers "
        "their way.",
        "Look at them, and drop those that do not belong; nothing is dropped by itself.",
        (limits.checks.off_topic_share_risk, None),
    )


SPREAD_RULES: tuple[DataRule, ...] = (
    length_outliers,
    off_topic,
    one_opening,
    ordered,
    language_mix,
    language_mismatch,
)
