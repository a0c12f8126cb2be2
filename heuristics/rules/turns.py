"""Rules about conversations and the columns of rows."""

from functools import partial

from heuristics.facts.data import DataFacts
from heuristics.finding import Finding, Level
from heuristics.rules.judged import DataRule, judged
from heuristics.thresholds.limits import Limits

_FAULTS = (
    (
        "turns_unknown_role",
        "use a role that is not known",
        "Rename the role to user, assistant, system or tool.",
    ),
    ("turns_without_role", "have a turn without a role", "Say who speaks in every turn."),
    ("turns_no_assistant", "have no assistant turn", "Add the answer, or drop the rows."),
    ("turns_no_user", "have no user turn", "Add the question, or drop the rows."),
    (
        "turns_assistant_first",
        "begin with the assistant",
        "Put a user turn before it, or drop the first turn.",
    ),
    ("turns_two_users", "have two user turns in a row", "Join them, or add the answer between them."),
    ("turns_two_assistants", "have two assistant turns in a row", "Join them into one answer."),
    (
        "turns_end_open",
        "end on a turn that is not the assistant's",
        "Add the last answer, or drop the last turn.",
    ),
    ("turns_late_system", "have a system turn that is not the first", "Move it to the beginning."),
    ("turns_reply_without_call", "have a tool reply without a call", "Add the call that it answers."),
    (
        "turns_reply_to_unknown_call",
        "have a tool reply to a call that was not made",
        "Correct its tool_call_id.",
    ),
)
"""Kind of fault, what the rows do, and what to do about it."""


def role_errors(data: DataFacts, limits: Limits) -> Finding | None:
    """Conversations that a chat template refuses; each kind is named by itself unless the file is stopped."""
    finding = judged(
        data,
        "role_errors",
        "have turns in an order that chat templates refuse",
        "Trainers stop at such rows, or drop them in silence.",
        "Let each conversation go user, assistant, user, assistant and end with the assistant.",
        (limits.data.role_share_risk, limits.data.role_share_block),
    )
    if finding is None or finding.level is Level.BLOCK:
        return finding
    return None if any(data.check(kind) for kind, _, _ in _FAULTS) else finding


def _fault(kind: str, words: str, do: str, data: DataFacts, limits: Limits) -> Finding | None:
    """One kind of fault in the order or the roles of turns."""
    why = "Chat templates refuse such rows, or trainers drop them in silence."
    return judged(data, kind, words, why, do, (limits.data.role_share_risk, None))


def unseen_tools(data: DataFacts, limits: Limits) -> Finding | None:
    """Tools that stand beside the turns: only the turns are trained on."""
    tools = data.tools
    if tools is None:
        return None
    return Finding(
        "data.unseen_tools",
        Level.RISK,
        f"The tools in the column {tools.name} are not shown to the model",
        "Only turns are trained on and exported: the model would learn to call what it never saw described.",
        "Write the description of the tools into the system turn of each row, as your prompts will have it.",
        count=tools.valid,
        share=tools.valid / data.rows if data.rows else None,
    )


def schema_drift(data: DataFacts, limits: Limits) -> Finding | None:
    """Columns that a few rows have, lack, or fill with another type."""
    return judged(
        data,
        "schema_drift",
        "differ in their columns from nearly all others",
        "Loaders that take the types from the first rows stop at them, or change them in silence.",
        "Give all rows the same columns and types.",
        (0.0, None),
    )


def duplicate_keys(data: DataFacts, limits: Limits) -> Finding | None:
    """Rows that name one column twice."""
    return judged(
        data,
        "duplicate_keys",
        "name one column twice",
        "Readers keep the last value and lose the first in silence.",
        "Remove one of the two.",
        (0.0, None),
    )


def no_licence(data: DataFacts, limits: Limits) -> Finding | None:
    """Nothing beside the file says where it is from."""
    result = data.check("no_licence")
    if result is None or not result.count:
        return None
    return Finding(
        "data.no_licence",
        Level.OK,
        "No licence or description lies beside the file",
        "Whether a model trained on it may be used or passed on depends on them.",
        "Write down the source and the licence of the rows.",
    )


def template_refuses(data: DataFacts, limits: Limits) -> Finding | None:
    """Rows that the planned model's chat template does not render."""
    return judged(
        data,
        "template_refuses",
        "are refused by the model's chat template",
        "Training stops at the first of them.",
        "Change the order of turns, drop the rows, or choose another model.",
        (0.0, 0.0),
    )


def template_without_end(data: DataFacts, limits: Limits) -> Finding | None:
    """Rows that end without a token that says so."""
    return judged(
        data,
        "template_without_end",
        "are rendered without an end token",
        "The model does not learn to stop.",
        "Choose a model whose template ends the answer, or correct the template.",
        (0.0, None),
    )


def template_changes_text(data: DataFacts, limits: Limits) -> Finding | None:
    """Turns of which the template writes something else than they say."""
    return judged(
        data,
        "template_changes_text",
        "are changed by the model's chat template",
        "The model is trained on other text than the rows hold, such as turns without their thoughts.",
        "Look at the rows; choose another model or template when what is lost matters.",
        (0.0, None),
    )


def special_tokens(data: DataFacts, limits: Limits) -> Finding | None:
    """Text that the tokenizer reads as its own marks."""
    return judged(
        data,
        "special_tokens",
        "hold special tokens of the model as text",
        "The tokenizer turns them into ends and turns, wherever they stand.",
        "Remove them, unless the task is about them.",
        (0.0, None),
    )


def pads_with_end(data: DataFacts, limits: Limits) -> Finding | None:
    """A padding token that is the end token, which some trainers leave out of the loss."""
    result = data.check("pads_with_end")
    if result is None or not result.count:
        return None
    return Finding(
        "data.pads_with_end",
        Level.OK,
        f"The tokenizer pads with its end token ({result.detail})",
        "Trainers that mask the padding by its token, such as DataCollatorForLanguageModeling of "
        "transformers, leave every end out of the loss: the model never learns to stop. The pilot and the "
        "exports mask by position.",
        "With a trainer of your own, mask by length, or give the tokenizer a padding token of its own.",
        "transformers data_collator.py: labels equal to the padding token become -100",
    )


TURN_RULES: tuple[DataRule, ...] = (
    role_errors,
    *(partial(_fault, *each) for each in _FAULTS),
    template_refuses,
    template_without_end,
    template_changes_text,
    special_tokens,
    pads_with_end,
    unseen_tools,
    schema_drift,
    duplicate_keys,
    no_licence,
)
