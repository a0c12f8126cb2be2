"""What each file under results/ says, as lines of one table."""

from collections.abc import Callable, Iterator
from statistics import median

Row = tuple[str, str, str]
"""What was measured, the figure, and what it stands beside."""
Json = object


def at(document: Json, *path: str) -> Json:
    """The value under a path of keys; raises KeyError naming the path where there is none."""
    value = document
    for key in path:
        if not isinstance(value, dict) or key not in value:
            raise KeyError("/".join(path))
        value = value[key]
    return value


def number(document: Json, *path: str) -> float:
    """The number under a path; raises KeyError or TypeError."""
    value = at(document, *path)
    if not isinstance(value, int | float):
        raise TypeError(f"{'/'.join(path)} is no number")
    return float(value)


def records(document: Json, *path: str) -> list[Json]:
    """The list under a path; raises KeyError or TypeError."""
    value = at(document, *path)
    if not isinstance(value, list):
        raise TypeError(f"{'/'.join(path)} is no list")
    return value


def _startup(document: Json) -> Iterator[Row]:
    for name, words in (("frame", "first paint"), ("step", "first step shown")):
        yield (
            f"`advisor` to its {words}, processor time",
            f"{number(document, 'clocks', 'processor', name):.2f} s",
            f"{number(document, 'clocks', 'processor', f'{name}_ratio'):.2f} times a bare application",
        )


def _terminal(document: Json) -> Iterator[Row]:
    for name, words, bare in (
        ("idle", "idle", "bare"),
        ("table", "in a table of 100,000 rows", "bare"),
        ("resized", "while the window is resized", "bare resized"),
        ("pilot", "while a pilot trains", "bare"),
    ):
        yield (
            f"key to paint, 95 % of keys, {words}",
            f"{number(document, name, 'key_p95_ms'):.0f} ms",
            f"bare application {number(document, bare, 'key_p95_ms'):.0f} ms",
        )
    yield (
        "processor share at rest",
        f"{number(document, 'idle', 'cpu_percent'):.1f} %",
        f"bare application {number(document, 'bare', 'cpu_percent'):.1f} %",
    )
    yield (
        "memory of the terminal process",
        f"{number(document, 'idle', 'memory_mib'):.0f} MiB",
        f"bare application {number(document, 'bare', 'memory_mib'):.0f} MiB",
    )
    yield (
        "bytes painted while a pilot trains",
        f"{number(document, 'pilot', 'bytes_per_second'):,.0f} a second",
        "",
    )


def _profile(document: Json) -> Iterator[Row]:
    rows = f"{number(document, 'rows'):,.0f} rows, all checks"
    speed = ("speed",)
    yield (
        f"{rows}, tokens of every row",
        f"{number(document, *speed, 'exact_over_floor_processor'):.2f} times",
        "processor time of parsing and tokenising alone",
    )
    yield (
        f"{rows}, tokens of a sample",
        f"{number(document, *speed, 'sampled_over_floor_processor'):.1f} times",
        "processor time of parsing and hashing each word once",
    )
    yield f"{rows}, first answer", f"{number(document, *speed, 'first_answer_seconds'):.2f} s", ""
    yield f"{rows}, peak memory", f"{number(document, *speed, 'peak_mib'):,.0f} MiB", ""
    checks = at(document, "checks")
    assert isinstance(checks, dict)
    recalls = {name: number(checks, name, "recall") for name in checks if "recall" in checks[name]}
    least = min(recalls, key=lambda each: recalls[each])
    yield (
        f"planted defects of {len(recalls)} kinds found",
        f"{recalls[least] * 100:.1f} % or more of each",
        f"least: {least.replace('_', ' ')}",
    )
    peers = at(document, "peers")
    for name in sorted(peers) if isinstance(peers, dict) else ():
        yield (
            f"our check of the same kind beside {name}",
            f"{number(peers, name, 'ratio'):.1f} times as fast",
            "",
        )


def _short(value: float) -> str:
    """Two digits, never as a power of ten."""
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"


def _memory(document: Json) -> Iterator[Row]:
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


def _memory_gpu(document: Json) -> Iterator[Row]:
    yield from _memory(document)
    rows = len(records(document, "rows"))
    low, high = (number(document, "scores", "time_ratio", each) for each in ("low", "high"))
    yield (
        f"seconds per step on an H200 over the prediction, {rows} runs; its fixed costs were set by them",
        f"{low:.2f} to {high:.2f} times",
        f"{number(document, 'scores', 'time_inside'):.0f} of {rows} within the interval",
    )


def _memory_formula(document: Json) -> Iterator[Row]:
    yield (
        f"formula against simulation, {len(records(document, 'rows'))} steps",
        f"{number(document, 'low'):.2f} to {number(document, 'high'):.2f} times",
        "5 and 95 %",
    )


def _simulation_time(document: Json) -> Iterator[Row]:
    rows = records(document, "rows")
    slowest = max(rows, key=lambda each: number(each, "processor"))
    yield (
        f"one simulation, {len(rows)} kinds of 1 to 70 billion parameters",
        f"{median(number(each, 'processor') for each in rows):.1f} s of processor time in the median",
        f"{number(slowest, 'processor'):.1f} s for {at(slowest, 'model')}, {at(slowest, 'method')}",
    )


def _time(document: Json) -> Iterator[Row]:
    runs = records(document, "runs")
    ratios = [number(each, "ratio") for each in runs]
    inside = sum(number(each, "low") <= number(each, "measured") <= number(each, "high") for each in runs)
    yield (
        f"training time over the prediction, {len(runs)} small runs on one core",
        f"{min(ratios):.2f} to {max(ratios):.2f} times",
        f"{inside} of {len(runs)} within the interval",
    )


def _learning_rate(document: Json) -> Iterator[Row]:
    rules = at(document, "rules")
    assert isinstance(rules, dict)
    yield (
        "learning rate rule beside a dense grid, small LoRA runs",
        f"{len(records(document, 'runs'))} runs of {len(rules)} fine-tunes",
        "`python -m benchmarks.learning_rate --report`",
    )


def _forecast(document: Json) -> Iterator[Row]:
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


def _pilot(document: Json) -> Iterator[Row]:
    yield (
        "steps per second, supervised over bare training",
        f"{number(document, 'ratio'):.2f} times",
        f"median of {len(records(document, 'ratios'))} pairs",
    )


def _known_data(document: Json) -> Iterator[Row]:
    figures = records(document, "figures")
    same = sum(at(each, "same") is True for each in figures)
    yield (
        "figures of public data sets, known from elsewhere",
        f"{same} of {len(figures)} the same",
        "each difference is explained in NOTES.md",
    )


def _proof(document: Json) -> Iterator[Row]:
    grades = at(document, "grades")
    assert isinstance(grades, dict)
    told = ", ".join(f"{count} {grade}" for grade, count in grades.items())
    # The notes tell what these worlds changed in the rules: they are no unseen test.
    holds = "the proof holds" if at(document, "holds") is True else "the proof does not hold"
    yield (
        f"verdicts on {number(document, 'pairs'):.0f} planted worlds and seeds",
        told,
        f"{holds}; the rules were mended on these worlds",
    )


def _kills(document: Json) -> Iterator[Row]:
    cases = [each for each in records(document) if at(each, "victim") != "none"]
    good = sum(
        at(each, "same") is True and not at(each, "orphans") and not at(each, "lost_runs") for each in cases
    )
    yield (
        "pilots killed at random moments and resumed",
        f"{good} of {len(cases)} found what the unbroken one did",
        "without an orphan process",
    )


def _signals(document: Json) -> Iterator[Row]:
    yield (
        "jobs of eight kinds under random signals to worker, guard and starter",
        f"{number(document, 'survived'):.0f} of {number(document, 'cases'):.0f} said one last word",
        "without a process or a lock left",
    )


def _leaks(document: Json) -> Iterator[Row]:
    yield (
        f"{number(document, 'cycles'):.0f} jobs started and ended in eight ways, growth of the starter",
        f"{number(document, 'processes'):.0f} processes, {number(document, 'descriptors'):.0f} descriptors",
        f"{number(document, 'memory_bytes') / 1024:.0f} KiB of memory",
    )


def _soak(document: Json) -> Iterator[Row]:
    yield (
        f"{number(document, 'pilots'):.0f} pilots in one open terminal, its growth",
        f"{number(document, 'memory_mib_per_pilot'):.2f} MiB a pilot",
        f"{number(document, 'descriptors'):.0f} descriptors, {number(document, 'hours'):.2f} hours",
    )


def _waiting(document: Json) -> Iterator[Row]:
    yield (
        "steps per second with threads that soon sleep, over threads that wait long",
        f"{number(document, 'idle', 'ratio'):.2f} times alone",
        f"{number(document, 'busy', 'ratio'):.2f} times beside busy processes",
    )


def other(document: Json) -> Iterator[Row]:
    """A result that has no reader, by its own words."""
    what = document.get("what", "see the file") if isinstance(document, dict) else "see the file"
    yield str(what), "", ""


READERS: dict[str, Callable[[Json], Iterator[Row]]] = {
    "startup": _startup,
    "terminal": _terminal,
    "profile": _profile,
    "known_data": _known_data,
    "memory_t4": _memory,
    "memory_measured": _memory,
    "memory_cpu": _memory,
    "memory_gpu": _memory_gpu,
    "memory_formula": _memory_formula,
    "simulation_time": _simulation_time,
    "time": _time,
    "learning_rate": _learning_rate,
    "forecast": _forecast,
    "pilot": _pilot,
    "waiting": _waiting,
    "kills": _kills,
    "signals": _signals,
    "leaks": _leaks,
    "soak": _soak,
    "proof": _proof,
}
"""In the order of the table."""
