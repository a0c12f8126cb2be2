"""The next recommended thing as the screens name it."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from advisor.case import Case
    from advisor.standing import Next


def following(case: "Case", here: str) -> "Next":
    """The next thing from the step `here`: the plan is read before it is tried, the verdict before files are
    written."""
    # The rules are imported after the first paint.
    from advisor.standing import Next, next_of

    proposed = next_of(case)
    if proposed.action == "pilot" and here in ("machine", "data", "goal"):
        return Next("plan", "read the plan", "look")
    if proposed.action in ("export", "outside") and here not in ("verdict", "export"):
        return Next("verdict", "read the verdict", "look")
    return proposed
