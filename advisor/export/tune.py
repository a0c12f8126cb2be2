"""What of a case is exported: the full run's recipe, with the learning rate that the pilot measured."""

from dataclasses import replace

from advisor.case import Case
from advisor.errors import BadInput
from advisor.export.target import Tune
from advisor.text import slug
from heuristics.planning.recipe import Plan, Recipe


def tune_of(case: Case) -> Tune:
    """The full run of a case; raises BadInput when there is no plan or no model."""
    if case.plan is None or case.model is None:
        raise BadInput("There is no plan to export yet", "Make one: advisor plan FILE")
    split = case.data.split if case.data else None
    recipe, reason = _with_measured_rate(case, case.plan)
    return Tune(
        recipe=recipe,
        model=case.model,
        rows=case.plan.full_rows,
        validation=split.validation if split else 0,
        name=slug(case.name, 40),
        offers=case.plan.offers,
        rate_reason=reason,
        shares=case.plan.shares,
        changes=case.plan.full_choices if case.plan.full_recipe is not None else (),
    )


def _with_measured_rate(case: Case, plan: Plan) -> tuple[Recipe, str]:
    recipe = plan.full_recipe or plan.recipe
    rate = case.pilot.rate if case.pilot else None
    if case.knobs.learning_rate is not None:
        return recipe, "The learning rate was fixed by hand."
    if case.pilot is not None and rate is not None and case.pilot.model not in ("", recipe.model):
        return recipe, (
            "The learning rate is the plan's: the pilot compared rates for a smaller model, "
            f"{case.pilot.model}."
        )
    if rate is None or rate.basis == "none" or case.pilot is None or case.pilot.method != recipe.method:
        return recipe, "The learning rate is the plan's: the pilot compared no rates for this method."
    return replace(recipe, learning_rate=rate.full_run), f"The learning rate was measured: {rate.reason}"
