"""The blind vote as a row: what it says, or that it can be given."""

from advisor import numbers
from heuristics.facts.pilot import PilotFacts
from heuristics.pilot.votes import preference, to_vote_on
from screens.rows.section import Row, told
from screens.words import heading, labelled, muted


def vote_rows(pilot: PilotFacts) -> tuple[Row, ...]:
    """What the blind votes say, or that they can be given."""
    found = preference(pilot.votes)
    if found is None:
        count = len(to_vote_on(pilot.samples))
        if not pilot.complete or not count:
            return ()
        about = told(
            heading("Blind vote"),
            f"{count:,} rows on which the two models differ are shown with both answers in random order; "
            "which model gave which is not said. The sign test of your choices becomes evidence.",
            muted("v begins"),
        )
        return (Row("votes", "Blind vote", "none yet: press v", f"{count:,} rows", detail=about),)
    detail = told(
        heading("Blind vote"),
        labelled("Tuned", f"{found.tuned:,} preferred"),
        labelled("Base", f"{found.base:,} preferred"),
        labelled("Equal", f"{found.ties:,}"),
        f"{numbers.share(found.share)} of the choices are for the tuned model "
        f"(95 % interval {numbers.share(found.low)} to {numbers.share(found.high)}), "
        f"sign test p = {found.p_value:.2g}.",
        muted("v votes anew"),
    )
    value = f"tuned {found.tuned:,}, base {found.base:,}"
    return (
        Row("votes", "Blind vote", value, f"{found.ties:,} equal, p = {found.p_value:.2g}", detail=detail),
    )
