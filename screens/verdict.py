"""Step 6: the decision in one sentence, its evidence, and what would change it."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content

from advisor import numbers
from advisor.case import Case
from advisor.document.pictures import curve_of
from advisor.standing import findings_of
from heuristics.verdict.decision import Evidence, Verdict
from screens.rows.curve import curve_picture, curve_words
from screens.rows.money import money_section
from screens.rows.section import Row, Section, finding_rows, told
from screens.state.live import Live
from screens.step_screen import StepScreen
from screens.words import heading, labelled, lines, muted, paragraphs


class VerdictScreen(StepScreen):
    """What the evidence allows to say."""

    STEP = "verdict"
    ABOUT = (
        "One decision, resting on what was measured.\nEvery line names its basis, and what would change it."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "p",
            "app.begin('simulate')",
            "prove offers",
            tooltip="Simulate the training step on each offer's GPUs",
            id="verdict-simulate",
        ),
    ]

    def sections(self, case: Case, live: Live | None) -> tuple[Section, ...]:
        """Decision, evidence, what would change it, next steps."""
        verdict = case.verdict
        if verdict is None:
            return (Section("Verdict", (_unknown(),)), finding_rows(findings_of(case, "verdict")))
        return (
            Section("Decision", (_decision(verdict, case),)),
            Section(
                "Evidence", tuple(_evidence(number, each) for number, each in enumerate(verdict.evidence))
            ),
            Section("More rows", _curve(case)),
            money_section(case),
            Section("What would change it", _said("change", verdict.would_change)),
            Section("Next", _said("next", verdict.next_steps)),
            finding_rows(findings_of(case, "verdict")),
        )


def _unknown() -> Row:
    words = "It needs the machine, the data and a pilot: ctrl+n does the next of these."
    return Row("unknown", "not yet known", detail=told(words))


def _decision(verdict: Verdict, case: Case) -> Row:
    made = curve_of(case)

    def detail(width: int) -> Content:
        curve = [] if made is None else [heading("Learning curve"), curve_picture(made, width)]
        return paragraphs(
            [
                Content.styled(verdict.decision.value.upper(), "bold $text-primary"),
                verdict.headline,
                labelled("Confidence", verdict.confidence),
                heading("Next"),
                lines(verdict.next_steps),
                heading("What would change it"),
                lines(verdict.would_change),
                *curve,
            ]
        )

    return Row("decision", "Decision", verdict.decision.value, verdict.confidence, detail=detail)


_SIDES = {
    "for": "Evidence for training in full",
    "against": "Evidence against training in full",
    "beside": "Evidence beside the decision",
}


def _evidence(number: int, evidence: Evidence) -> Row:
    parts: list[Content | str] = [heading(_SIDES[evidence.side]), evidence.text]
    if not evidence.weighed:
        parts.append(muted("It was measured, but counts neither for nor against."))
    if evidence.estimate is not None:
        parts += [
            labelled("Number", numbers.estimated(evidence.estimate)),
            labelled("Source", evidence.estimate.source or "this case"),
        ]
    basis = evidence.estimate.basis.value if evidence.estimate is not None else "counted"
    return Row(f"evidence-{number}", evidence.side, f"{evidence.text} ({basis})", detail=told(*parts))


def _curve(case: Case) -> tuple[Row, ...]:
    """The learning curve: a picture in the detail, its reading in the row."""
    made = curve_of(case)
    if made is None:
        return ()

    def detail(width: int) -> Content:
        return paragraphs([heading("Learning curve"), curve_words(made), curve_picture(made, width)])

    far = made.ahead[-1]
    gain = numbers.quantity(far.gain.value, made.unit)
    value = f"{gain} better at {far.factor:g} times the rows" if made.measurable else "no measurable slope"
    return (Row("curve", "learning curve", value, "80 % band", detail=detail),)


def _said(kind: str, texts: tuple[str, ...]) -> tuple[Row, ...]:
    return tuple(Row(f"{kind}-{number}", text, detail=told(text)) for number, text in enumerate(texts))
