"""What the pilot measured, as text."""

from advisor.cli.report.layout import field, hung, table, title
from advisor.numbers import count, decimal, duration, estimated, share, size
from heuristics.facts.pilot import Gain, PilotFacts

_SAMPLES = 3


def pilot_lines(pilot: PilotFacts) -> list[str]:
    """State, proof, scores, runs, gains with intervals, alarms and samples."""
    state = "complete" if pilot.complete else f"not complete: {pilot.ended or 'still running'}"
    lines = title("Pilot")
    lines += field("state", f"{state}, {duration(pilot.seconds)}")
    if pilot.proof is not None:
        proof = pilot.proof
        lines += field(
            "proof",
            f"longest row {count(proof.longest_tokens)} tokens, peak {size(proof.peak_bytes)}, "
            f"{decimal(proof.tokens_per_second)} tokens/s on {proof.device}, measured",
        )
    lines += _runs(pilot) + _scores(pilot)
    for gain in pilot.gains:
        lines += _gain(gain)
    for alarm in pilot.alarms:
        lines += field("alarm", f"{alarm.text}. {alarm.do}")
    return lines + _samples(pilot)


def _runs(pilot: PilotFacts) -> list[str]:
    lines = []
    for run in pilot.runs:
        ended = f", stopped: {run.stopped}" if run.stopped else ""
        lines += field(
            "run",
            f"{run.id}: {count(run.samples)} rows, {run.steps} of {run.planned_steps} steps in "
            f"{duration(run.seconds)}, learning rate {decimal(run.learning_rate)}{ended}",
        )
    return lines


def _scores(pilot: PilotFacts) -> list[str]:
    if not pilot.scores:
        return []
    rows = [("model", "split", "rows", "loss", "perplexity", "token accuracy", "exact match")]
    for each in pilot.scores:
        exact = "" if each.exact_match is None else f"{share(each.exact_match)} of {count(each.generated)}"
        rows.append(
            (
                each.name,
                each.split,
                count(each.items),
                decimal(each.loss),
                decimal(each.perplexity),
                share(each.token_accuracy),
                exact,
            )
        )
    return ["", *table(rows, frozenset((2, 3, 4, 5, 6))), ""]


def _gain(gain: Gain) -> list[str]:
    p = "" if gain.p_value is None else f", p = {decimal(gain.p_value)}"
    return field(
        f"{gain.name.replace('_', ' ')} gain",
        f"{estimated(gain.estimate)}, {share(gain.confidence)} interval, over {gain.baseline} "
        f"on {count(gain.items)} test rows{p}",
    )


def _samples(pilot: PilotFacts) -> list[str]:
    lines = title("Side by side") if pilot.samples else []
    for sample in pilot.samples[:_SAMPLES]:
        lines += hung(f"row {sample.row}: ", sample.prompt[-300:])
        for label, text in (("wanted", sample.reference), ("base", sample.base), ("tuned", sample.tuned)):
            lines += hung(f"  {label:<8}", text[:300])
    return lines
