"""What the report says of a case, in the order in which a reader asks."""

from importlib.metadata import PackageNotFoundError, version

from advisor import numbers
from advisor.case import Case
from advisor.document.blocks import Block, Lead, Lines, Part, Table
from advisor.document.money import money_part
from advisor.document.pictures import ladder_plot, length_bars, loss_plot, memory_stack, rate_plot
from advisor.export.tune import tune_of
from advisor.standing import findings_of
from heuristics.facts.pilot import PilotFacts
from heuristics.finding import Finding, Level
from heuristics.verdict.decision import Verdict

_LIBRARIES = ("trl", "transformers", "peft", "datasets", "accelerate", "torch", "bitsandbytes")


def parts_of(case: Case) -> tuple[Part, ...]:
    """Every section that the case can fill."""
    made = [
        _verdict(case.verdict) if case.verdict else Part("Verdict", ("There is no verdict yet.",)),
        _measured(case.pilot) if case.pilot else None,
        _pictures(case),
        _findings("Data", findings_of(case, "data"), _data_lines(case)),
        money_part(case.plan) if case.plan else None,
        _recipe(case) if case.plan and case.model else None,
        _samples(case.pilot) if case.pilot and case.pilot.samples else None,
        _versions(case),
    ]
    return tuple(each for each in made if each is not None and each.blocks)


def _verdict(verdict: Verdict) -> Part:
    rows = tuple(
        (
            each.side,
            each.text,
            numbers.estimated(each.estimate) if each.estimate else "counted",
            each.estimate.source if each.estimate else "",
        )
        for each in verdict.evidence
    )
    blocks: list[Block] = [
        Lead(
            verdict.decision.value.capitalize(),
            verdict.reason,
            f"Confidence: {verdict.confidence}.",
        ),
    ]
    if rows:
        blocks.append(Table(("training in full", "evidence", "number and basis", "source"), rows))
    if verdict.would_change:
        blocks += ["What would change it:", Lines(verdict.would_change)]
    if verdict.next_steps:
        blocks += ["Next:", Lines(verdict.next_steps)]
    return Part("Verdict", tuple(blocks))


def gain_rows(pilot: PilotFacts) -> tuple[tuple[str, ...], ...]:
    """Each gain with interval, baseline and rows."""
    return tuple(
        (
            each.name.replace("_", " "),
            numbers.estimated(each.estimate),
            f"{each.confidence:.0%}",
            each.baseline,
            numbers.count(each.items),
            numbers.count(each.seeds),
        )
        for each in pilot.gains
    )


def score_rows(pilot: PilotFacts) -> tuple[tuple[str, ...], ...]:
    """Each score of a model on a split."""
    return tuple(
        (
            each.name,
            each.split,
            numbers.count(each.items),
            numbers.decimal(each.loss),
            numbers.decimal(each.perplexity),
            "" if each.exact_match is None else numbers.share(each.exact_match),
        )
        for each in pilot.scores
    )


def _measured(pilot: PilotFacts) -> Part:
    state = "complete" if pilot.complete else f"not complete ({pilot.ended or 'still running'})"
    blocks: list[Block] = [f"The pilot is {state}; it took {numbers.duration(pilot.seconds)}."]
    if pilot.gains:
        blocks.append(Table(("gain", "value", "confidence", "over", "test rows", "seeds"), gain_rows(pilot)))
    if pilot.scores:
        head = ("model", "rows of", "rows", "loss", "perplexity", "exactly right")
        blocks.append(Table(head, score_rows(pilot)))
    if pilot.alarms:
        blocks += ["Alarms:", Lines(tuple(f"{each.text}. {each.do}" for each in pilot.alarms))]
    return Part("What the pilot measured", tuple(blocks))


def _pictures(case: Case) -> Part:
    drawn = (ladder_plot(case), loss_plot(case), rate_plot(case), memory_stack(case), length_bars(case))
    return Part("Plots", tuple(each for each in drawn if each is not None))


def data_sentence(case: Case) -> str:
    """The data in one sentence."""
    if case.data is None:
        return "No data set was profiled."
    data = case.data
    split = data.split
    parts = (
        f", split by content into {split.train:,} / {split.validation:,} / {split.test:,}" if split else ""
    )
    return (
        f"{data.name}: {data.usable:,} usable rows of {data.rows:,} ({data.format.name}, "
        f"{data.format.container}), "
        f"{data.malformed:,} malformed{parts} (train / validation / test). SHA-256 {data.sha256}."
    )


def _data_lines(case: Case) -> tuple[str, ...]:
    return (data_sentence(case),)


def _findings(title: str, findings: tuple[Finding, ...], first: tuple[str, ...]) -> Part:
    rows = tuple(
        (each.level.value, each.headline, each.why, each.do)
        for each in findings
        if each.level is not Level.OK
    )
    table: tuple[Block, ...] = (
        (Table(("level", "finding", "why", "do"), rows),) if rows else ("Nothing was found.",)
    )
    return Part(title, (*first, *table))


def _recipe(case: Case) -> Part:
    tune = tune_of(case)
    assert case.plan is not None
    chosen = tuple(
        (each.label, each.value, each.reason, each.basis.value, each.source) for each in case.plan.choices
    )
    recipe = tune.recipe
    words = (
        f"The full run: {recipe.model}, {recipe.method}, {recipe.effective_batch} rows per step, "
        f"{recipe.epochs:g} "
        f"passes, learning rate {recipe.learning_rate:.3g}, {recipe.sequence_length:,} tokens, "
        f"{recipe.precision}, "
        f"seed {recipe.seed}. {tune.rate_reason}"
    )
    blocks: list[Block] = [words, Table(("setting", "pilot", "reason", "basis", "source"), chosen)]
    if tune.changes:
        changed = tuple(
            (each.label, each.value, each.reason, each.basis.value, each.source) for each in tune.changes
        )
        head = ("setting", "full run", "reason", "basis", "source")
        blocks += ["The full run differs from the pilot in:", Table(head, changed)]
    return Part("Recipe", tuple(blocks))


def _samples(pilot: PilotFacts) -> Part:
    rows = tuple((each.prompt[-400:], each.reference, each.base, each.tuned) for each in pilot.samples)
    return Part("Side by side", (Table(("prompt", "wanted", "base", "tuned"), rows),))


def _versions(case: Case) -> Part:
    rows = tuple((name, _version(name)) for name in ("finetune-advisor", *_LIBRARIES))
    known = Table(("package", "version"), tuple(each for each in rows if each[1]))
    seeds = sorted({str(run.seed) for run in case.pilot.runs}) if case.pilot else []
    machine = f"Machine: {case.machine.system}, {case.machine.cpu.name}." if case.machine else ""
    said = (machine, f"Seeds of the runs: {', '.join(seeds)}." if seeds else "", f"Case made {case.created}.")
    return Part("Versions and seeds", (*(each for each in said if each), known))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
