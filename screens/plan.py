"""Step 4: the recommended recipe with a reason for each line, its memory, time and cost."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from advisor import numbers
from advisor.case import Case
from advisor.standing import findings_of
from advisor.text import one_line
from heuristics.basis import Basis, Estimate
from heuristics.planning.recipe import Alternative, Choice, MemoryPrediction, Offer, Plan
from screens.fields.knobs import knob_field
from screens.machine import size_section
from screens.rows.models import model_row, stand_in_rows
from screens.rows.pictures import gauge, stacked
from screens.rows.section import Row, Section, finding_rows, told
from screens.state.live import Live
from screens.state.simulation import Simulation
from screens.step_screen import StepScreen
from screens.widgets.plain_text import PlainText
from screens.words import Detail, heading, labelled, lines, muted, paragraphs


class PlanScreen(StepScreen):
    """Settings that re-answer at once when one is changed."""

    STEP = "plan"
    ABOUT = "A value for every setting, with its reason and source.\nEnter changes one; the rest follows."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "change_model", "model", tooltip="Choose another model", id="plan-model"),
    ]

    def extra(self) -> ComposeResult:
        """Memory against the device, always in sight."""
        yield PlainText(id="memory-bar")

    def on_mount(self) -> None:
        """Follow the simulation of the plan's memory too."""
        super().on_mount()
        self.watch(self.app, "simulation", self._changed)

    def show(self) -> None:
        """Draw the bar with the rest; ask for the simulation that would answer better than the formula."""
        self.studio.simulate()
        plan = self.studio.case.plan
        bar = self.query_one("#memory-bar", PlainText)
        bar.display = plan is not None
        if plan is not None:
            bar.show(_bar(plan.memory))
        super().show()

    def sections(self, case: Case, live: Live | None) -> tuple[Section, ...]:
        """Findings, settings, memory and time, sizes, alternatives, offers."""
        plan = case.plan
        if plan is None:
            return (finding_rows(findings_of(case, "plan")), Section("Model", (model_row(case),)))
        return (
            finding_rows(findings_of(case, "plan")),
            Section(
                "Settings",
                (
                    model_row(case),
                    *stand_in_rows(case),
                    *(_choice(case, each) for each in plan.choices if each.setting != "model"),
                ),
            ),
            Section("Memory and time", (_memory(plan.memory, self.studio.simulation), *_times(plan))),
            Section(
                "Full run, where it differs", tuple(_choice(case, each, "full") for each in plan.full_choices)
            ),
            size_section(plan.sizes, plan.recipe.sequence_length),
            Section(
                "Other models",
                tuple(
                    _alternative(number, each)
                    for number, each in enumerate(
                        (*([plan.sibling] if plan.sibling else ()), *plan.alternatives)
                    )
                ),
            ),
            Section(
                "Cloud offers that fit",
                tuple(_offer(number, each) for number, each in enumerate(plan.offers)),
            ),
        )

    def action_change_model(self) -> None:
        """Go to the model and change it."""
        self.rows.go_to("model")
        self.rows.action_select()


def _bar(memory: MemoryPrediction) -> Detail:
    """One line of bar and words: what is needed of what there is."""

    def line(width: int) -> Content:
        amounts = f"{numbers.size(memory.total.value)} of {numbers.size(memory.available)}"
        words = f" {amounts}: {memory.fit}, {memory.total.basis.value}"
        parts = [(part.name, float(part.bytes)) for part in memory.parts]
        return Content.assemble(gauge(parts, memory.available, max(12, min(60, width - len(words)))), words)

    return line


def _choice(case: Case, choice: Choice, run: str = "") -> Row:
    field = knob_field(choice.setting, case.knobs) if not run else None
    between = (
        f"{_short(choice.low)} to {_short(choice.high)}"
        if choice.low is not None and choice.high is not None and choice.low != choice.high
        else ""
    )
    detail = told(
        heading(f"{choice.label}: {choice.value}"),
        choice.reason,
        labelled("Between", between) if between else "",
        labelled("Basis", choice.basis.value),
        labelled("Source", choice.source),
        labelled("A change makes stale", choice.invalidates) if choice.invalidates and not run else "",
        muted("enter changes it") if field is not None else "",
    )
    note = ", ".join(part for part in (between, choice.basis.value) if part)
    return Row(f"choice-{run}{choice.setting}", choice.label, choice.value, note, detail=detail, field=field)


def _short(value: float) -> str:
    return numbers.count(value) if value == int(value) else numbers.decimal(value)


def _memory(memory: MemoryPrediction, simulation: Simulation | None) -> Row:
    by_formula = memory.total.basis is Basis.FORMULA
    coming = by_formula and simulation is not None and simulation.running

    def detail(width: int) -> Content:
        return paragraphs(
            [
                heading("Peak memory of one training step"),
                stacked([(part.name, part.bytes) for part in memory.parts], memory.available, width),
                f"{numbers.estimated(memory.total)}; the device gives {numbers.size(memory.available)}: "
                f"{memory.fit}.",
                labelled("Source", memory.total.source) if memory.total.source else "",
                _simulation_words(simulation) if by_formula else "",
            ]
        )

    return Row(
        "memory",
        "Peak memory",
        numbers.quantity(memory.total.value, "bytes"),
        _note(memory.total, f"{memory.fit}, simulating …" if coming else memory.fit),
        detail=detail,
    )


def _simulation_words(simulation: Simulation | None) -> Content | str:
    if simulation is None:
        return ""
    if simulation.running:
        return muted(
            "The real training step is being simulated; its figure comes in some ten seconds. s stops it."
        )
    return labelled("Not simulated", one_line(simulation.why_not, 200))


def _times(plan: Plan) -> tuple[Row, ...]:
    def row(key: str, label: str, estimate: Estimate, *about: Content | str) -> Row:
        value = numbers.quantity(estimate.value, estimate.unit)
        return Row(
            key,
            label,
            value,
            _note(estimate),
            detail=told(
                heading(label), numbers.estimated(estimate), *about, labelled("Source", estimate.source)
            ),
        )

    full = f"All {plan.full_rows:,} training rows with these settings on {plan.device or 'this machine'}."
    return (
        row("time-pilot", "Pilot", plan.pilot_time, *_pilot_words(plan)),
        row("time-full", "Full run here", plan.full_time, full),
    )


def _pilot_words(plan: Plan) -> tuple[Content | str, ...]:
    """What the budget is expected to pay for, and which questions it then decides."""
    about = "All phases of the pilot, within its time budget."
    schedule = plan.pilot_schedule
    if schedule is None:
        return (about,)
    decides = [
        f"{each.question} {'Yes' if each.answered else f'No: {each.why} would be needed'}"
        for each in schedule.possible
    ]
    needed = f"{len(schedule.runs)} training runs. All would take {numbers.duration(plan.pilot_needed)}."
    return (about, needed, lines(decides), lines([f"Given up: {each}" for each in schedule.dropped]))


def _note(estimate: Estimate, fit: str = "") -> str:
    return ", ".join(part for part in (fit, numbers.spread(estimate), estimate.basis.value) if part)


def _alternative(number: int, each: Alternative) -> Row:
    detail = told(heading(each.model), each.reason, labelled("Here", each.fit))
    return Row(f"other-{number}", each.model, each.fit, each.reason, detail=detail)


def _offer(number: int, offer: Offer) -> Row:
    detail = told(
        heading(f"{offer.provider} {offer.instance}"),
        labelled("GPUs", f"{offer.gpus} x {offer.gpu}"),
        labelled(
            "Price", f"{offer.usd_per_hour:.2f} USD per hour{' (spot)' if offer.spot else ''}, {offer.date}"
        ),
        labelled("Time", numbers.estimated(offer.hours)),
        labelled("Cost", numbers.estimated(offer.cost)),
        labelled("Source", offer.source),
    )
    machine = f"{offer.gpus} x {offer.gpu}{' spot' if offer.spot else ''}"
    cost = numbers.quantity(offer.cost.value, offer.cost.unit)
    hours = numbers.quantity(offer.hours.value, offer.hours.unit)
    return Row(
        f"offer-{number}",
        f"{offer.provider} {machine}",
        cost,
        f"{hours}, {offer.cost.basis}, {offer.date}",
        detail=detail,
    )
