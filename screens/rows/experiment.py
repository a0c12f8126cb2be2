"""What the pilot's phases found, as rows: schedule, rates, ladder, and what tuning did besides the task."""

from advisor import numbers
from advisor.text import one_line
from heuristics.facts.experiment import (
    PHASES,
    Forgetting,
    Memorised,
    Outlier,
    PilotSchedule,
    RateEvidence,
    RatePoint,
    Rung,
)
from heuristics.facts.pilot import PilotFacts
from screens.rows.section import Row, Section, told
from screens.words import columns, heading, labelled, lines

_METRICS = {"loss": "loss", "exact_match": "exact", "token_f1": "word F1"}


def experiment_sections(pilot: PilotFacts) -> tuple[Section, ...]:
    """Phases, rate runs, the ladder's rungs, and the changes besides the task."""
    return (
        Section("Phases", _phases(pilot.schedule, pilot.settled)),
        Section("Learning rates", _rates(pilot.rate)),
        Section("Ladder: more rows, more seeds", _rungs(pilot.rungs)),
        Section("Besides the task", _besides(pilot)),
    )


def _phases(schedule: PilotSchedule | None, settled: str) -> tuple[Row, ...]:
    if schedule is None:
        return ()
    budget = labelled("Budget", numbers.duration(schedule.budget))
    total = labelled("Predicted", f"{numbers.duration(schedule.total)} after the proof")
    detail = told(
        heading("Fixed once, from the speed that the proof measured"),
        lines([budget, total]),
        lines([f"Given up: {each}" for each in schedule.dropped]),
        lines(
            [
                f"{each.question} {'Yes' if each.answered else f'No: {each.why} would be needed'}"
                for each in schedule.possible
            ]
        ),
        settled,
    )
    rows = [
        Row(
            f"phase-{phase}",
            phase.capitalize(),
            numbers.duration(schedule.seconds[phase]),
            f"predicted, {_what(schedule, phase)}",
            detail=detail,
        )
        for phase in PHASES
        if phase in schedule.seconds
    ]
    return tuple(rows)


def _what(schedule: PilotSchedule, phase: str) -> str:
    if phase == "rate":
        return f"at most {schedule.rate_runs} runs"
    if phase == "ladder":
        count = sum(run.phase == "ladder" for run in schedule.runs)
        return f"{count} run{'s' if count != 1 else ''}"
    shots = f", {schedule.shots} solved examples" if phase == "baseline" and schedule.shots else ""
    return f"{schedule.test:,} test rows{shots}"


def _rates(rate: RateEvidence | None) -> tuple[Row, ...]:
    if rate is None:
        return ()
    detail = told(
        heading("Measured by short decayed runs that differ in the learning rate alone"),
        rate.reason,
        lines(
            [
                labelled("Best", f"{rate.best:.2g} ({rate.low:.2g} to {rate.high:.2g})"),
                labelled("Full run", f"{rate.full_run:.2g} ({rate.full_low:.2g} to {rate.full_high:.2g})"),
                labelled("Noise", f"{rate.noise:.3f} nats per answer token between two rates"),
            ]
        ),
    )
    best = Row(
        "rate-best",
        "Best rate",
        f"{rate.best:.2g}",
        f"{rate.low:.2g} to {rate.high:.2g}, {rate.basis}; full run {rate.full_run:.2g}",
        detail=detail,
    )

    def tried(number: int, point: RatePoint) -> Row:
        lost = point.heldout_loss is None
        value = "diverged" if point.heldout_loss is None else f"held-out {point.heldout_loss:.3f}"
        about = (
            "prior"
            if point.learning_rate == rate.prior
            else f"{point.learning_rate / rate.prior:.2g} x prior"
        )
        return Row(
            f"rate-{number}", f"{point.learning_rate:.2g}", value, "" if lost else about, detail=detail
        )

    return (best, *(tried(number, each) for number, each in enumerate(rate.points)))


def _rungs(rungs: tuple[Rung, ...]) -> tuple[Row, ...]:
    if not rungs:
        return ()
    ordered = sorted(rungs, key=lambda each: (each.cleaned, each.samples, each.seed))
    table = [("rows", "seed", "held-out loss", "task gain", "metric")]
    table += [
        (_rows_of(each), str(each.seed), f"{each.heldout_loss:.3f}", _task(each), _metric(each))
        for each in ordered
    ]
    detail = told(
        heading("Nested parts of the same rows, measured on the same validation rows"),
        columns(table, right=frozenset((0, 1, 2, 3))),
        "The task gain is how much more the loss rises than the base's when a row gets another row's prompt, "
        "in nats per answer token. Runs of one size differ only in their seed: their spread is luck.",
    )
    return tuple(
        Row(
            f"rung-{number}",
            f"{_rows_of(each)} rows, seed {each.seed}",
            f"held-out {each.heldout_loss:.3f}",
            ", ".join(part for part in (_metric(each), f"task {_task(each)}") if part),
            detail=detail,
        )
        for number, each in enumerate(ordered)
    )


def _rows_of(rung: Rung) -> str:
    return f"{rung.samples:,}{' cleaned' if rung.cleaned else ''}"


def _task(rung: Rung) -> str:
    return "-" if rung.task_gain is None else f"{rung.task_gain:+.3f}"


def _metric(rung: Rung) -> str:
    if rung.metric == "loss" or rung.value is None:
        return ""
    return f"{_METRICS.get(rung.metric, rung.metric)} {numbers.share(rung.value)}"


def _besides(pilot: PilotFacts) -> tuple[Row, ...]:
    rows = []
    if pilot.forgetting is not None:
        rows.append(_forgetting(pilot.forgetting))
    if pilot.memorised is not None and pilot.memorised.rows:
        rows.append(_memorised(pilot.memorised))
    rows += [_outlier(number, each) for number, each in enumerate(pilot.outliers)]
    return tuple(rows)


def _forgetting(found: Forgetting) -> Row:
    detail = told(
        heading("Loss on general text, tuned against base"),
        numbers.estimated(found.rise),
        f"{found.items:,} texts, {found.probe}. A rise is forgetting; an interval around zero shows none.",
    )
    value = numbers.quantity(found.rise.value, found.rise.unit)
    return Row("forgetting", "General loss", value, f"{numbers.spread(found.rise)}, rise", detail=detail)


def _memorised(found: Memorised) -> Row:
    detail = told(
        heading("Training rows measured to be continued word for word"),
        lines(
            [
                labelled("Tuned", f"{found.reproduced:,} of {found.rows:,} training rows"),
                labelled("Base", f"{found.by_base:,} of {found.rows:,}, known before"),
                labelled(
                    "Held-out", f"{found.heldout_reproduced:,} of {found.heldout_rows:,} rows not trained on"
                ),
                labelled("Longest", f"{found.longest:,} tokens"),
            ]
        ),
        f"Counted from {found.least_tokens:,} tokens in a row.",
        f"Rows: {', '.join(f'{each:,}' for each in found.lines)}" if found.lines else "",
    )
    return Row(
        "memorised",
        "Memorised",
        f"{found.reproduced:,} of {found.rows:,} rows",
        f"base {found.by_base:,}; longest repetition {found.longest:,} tokens",
        detail=detail,
        browsable=bool(found.lines),
    )


def _outlier(number: int, found: Outlier) -> Row:
    detail = told(
        heading(f"Row {found.row:,} is hard, as measured after training on it"),
        f"Loss {found.loss:.3f} nats per answer token; the median of the training rows is {found.usual:.3f}.",
        f"{found.excess:.1f} robust standard deviations above it: look whether its answer is wrong.",
        labelled("Answer", found.excerpt),
    )
    return Row(
        f"outlier-{number}",
        f"Hard row {found.row:,}",
        f"loss {found.loss:.3f}",
        one_line(found.excerpt, 60),
        detail=detail,
        browsable=True,
    )
