"""A Hugging Face model card: data, intended use, measured results, limits and bias findings."""

from advisor import numbers
from advisor.case import Case
from advisor.document.contents import data_sentence, gain_rows, score_rows
from advisor.document.markdown import table, text
from advisor.export.tune import tune_of
from advisor.standing import findings_of
from heuristics.facts.pilot import PilotFacts
from heuristics.finding import Level
from heuristics.words import passes, rows


def model_card(case: Case) -> str:
    """README.md of the tuned model, with its metadata; raises BadInput without a plan."""
    import yaml

    head = yaml.safe_dump(_metadata(case), sort_keys=False)
    return f"---\n{head}---\n\n" + "\n\n".join(_body(case)) + "\n"


def _metadata(case: Case) -> dict[str, object]:
    tune = tune_of(case)
    found: dict[str, object] = {
        # A folder's name is no Hub id: its path says where the base came from without claiming one.
        "base_model": tune.model.id,
        "library_name": "transformers" if tune.recipe.method == "full" else "peft",
        "pipeline_tag": "text-generation",
        "tags": ["trl", "sft", *([] if tune.recipe.method == "full" else ["lora"])],
    }
    if tune.model.licence:
        found["license"] = tune.model.licence
    return found


def _body(case: Case) -> list[str]:
    tune = tune_of(case)
    recipe = tune.recipe
    metric = text(case.goal.metric.replace("_", " "))
    return [
        f"# {text(case.name)}",
        f"{text(tune.model.id)}, tuned with {recipe.method} for the task “{text(case.goal.task)}”. "
        "This card was "
        "written before the full run: its results are those of a pilot.",
        "## Intended use",
        f"Rows like those of the training data, judged by {metric}. Nothing else was measured.",
        "## Training data",
        text(data_sentence(case)),
        "## Training",
        f"{rows(recipe.effective_batch)} per step, {passes(recipe.epochs)} over {rows(tune.rows)}, "
        "learning rate "
        f"{recipe.learning_rate:.3g}, {recipe.sequence_length:,} tokens, seed {recipe.seed}. "
        f"{text(tune.rate_reason)}",
        *_energy(case),
        "## Measured results",
        *_results(case),
        "## Limits",
        *_limits(case),
        "## Bias",
        *_bias(case),
    ]


def _energy(case: Case) -> list[str]:
    money = case.plan.money if case.plan else None
    if money is None:
        return []
    used = text(numbers.estimated(money.energy))
    return [f"Energy of the full run on the machine of the pilot: {used} ({text(money.energy.source)})."]


def _results(case: Case) -> list[str]:
    pilot = case.pilot
    if pilot is None or not pilot.gains:
        return ["Nothing was measured yet."]
    found = _measured(case, pilot)
    base = tune_of(case).model.id
    if pilot.model in ("", base):
        return found
    other = f"These are the results of {text(pilot.model)}, a smaller model that ran the pilot in place of "
    return [f"{other}{text(base)}.", *found]


def _measured(case: Case, pilot: PilotFacts) -> list[str]:
    gains = table(("gain", "value", "confidence", "over", "test rows", "seeds"), gain_rows(pilot))
    scores = table(("model", "rows of", "rows", "loss", "perplexity", "exactly right"), score_rows(pilot))
    said = [gains, scores] if pilot.scores else [gains]
    if case.verdict is not None:
        said.append(f"Verdict: {text(case.verdict.sentence)}")
    return said


def _limits(case: Case) -> list[str]:
    found = [each for each in findings_of(case) if each.level in (Level.BLOCK, Level.RISK)]
    lines = [f"- {each.level.value}: {text(each.headline)}. {text(each.why)}" for each in found]
    forgetting = case.pilot.forgetting if case.pilot else None
    if forgetting is not None:
        lines.append(f"- Loss on general text changed: {text(numbers.estimated(forgetting.rise))}.")
    return ["\n".join(lines)] if lines else ["No risk was found, which is not to say that there is none."]


def _bias(case: Case) -> list[str]:
    shifts = case.pilot.shifts if case.pilot else ()
    if not shifts:
        return ["Not measured: whether tuning shifted any preference between groups is not known."]
    rows = [
        (
            each.name,
            numbers.count(each.samples),
            numbers.count(each.seed),
            numbers.count(each.pairs),
            f"{each.shift:+.3f} nats{each.towards}",
        )
        for each in shifts
    ]
    words = (
        "Change of preference between the two words of counterfactual pairs; what the pairs do not name "
        "is not seen."
    )
    return [words, table(("pairs", "training rows", "seed", "count", "shift"), rows)]
