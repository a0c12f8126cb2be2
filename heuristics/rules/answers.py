"""Rules about answers that are missing, cut, looping or say nothing."""

from heuristics.facts.data import DataFacts
from heuristics.finding import Finding
from heuristics.rules.judged import DataRule, judged
from heuristics.thresholds.limits import Limits


def empty_answers(data: DataFacts, limits: Limits) -> Finding | None:
    """Rows without an answer teach nothing."""
    bounds = limits.data.empty_share_risk, limits.data.empty_share_block
    return judged(
        data,
        "empty_answers",
        "have no answer",
        "They are left out; a trained empty answer would teach silence.",
        "Fill the answers in, or drop the rows.",
        bounds,
    )


def placeholders(data: DataFacts, limits: Limits) -> Finding | None:
    """Templates that were never filled in."""
    return judged(
        data,
        "placeholders",
        "hold placeholders that were never filled in",
        "The model learns to write the placeholder.",
        "Fill them in, or drop the rows.",
        (limits.data.placeholder_share_risk, None),
    )


def truncated_answers(data: DataFacts, limits: Limits) -> Finding | None:
    """Answers that were cut, by a token limit or by an export."""
    return judged(
        data,
        "truncated_answers",
        "break off",
        "The model learns to stop in mid-sentence.",
        "Complete or drop them; look for a length limit in what made the file.",
        (limits.checks.truncated_share_risk, None),
    )


def repeated_text(data: DataFacts, limits: Limits) -> Finding | None:
    """Answers in a loop."""
    return judged(
        data,
        "repeated_text",
        "end in a loop of the same words",
        "The model learns to run into loops, from which it does not return.",
        "Cut the loops or drop the rows.",
        (limits.checks.loop_share_risk, None),
    )


def echoed_prompts(data: DataFacts, limits: Limits) -> Finding | None:
    """Answers that say the prompt again."""
    return judged(
        data,
        "echoed_prompts",
        "begin with their whole prompt",
        "The model learns to repeat the question first.",
        "Remove the prompt from the answers, unless the task is to rewrite text.",
        (limits.checks.echo_share_risk, None),
    )


def gibberish(data: DataFacts, limits: Limits) -> Finding | None:
    """Rows of signs or of keys hit at random."""
    return judged(
        data,
        "gibberish",
        "hold hardly any words",
        "They teach noise, unless they are tables or drawings.",
        "Look at them; drop what nobody would write.",
        (limits.checks.gibberish_share_risk, None),
    )


def merged_examples(data: DataFacts, limits: Limits) -> Finding | None:
    """Answers in which the next example begins."""
    return judged(
        data,
        "merged_examples",
        "hold a second instruction within the answer",
        "The model learns to go on with questions of its own.",
        "Cut the answer where the next instruction begins, or split the row.",
        (0.0, None),
    )


def unreachable_sources(data: DataFacts, limits: Limits) -> Finding | None:
    """Prompts that need something the model cannot see."""
    return judged(
        data,
        "unreachable_sources",
        "point at a web address, picture or file",
        "The answer rests on what the model cannot see, so it learns to invent it.",
        "Put the content into the prompt, or drop the rows.",
        (limits.checks.unreachable_share_risk, None),
    )


def refusals(data: DataFacts, limits: Limits) -> Finding | None:
    """Answers that decline; right when rare and meant, and where no tool does what is asked."""
    plain, tools = limits.checks.refusal_share_risk, limits.checks.tool_refusal_share_risk
    return judged(
        data,
        "refusals",
        "decline to answer or speak of being an AI",
        "In number they teach the model to decline what you want answered.",
        "Keep those that you mean; drop the others.",
        (plain if data.tools is None else tools, None),
    )


def worn_phrases(data: DataFacts, limits: Limits) -> Finding | None:
    """Phrases by which generated answers are recognised."""
    return judged(
        data,
        "worn_phrases",
        "use worn phrases of language models",
        "The model takes on that manner.",
        "Rewrite them if the tone matters to you.",
        (limits.checks.worn_share_risk, None),
    )


def harsh_words(data: DataFacts, limits: Limits) -> Finding | None:
    """Insults; for review only."""
    return judged(
        data,
        "harsh_words",
        "hold insults",
        "They may be quotations or belong to the task; only a person can tell.",
        "Look at them; nothing is dropped by itself.",
        (None, None),
    )


ANSWER_RULES: tuple[DataRule, ...] = (
    empty_answers,
    placeholders,
    truncated_answers,
    repeated_text,
    echoed_prompts,
    gibberish,
    merged_examples,
    unreachable_sources,
    refusals,
    worn_phrases,
    harsh_words,
)
