"""What a pilot measured, as rows: phases, proof against prediction, scores, gains, runs, alarms, samples."""

from textual.content import Content

from advisor import numbers
from advisor.case import Case
from advisor.text import one_line
from heuristics.facts.experiment import Alarm
from heuristics.facts.pilot import Gain, PilotFacts, Proof, Run, Sample, Score
from heuristics.finding import Finding
from heuristics.words import alarm_name
from screens.rows.experiment import experiment_sections
from screens.rows.pictures import interval
from screens.rows.section import Row, Section, finding_rows, told
from screens.rows.vote import vote_rows
from screens.state.live import Curve, Live
from screens.words import columns, heading, labelled, lines, muted, paragraphs

PLOTTED = ("curve", "run-")
"""Begin of the ids of rows whose curve is drawn."""
_GAINS = {"exact_match": "exact answers", "token_f1": "words in common (F1)"}
_NAMES = {
    "loss": "Loss",
    "heldout_loss": "Held-out loss",
    "perplexity": "Perplexity",
    "tokens_per_second": "Tokens per second",
    "memory_bytes": "Memory",
}


def pilot_sections(case: Case, live: Live | None, findings: tuple[Finding, ...]) -> tuple[Section, ...]:
    """Everything there is so far; parts without content are left out by the list."""
    pilot = case.pilot or PilotFacts()
    return (
        Section("Now", _now(live)),
        finding_rows(findings),
        Section("Alarms", tuple(_alarm(number, each) for number, each in enumerate(pilot.alarms))),
        Section("Gains on the test rows", tuple(_gain(each) for each in pilot.gains)),
        *experiment_sections(pilot),
        Section("Scores", tuple(_score(each, pilot.scores) for each in pilot.scores)),
        Section("Proof: measured against predicted", _proof(case, pilot.proof)),
        Section("Training runs", tuple(_run(each) for each in pilot.runs)),
        Section("Answers side by side", (*vote_rows(pilot), *(_sample(each) for each in pilot.samples))),
    )


def curves_of(pilot: PilotFacts | None, live: Live | None, row_id: str) -> tuple[Curve, Curve]:
    """Training and held-out loss of the run that a row stands for; else of the running or the last one."""
    runs = pilot.runs if pilot is not None else ()
    named = next((run for run in runs if row_id == f"run-{run.id}"), None)
    if named is None and live is not None and (live.train or live.heldout):
        return live.train, live.heldout
    chosen = named or (runs[-1] if runs else None)
    return (chosen.train_loss, chosen.heldout_loss) if chosen is not None else ((), ())


def _now(live: Live | None) -> tuple[Row, ...]:
    if live is None or not live.running:
        return ()
    newest = dict(live.numbers)
    values = [
        f"{_NAMES[name].lower()} {_metric(name, newest[name])}"
        for name in ("loss", "heldout_loss")
        if name in newest
    ]
    about = told(
        heading("Curves"),
        "Training loss is that of each step's own rows; held-out loss (x) is that of rows not trained on. "
        "When held-out loss rises while training loss falls, the model learns the rows by heart.",
        lines(live.notes[-6:]),
    )
    rows = [Row("curve", "Curves", ", ".join(values) or "waiting for the first step", detail=about)]
    for name, label in _NAMES.items():
        if name in newest:
            rows.append(Row(f"curve-{name}", label, _metric(name, newest[name]), "measured", detail=about))
    rows += [Row(f"note-{number}", text) for number, text in enumerate(live.notes[-3:])]
    return tuple(rows)


def _metric(name: str, value: float) -> str:
    return numbers.size(value) if name == "memory_bytes" else numbers.decimal(value)


def _proof(case: Case, proof: Proof | None) -> tuple[Row, ...]:
    if proof is None:
        return ()
    predicted = case.plan.memory.total if case.plan is not None else None
    memory = f"predicted {numbers.quantity(predicted.value, 'bytes')}, {predicted.basis}" if predicted else ""
    detail = told(
        heading("The longest real micro-batch, with an optimizer step"),
        lines(
            [
                labelled("Longest row", f"{proof.longest_tokens:,} tokens of {proof.sequence_length:,}"),
                labelled("Micro-batch", f"{proof.micro_batch} rows x {proof.accumulation} accumulated"),
                labelled("Before loading", numbers.size(proof.baseline_bytes)),
                labelled("Peak", f"{numbers.size(proof.peak_bytes)} measured"),
                labelled("Predicted", numbers.estimated(predicted)) if predicted else "",
                labelled("Retries", f"{proof.retries} after running out of memory"),
            ]
        ),
    )
    speed = f"{numbers.duration(proof.seconds_per_step)} per step"
    return (
        Row(
            "proof-memory",
            "Peak memory",
            numbers.size(proof.peak_bytes),
            f"measured; {memory}".rstrip("; "),
            detail=detail,
        ),
        Row(
            "proof-speed",
            "Tokens per second",
            numbers.decimal(proof.tokens_per_second),
            f"measured; {speed}",
            detail=detail,
        ),
        Row("proof-device", "Device", proof.device, proof.precision, detail=detail),
    )


def _score(score: Score, scores: tuple[Score, ...]) -> Row:
    table = [("model", "rows of", "items", "loss", "perplexity", "token accuracy", "exact")]
    table += [
        (
            each.name,
            each.split,
            numbers.count(each.items),
            f"{each.loss:.3f}",
            numbers.decimal(each.perplexity),
            numbers.share(each.token_accuracy),
            numbers.share(each.exact_match) if each.exact_match is not None else "-",
        )
        for each in scores
    ]
    exact = f", exact {numbers.share(score.exact_match)}" if score.exact_match is not None else ""
    detail = told(
        heading("Scores measured on rows that were not trained on"),
        columns(table, right=frozenset(range(2, 7))),
        "Loss is the mean negative log-likelihood per answer token, in nats; perplexity is its exponential. "
        "Lower is better for both.",
    )
    return Row(
        f"score-{score.name}-{score.split}",
        f"{score.name}, {score.split}",
        f"loss {score.loss:.3f}",
        f"perplexity {numbers.decimal(score.perplexity)}{exact}, {numbers.count(score.items)} rows",
        detail=detail,
    )


def _gain(gain: Gain) -> Row:
    estimate = gain.estimate

    def detail(width: int) -> Content:
        reach = max(abs(estimate.low), abs(estimate.high), 1e-9) * 1.2
        p_value = f"{gain.p_value:.2g}" if gain.p_value is not None else "not computed"
        return paragraphs(
            [
                heading(f"Gain in {_GAINS.get(gain.name, gain.name)} over the {gain.baseline} model"),
                f"{interval(estimate.low, estimate.value, estimate.high, -reach, reach, min(60, width - 2))}",
                f"{numbers.estimated(estimate)}; the interval holds with {numbers.share(gain.confidence)} "
                "confidence. The bar marks zero: an interval that crosses it shows no measurable gain.",
                labelled(
                    "From",
                    f"{gain.items:,} test rows, {gain.seeds} training seed{'s' if gain.seeds != 1 else ''}",
                ),
                labelled("p-value", p_value),
                labelled("Method", gain.method) if gain.method else "",
            ]
        )

    value = numbers.quantity(estimate.value, estimate.unit)
    return Row(
        f"gain-{gain.name}",
        f"Gain in {_GAINS.get(gain.name, gain.name)}",
        value,
        ", ".join(part for part in (numbers.spread(estimate), estimate.basis.value) if part),
        detail=detail,
    )


def _run(run: Run) -> Row:
    best = f"best held-out {run.best_heldout:.3f}" if run.best_heldout is not None else "no evaluation"
    state = run.stopped or ("diverged" if run.diverged else "to its end")
    detail = told(
        heading(f"Run {run.id}, measured"),
        lines(
            [
                labelled("Learning rate", numbers.decimal(run.learning_rate)),
                labelled("Rows", f"{run.samples:,}, {run.epochs:g} epochs, seed {run.seed}"),
                labelled(
                    "Speed",
                    f"{numbers.decimal(run.tokens_per_second)} tokens/s, peak {numbers.size(run.peak_bytes)}",
                ),
                labelled("Ended", state),
            ]
        ),
        muted("w plays the recording of the pilot again, event by event"),
    )
    steps = f"{run.steps:,} of {run.planned_steps:,} steps, {numbers.duration(run.seconds)}"
    return Row(f"run-{run.id}", f"{run.phase} {run.id}", best, steps, detail=detail)


def _alarm(number: int, alarm: Alarm) -> Row:
    detail = told(
        heading(f"{alarm_name(alarm.kind)} in run {alarm.run} at step {alarm.step:,}"),
        alarm.text,
        labelled("Points to", alarm.cause) if alarm.cause != "unknown" else "",
        labelled("Rows", ", ".join(f"{each:,}" for each in alarm.rows)) if alarm.rows else "",
        labelled("Do", alarm.do),
        muted("b shows these rows of the data") if alarm.rows else "",
    )
    return Row(
        f"alarm-{number}",
        alarm_name(alarm.kind),
        f"step {alarm.step:,}",
        alarm.text,
        detail=detail,
        browsable=bool(alarm.rows),
    )


def _sample(sample: Sample) -> Row:
    detail = told(
        labelled("Prompt", sample.prompt),
        labelled("Reference", sample.reference),
        labelled("Base", sample.base),
        labelled("Tuned", sample.tuned),
        muted(f"row {sample.row:,} of the test rows"),
    )
    return Row(
        f"sample-{sample.row}",
        f"row {sample.row:,}",
        one_line(sample.tuned, 60),
        f"base: {one_line(sample.base, 60)}",
        detail=detail,
    )
