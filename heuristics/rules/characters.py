"""Rules about characters and marks that do not belong into text."""

from heuristics.facts.data import DataFacts
from heuristics.finding import Finding
from heuristics.rules.judged import DataRule, judged
from heuristics.thresholds.limits import Limits


def mojibake(data: DataFacts, limits: Limits) -> Finding | None:
    """Text that was decoded with the wrong encoding."""
    return judged(
        data,
        "mojibake",
        "hold wrongly decoded characters",
        "The model learns to write them.",
        "Repair the encoding.",
        (limits.data.mojibake_share_risk, None),
    )


def control_characters(data: DataFacts, limits: Limits) -> Finding | None:
    """Characters that no reader sees."""
    return judged(
        data,
        "control_characters",
        "hold control or invisible characters",
        "They become tokens, and can hide text from the reader.",
        "Remove them.",
        (limits.data.control_share_risk, None),
    )


def invisible_characters(data: DataFacts, limits: Limits) -> Finding | None:
    """Characters of no width."""
    return judged(
        data,
        "invisible_characters",
        "hold zero-width or soft-hyphen characters",
        "They split words into other tokens, unseen.",
        "Remove them.",
        (limits.checks.invisible_share_risk, None),
    )


def html_entities(data: DataFacts, limits: Limits) -> Finding | None:
    """Characters written as HTML entities."""
    return judged(
        data,
        "html_entities",
        "write characters as HTML entities, such as &amp;",
        "The model learns to write them instead of the characters.",
        "Decode them.",
        (limits.checks.entity_share_risk, None),
    )


def html_markup(data: DataFacts, limits: Limits) -> Finding | None:
    """Tags of web pages in prose."""
    return judged(
        data,
        "html_markup",
        "hold tags of web pages",
        "The model learns to write them.",
        "Strip the tags, unless markup is the task.",
        (limits.checks.markup_share_risk, None),
    )


def boilerplate(data: DataFacts, limits: Limits) -> Finding | None:
    """The furniture of web pages."""
    return judged(
        data,
        "boilerplate",
        "hold furniture of web pages, such as cookie notes",
        "It teaches nothing and is repeated word for word.",
        "Remove it where the text was copied from a page.",
        (limits.checks.boilerplate_share_risk, None),
    )


def template_markers(data: DataFacts, limits: Limits) -> Finding | None:
    """Marks of chat templates within the text."""
    return judged(
        data,
        "template_markers",
        "hold marks that chat templates use between turns",
        "The trainer adds its own: turns are then split in the wrong place.",
        "Use the plain turns as columns or messages, without a template.",
        (0.0, None),
    )


CHARACTER_RULES: tuple[DataRule, ...] = (
    mojibake,
    control_characters,
    invisible_characters,
    html_entities,
    html_markup,
    boilerplate,
    template_markers,
)
