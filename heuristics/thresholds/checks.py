"""Thresholds for findings about single defects of rows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckLimits:
    """Shares of rows above which a defect is a risk."""

    truncated_share_risk: float
    loop_share_risk: float
    echo_share_risk: float
    gibberish_share_risk: float
    unreachable_share_risk: float
    refusal_share_risk: float
    tool_refusal_share_risk: float
    """Where rows describe tools: an assistant then rightly declines what none of them does."""
    worn_share_risk: float
    invisible_share_risk: float
    entity_share_risk: float
    markup_share_risk: float
    boilerplate_share_risk: float
    language_share_risk: float
    mismatch_share_risk: float
    label_error_share_risk: float
    off_topic_share_risk: float
    group_length_ratio_risk: float
    """Ratio of two mean lengths of answers."""
