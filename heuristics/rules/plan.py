"""Rules about the plan: memory, time, lengths, capacity, the user's own settings."""

from collections.abc import Callable

from heuristics.basis import Basis
from heuristics.finding import Finding, Level
from heuristics.known import Known
from heuristics.planning.adapter import capacity_used
from heuristics.planning.recipe import Plan, StandIn
from heuristics.planning.sequence import loss_in_words, truncation_at
from heuristics.rules.pilot_budget import pilot_decides, pilot_in_time
from heuristics.thresholds.limits import Limits
from heuristics.words import dollars, duration, gib, percent, rows

_BY = {
    Basis.FORMULA: "By formula",
    Basis.SIMULATED: "By simulation",
    Basis.MEASURED: "Measured",
    Basis.PUBLISHED: "As published",
    Basis.ASSUMED: "Assumed",
}


def memory_fits(plan: Plan, known: Known, limits: Limits) -> Finding | None:
    """Whether the training step fits the device."""
    memory = plan.memory
    need, there = gib(memory.total.value), gib(memory.available)
    where = plan.device or "this machine"
    if memory.fit == "fits":
        return Finding(
            "plan.memory",
            Level.OK,
            f"Training fits {where}: about {need} of {there}",
            f"{_BY[memory.total.basis]}, between {gib(memory.total.low)} and {gib(memory.total.high)}.",
            "The pilot measures it first.",
            memory.total.source,
        )
    if memory.fit == "unknown":
        return Finding(
            "plan.memory",
            Level.UNKNOWN,
            "Whether training fits is not known",
            "The free memory of the device is not known.",
            "Probe the machine again.",
        )
    if memory.available <= 0:
        return Finding(
            "plan.memory",
            Level.BLOCK,
            f"No memory of {where} is free",
            "Other programs hold all of it, so nothing can be trained there now.",
            "Close what is not needed, then probe again.",
        )
    largest = max(memory.parts, key=lambda part: part.bytes, default=None)
    tight = memory.fit == "tight"
    elsewhere = plan.stand_in is not None and plan.stand_in.fit in ("fits", "tight")
    return Finding(
        "plan.memory",
        Level.RISK if tight or elsewhere else Level.BLOCK,
        f"Training {'hardly fits' if tight else 'does not fit'} {where}: about {need} of {there}",
        f"The largest part is {largest.name} with {gib(largest.bytes)}." if largest else "",
        "Take a smaller model, shorter sequences or QLoRA, or rent a larger device.",
        memory.total.source,
    )


def full_in_time(plan: Plan, known: Known, limits: Limits) -> Finding | None:
    """Whether the full run here stays within the budget of hours."""
    estimate = plan.full_time
    budget = known.goal.budget_hours * 3600
    if estimate.value <= budget:
        return None
    cheapest = min(plan.offers, key=lambda each: each.cost.value, default=None)
    rent = (
        f"{cheapest.provider} {cheapest.gpu} would take about {duration(cheapest.hours.value * 3600)} "
        f"for {dollars(cheapest.cost.value)} (prices of {cheapest.date})."
        if cheapest is not None
        else "No known cloud offer fits."
    )
    return Finding(
        "plan.full_time",
        Level.RISK,
        f"The full run takes {duration(estimate.value)} here, more than your {known.goal.budget_hours:g} h",
        f"Between {duration(estimate.low)} and {duration(estimate.high)}. {rent}",
        "Take a smaller model or fewer passes, raise the budget, or rent a GPU.",
        estimate.source,
    )


def truncation(plan: Plan, known: Known, limits: Limits) -> Finding | None:
    """Answers that the sequence length cuts off."""
    tokens = known.data.tokens if known.data is not None else None
    if known.data is None or tokens is None:
        return None
    cut = truncation_at(tokens, plan.recipe.sequence_length)
    if cut is None or cut.rows_cut == 0:
        return None
    without = cut.rows_without_answer / max(1, known.data.usable)
    lost = cut.answer_tokens_lost
    if lost <= limits.data.truncation_risk and cut.rows_without_answer == 0:
        return None
    blocked = lost > limits.data.truncation_block or without > limits.data.no_answer_block
    empty = f"{rows(cut.rows_without_answer)} keep no answer at all. " if cut.rows_without_answer else ""
    return Finding(
        "plan.truncation",
        Level.BLOCK if blocked else Level.RISK,
        f"{percent(lost)} of answer tokens are cut off at {plan.recipe.sequence_length:,} tokens",
        f"{empty}{loss_in_words(tokens, plan.recipe.sequence_length).capitalize()}.",
        "Use longer sequences or a model with a longer context, or shorten or split those rows.",
        count=cut.rows_cut,
        share=cut.rows_cut / max(1, known.data.usable),
    )


def template(plan: Plan, known: Known, limits: Limits) -> Finding | None:
    """A model without a template was not made for conversations."""
    if plan.recipe.template != "plain" or known.model is None:
        return None
    return Finding(
        "plan.template",
        Level.OK,
        f"{known.model.id} has no chat template; a plain one is used",
        "It is a base model: it learns where an answer begins and ends from your rows.",
        "Use the same template when the tuned model is served; the export contains it.",
    )


def capacity(plan: Plan, known: Known, limits: Limits) -> Finding | None:
    """More answers than the adapter can store."""
    tokens = known.data.tokens if known.data is not None else None
    if known.model is None or tokens is None or plan.recipe.method == "full":
        return None
    trained = tokens.tokens if plan.recipe.trained_tokens == "all" else tokens.answer_tokens
    used = capacity_used(known.model.shape, plan.recipe.rank, float(trained), limits.adapter)
    if used <= 1:
        return None
    return Finding(
        "plan.capacity",
        Level.RISK,
        f"The answers hold {used:.1f} times what an adapter of rank {plan.recipe.rank} can store",
        "What does not fit is not learnt word for word; a general rule still can be.",
        "Raise the rank, or take a larger model.",
        "2 bits per parameter (2404.05405), 1 bit per token (LoRA Without Regret)",
    )


def own_rate(plan: Plan, known: Known, limits: Limits) -> Finding | None:
    """A learning rate far from what the rule gives."""
    choice = next((each for each in plan.choices if each.setting == "learning_rate"), None)
    if choice is None or choice.low is None or choice.high is None:
        return None
    rate = plan.recipe.learning_rate
    if choice.low <= rate <= choice.high:
        return None
    high = rate > choice.high
    return Finding(
        "plan.learning_rate",
        Level.RISK,
        f"The learning rate {rate:.2g} lies outside {choice.low:.2g} to {choice.high:.2g}",
        "Too high a rate diverges." if high else "Too low a rate hardly moves the model.",
        "Leave it to the plan, or watch the pilot's first steps.",
        choice.source,
    )


def quantisation(plan: Plan, known: Known, limits: Limits) -> Finding | None:
    """QLoRA needs bitsandbytes."""
    if plan.recipe.method != "qlora" or known.machine is None or known.machine.quantisation:
        return None
    return Finding(
        "plan.quantisation",
        Level.BLOCK,
        "QLoRA needs bitsandbytes, which does not import here",
        "The 4-bit weights are its work.",
        "Install the extra: pip install 'finetune-advisor[qlora]', or choose LoRA.",
    )


def model_usable(plan: Plan, known: Known, limits: Limits) -> Finding | None:
    """Trouble with the model's files."""
    model = known.model
    if model is None:
        return None
    if model.weights in ("pickle", "missing"):
        what = "only pickled weights, which can run code" if model.weights == "pickle" else "no weights"
        return Finding(
            "plan.model_files",
            Level.BLOCK,
            f"{model.id} has {what}",
            "Only safetensors files are loaded.",
            "Choose another model, or convert it to safetensors.",
        )
    problems = (*model.problems, *(() if model.tokenizer else ("It has no tokenizer.",)))
    if not problems:
        return None
    return Finding(
        "plan.model_files",
        Level.BLOCK if not model.tokenizer else Level.RISK,
        f"{model.id} may not be usable",
        " ".join(problems[:3]),
        "Choose another model, or complete its files.",
    )


def sibling(plan: Plan, known: Known, limits: Limits) -> Finding | None:
    """A smaller model that can be tried here while the chosen one does not fit."""
    if plan.stand_in is not None:
        return _stand_in(plan.stand_in, plan)
    if plan.sibling is None:
        return None
    return Finding(
        "plan.sibling",
        Level.OK,
        f"{plan.sibling.model} fits here and can run the pilot",
        f"{plan.sibling.reason}.",
        f"Let it run the pilot: --pilot-model {plan.sibling.model}, or Pilot model on the Plan step",
    )


def _stand_in(chosen: StandIn, plan: Plan) -> Finding:
    fits = chosen.fit in ("fits", "tight")
    return Finding(
        "plan.sibling",
        Level.OK if fits else Level.BLOCK,
        f"The pilot trains {chosen.model} in place of {plan.recipe.model}",
        "What it measures holds for that model; the verdict states the step to the larger one as a range."
        if fits
        else "It does not fit here either.",
        "" if fits else "Take a smaller one.",
    )


def remote_code(plan: Plan, known: Known, limits: Limits) -> Finding | None:
    """A model that brings its own code is not run, so neither its memory nor its speed can be promised."""
    if known.model is None or not known.model.remote_code:
        return None
    return Finding(
        "plan.remote_code",
        Level.RISK,
        f"{known.model.id} asks for code from its own repository",
        "That code is not run here: the figures follow from its sizes alone, and the pilot may refuse it.",
        "Choose a model that transformers knows by itself.",
    )


_NOT_FOR_TRADE = ("non-commercial", "noncommercial", "research", "-nc-", "-nc")
"""Parts of licences' names that allow no use for money."""


def licence(plan: Plan, known: Known, limits: Limits) -> Finding | None:
    """A model whose licence keeps the tuned one from being used for money."""
    model = known.model
    if model is None or not any(part in model.licence.lower() for part in _NOT_FOR_TRADE):
        return None
    doubt = " It was not read in the model's own files." if "licence" in model.unverified else ""
    return Finding(
        "plan.licence",
        Level.RISK,
        f"The licence of {model.id} allows no commercial use: {model.licence}",
        f"What is tuned from it stays under that licence.{doubt}",
        "Read the licence before the tuned model earns money, or choose a model without that limit.",
    )


PLAN_RULES: tuple[Callable[[Plan, Known, Limits], Finding | None], ...] = (
    model_usable,
    quantisation,
    memory_fits,
    sibling,
    remote_code,
    licence,
    truncation,
    full_in_time,
    pilot_in_time,
    pilot_decides,
    own_rate,
    capacity,
    template,
)
