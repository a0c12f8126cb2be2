"""What the results say about predictions: memory, time, learning rate and forecast, beside measurements."""

from collections.abc import Iterator
from statistics import fmean, median

from benchmarks.fields import Json, Row, at, number, records
from benchmarks.rate_regret import TARGET, regrets, saved_of


def _short(value: float) -> str:
    """Two digits, never as a power of ten."""
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"


def memory(document: Json) -> Iterator[Row]:
    """Errors of predicted memory, beside those of a peer where it was run."""
    names = (
        ("allocated_error", "allocated memory"),
        ("reserved_error", "reserved memory"),
        ("error all", "all"),
        ("error of others", "all but ms-swift's"),
        ("error of ms-swift", "ms-swift's"),
        ("error liger allocated", "allocated, Liger's loss"),
        ("error stock qlora", "QLoRA, plain loss"),
        ("error stock lora", "LoRA, plain loss"),
        ("error stock full", "full, plain loss"),
    )
    where = {
        "t4": "public runs on a T4",
        "cpu": "real steps on this processor",
        "gpu": "real steps on an H200, the pilot's trainer",
    }.get(str(at(document, "what")), "published runs of many stacks")
    scores = at(document, "scores")
    assert isinstance(scores, dict)
    for name, words in names:
        if name not in scores:
            continue
        peer = f"peer_{name}"
        low = number(scores, name, "share_10_too_low")
        mean, worst = number(scores, name, "mean"), number(scores, name, "worst")
        yield (
            f"{where}, {words}, {number(scores, name, 'rows'):.0f} rows",
            f"{_short(mean)} % off in the mean, {worst:.3g} % at worst"
            + (f", {low * 100:.0f} % of rows too low by over 10 %" if low else ""),
            f"fitcheck-llm {_short(number(scores, peer, 'mean'))} %, {number(scores, peer, 'worst'):.3g} %"
            if peer in scores
            else "",
        )


def memory_gpu(document: Json) -> Iterator[Row]:
    """The same, and the time of the same steps."""
    yield from memory(document)
    rows = len(records(document, "rows"))
    low, high = (number(document, "scores", "time_ratio", each) for each in ("low", "high"))
    yield (
        f"seconds per step on an H200 over the prediction, {rows} runs; its fixed costs were set by them",
        f"{low:.2f} to {high:.2f} times",
        f"{number(document, 'scores', 'time_inside'):.0f} of {rows} within the interval",
    )


def memory_formula(document: Json) -> Iterator[Row]:
    """How far the quick formula lies from the simulation."""
    yield (
        f"formula against simulation, {len(records(document, 'rows'))} steps",
        f"{number(document, 'low'):.2f} to {number(document, 'high'):.2f} times",
        "5 and 95 %",
    )


def simulation_time(document: Json) -> Iterator[Row]:
    """What one simulation costs."""
    rows = records(document, "rows")
    slowest = max(rows, key=lambda each: number(each, "processor"))
    yield (
        f"one simulation, {len(rows)} kinds of 1 to 70 billion parameters",
        f"{median(number(each, 'processor') for each in rows):.1f} s of processor time in the median",
        f"{number(slowest, 'processor'):.1f} s for {at(slowest, 'model')}, {at(slowest, 'method')}",
    )


def time(document: Json) -> Iterator[Row]:
    """Training time beside its prediction."""
    runs = records(document, "runs")
    ratios = [number(each, "ratio") for each in runs]
    inside = sum(number(each, "low") <= number(each, "measured") <= number(each, "high") for each in runs)
    yield (
        f"training time over the prediction, {len(runs)} small runs on one core",
        f"{min(ratios):.2f} to {max(ratios):.2f} times",
        f"{inside} of {len(runs)} within the interval",
    )


def learning_rate(document: Json) -> Iterator[Row]:
    """What the rule for the learning rate leaves beside the best rate of a grid."""
    saved = saved_of(document)
    left = [each.share for each in regrets(saved)]
    yield (
        "learning rate rule beside the best of a dense grid, "
        f"{len(left)} LoRA fine-tunes, {len(saved.runs)} runs",
        f"{100 * fmean(left):.1f} % of the gain left in the mean, {100 * max(left):.1f} % at worst",
        f"target {100 * TARGET:.0f} % in the mean",
    )


def forecast(document: Json) -> Iterator[Row]:
    """Errors and coverage of the learning curves that were continued."""
    for metric, scale in (("loss", "log"), ("share of exact answers", "log odds")):
        found = at(document, metric)
        others = ", ".join(
            f"{name} {number(found, name, 'median'):.2f} and {number(found, name, 'mean'):.2f}"
            for name in ("last value", "power law")
        )
        middle, mean = number(found, "forecast", "median"), number(found, "forecast", "mean")
        yield (
            f"{metric} at four times the rows, {number(found, 'curves'):.0f} curves, error in the {scale}",
            f"median {middle:.2f}, mean {mean:.2f}",
            others,
        )
        yield (
            f"truths inside the 80 % band of the {metric}",
            f"{number(found, 'coverage_left_out') * 100:.0f} %",
            "each task judged by the other tasks' widening",
        )
