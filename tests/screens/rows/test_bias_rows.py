"""The bias panel of any facts: every row once, whatever the order in which groups were counted."""

from dataclasses import replace

from heuristics.facts.bias import BiasFacts, GroupLength, GroupMentions
from screens.rows.bias import bias_section
from tests.screens.sample_case import DATA


def test_groups_of_an_axis_that_do_not_follow_each_other_are_one_row() -> None:
    groups = (("gender", "female"), ("origin", "asian"), ("gender", "male"), ("origin", "european"))
    bias = BiasFacts(
        mentions=tuple(GroupMentions(*each, 40, 50, 0.5, 0.4, 0.6) for each in groups),
        lengths=tuple(GroupLength(*each, 40, 20.0, 18.0, 22.0) for each in groups),
    )
    ids = [row.id for row in bias_section(replace(DATA, bias=bias)).rows]
    assert len(ids) == len(set(ids))
    assert {"bias-named-gender", "bias-named-origin", "bias-length-gender", "bias-length-origin"} <= set(ids)
