"""The questions about the goal: what each decides, and how an answer is read."""

from collections.abc import Callable
from dataclasses import replace

from advisor.case import Case
from heuristics.goal import Goal
from screens.fields.parsing import one_of, real, yes_or_no
from screens.rows.section import Field

TASKS = (
    ("classify", "choose one of a few labels"),
    ("extract", "fill a structure from a text"),
    ("answer", "answer a question"),
    ("chat", "hold a conversation"),
    ("write", "write in a style"),
    ("continue", "continue raw text"),
)
METRICS = (
    ("loss", "lower loss on held-out answers; right for open answers"),
    ("exact_match", "more answers exactly right; right for labels and short answers"),
    ("token_f1", "more words in common with the right answers; right for short free text"),
)
YES_NO = (("yes", ""), ("no", ""))
_GAIN_UNIT = {"loss": "nats per answer token", "exact_match": "share of rows", "token_f1": "share of words"}


def goal_fields(goal: Goal) -> tuple[tuple[str, tuple[Field, ...]], ...]:
    """Five questions in order, each with its fields."""
    return (
        ("1 What should the model do?", (_task(goal), _format_counts(goal))),
        ("2 What is better?", (_metric(goal), _smallest_gain(goal))),
        ("3 Must it keep its other abilities?", (_keep_general(goal),)),
        ("4 May the data leave this machine?", (_data_may_leave(goal),)),
        ("5 What may it cost?", (_hours(goal), _money(goal), _electricity(goal), _minutes(goal))),
    )


def _changing(read: Callable[[str], object], name: str) -> Callable[[Case, str], Case]:
    """Put one read answer into the goal; the goal is then the user's own."""

    def apply(case: Case, text: str) -> Case:
        changes = {name: read(text)}
        return case.but(goal=replace(case.goal, **changes), goal_confirmed=True)  # type: ignore[arg-type]

    return apply


def _task(goal: Goal) -> Field:
    return Field(
        "Task",
        "Decides how answers are compared and how long they may be; suggested from the shape of the answers.",
        goal.task,
        _changing(lambda text: one_of(text, tuple(name for name, _ in TASKS)), "task"),
        choices=TASKS,
    )


def _format_counts(goal: Goal) -> Field:
    return Field(
        "Form counts",
        "When the form of the answers is itself the aim, learning it counts as a gain.",
        _word(goal.format_counts),
        _changing(yes_or_no, "format_counts"),
        choices=YES_NO,
    )


def _metric(goal: Goal) -> Field:
    return Field(
        "Measure",
        "The verdict rests on this number, measured on test rows that no run has seen.",
        goal.metric,
        _changing(lambda text: one_of(text, tuple(name for name, _ in METRICS)), "metric"),
        choices=METRICS,
    )


def _smallest_gain(goal: Goal) -> Field:
    unit = _GAIN_UNIT[goal.metric]
    return Field(
        "Smallest gain",
        "A smaller improvement would not be worth the work; the test set must be able to show this one.",
        f"{goal.smallest_gain:g}",
        _changing(lambda text: real(text, 0.0001, 10.0, unit), "smallest_gain"),
        unit=unit,
    )


def _keep_general(goal: Goal) -> Field:
    return Field(
        "Keep general ability",
        "When yes, the pilot also measures general text before and after, and forgetting counts against.",
        _word(goal.keep_general),
        _changing(yes_or_no, "keep_general"),
        choices=YES_NO,
    )


def _data_may_leave(goal: Goal) -> Field:
    return Field(
        "Data may leave",
        "When no, the verdict never recommends a cloud machine.",
        _word(goal.data_may_leave),
        _changing(yes_or_no, "data_may_leave"),
        choices=YES_NO,
    )


def _hours(goal: Goal) -> Field:
    return Field(
        "Full run at most",
        "A full run that takes longer here counts as not possible here.",
        f"{goal.budget_hours:g}",
        _changing(lambda text: real(text, 0.01, 10_000.0, "hours"), "budget_hours"),
        unit="hours",
    )


def _money(goal: Goal) -> Field:
    return Field(
        "Cloud cost at most",
        "Cloud offers above this are not recommended.",
        f"{goal.budget_money:g}",
        _changing(lambda text: real(text, 0.0, 1e7, "USD"), "budget_money"),
        unit="USD",
    )


def _electricity(goal: Goal) -> Field:
    return Field(
        "Electricity",
        "What a kWh costs you, for the price of the full run here; empty takes the average for homes in the "
        "US (EIA, April 2025).",
        "" if goal.electricity_price is None else f"{goal.electricity_price:g}",
        _changing(
            lambda text: real(text, 0.0, 100.0, "USD per kWh") if text.strip() else None, "electricity_price"
        ),
        unit="USD per kWh",
    )


def _minutes(goal: Goal) -> Field:
    return Field(
        "Pilot at most",
        "The pilot fits its phases into this time; below a few minutes the evidence gets weak.",
        f"{goal.pilot_minutes:g}",
        _changing(lambda text: real(text, 0.1, 10_000.0, "minutes"), "pilot_minutes"),
        unit="minutes",
    )


def _word(answer: bool) -> str:
    return "yes" if answer else "no"
