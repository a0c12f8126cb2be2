"""The rows of the Plan step that name models: the one to tune, and a smaller one for the pilot."""

from textual.content import Content

from advisor import numbers
from advisor.case import Case
from advisor.errors import BadInput
from advisor.journey import choose_model
from advisor.models.search import find_model
from screens.rows.section import Field, Row, told
from screens.words import heading, labelled, muted

_PILOT_WHY = (
    "A smaller model that runs the pilot in place of the one to tune, where that does not fit here: a folder "
    "or a Hub id; empty takes the same."
)
_MODEL_WHY = "A folder with the model's files, or a Hub id such as organisation/name."


def model_row(case: Case) -> Row:
    """The model to tune, and the field that names another."""
    model = case.model
    name = model.id if model is not None else case.model_choice or "none chosen: press enter"
    parts: list[Content | str] = [heading("Model"), name]
    if model is not None:
        parts += [
            labelled("Parameters", numbers.count(model.shape.parameters)),
            labelled("Family", model.family),
            labelled("Where", model.path or model.where),
            labelled("Licence", model.licence or "not stated"),
            labelled("Figures from", f"{model.verified} {model.source}".strip()),
            *(labelled("Problem", each) for each in model.problems),
        ]
    parts.append(muted("enter changes it"))
    size = f"{numbers.parameters(model.shape.parameters)} parameters" if model is not None else ""
    field = Field("Model", _models_to_name(case), case.model_choice or "", _with_model)
    return Row("model", "Model", name, size, detail=told(*parts), field=field)


def _models_to_name(case: Case) -> str:
    """What may be typed, with names to begin with."""
    others = case.plan.alternatives if case.plan is not None else ()
    here = ", ".join(f"{each.model} ({each.fit})" for each in others if each.fit != "no")
    near = f" Others that train here: {here}." if here else ""
    return f"{_MODEL_WHY}{near} demo is the small model that comes with this program."


def stand_in_rows(case: Case) -> tuple[Row, ...]:
    """The pilot's own model, where one is chosen or would help."""
    plan = case.plan
    if plan is None or (plan.stand_in is None and plan.sibling is None):
        return ()
    chosen, other = plan.stand_in, plan.sibling
    value = chosen.model if chosen is not None else "the same"
    note = (
        f"{chosen.fit} here"
        if chosen is not None
        else f"{other.model} would fit"
        if other is not None
        else ""
    )
    field = Field("Pilot model", _PILOT_WHY, case.pilot_choice or "", _with_stand_in)
    detail = told(
        heading("Pilot model"),
        value,
        note,
        _PILOT_WHY,
        other.reason if other is not None else "",
        muted("enter changes it"),
    )
    return (Row("pilot-model", "Pilot model", value, note, detail=detail, field=field),)


def _with_stand_in(case: Case, text: str) -> Case:
    if not text.strip():
        return case.but(pilot_choice=None, pilot_model=None)
    return case.but(pilot_choice=text.strip(), pilot_model=find_model(text.strip()))


def _with_model(case: Case, text: str) -> Case:
    if not text.strip():
        raise BadInput("No model is named", _MODEL_WHY)
    changed = choose_model(case, text.strip())
    return changed.but(data=None) if changed.model != case.model else changed
