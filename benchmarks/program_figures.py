"""What the results say about the running program: speed, memory, verdicts and what it survives."""

from collections.abc import Iterator

from benchmarks.fields import Json, Row, at, number, records


def startup(document: Json) -> Iterator[Row]:
    """Time until the terminal shows something."""
    for name, words in (("frame", "first paint"), ("step", "first step shown")):
        yield (
            f"`advisor` to its {words}, processor time",
            f"{number(document, 'clocks', 'processor', name):.2f} s",
            f"{number(document, 'clocks', 'processor', f'{name}_ratio'):.2f} times a bare application",
        )


def terminal(document: Json) -> Iterator[Row]:
    """How soon keys are answered, and what the open terminal costs."""
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


def profile(document: Json) -> Iterator[Row]:
    """Speed, memory and recall of the data profile."""
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


def known_data(document: Json) -> Iterator[Row]:
    """How many known figures of public sets were found again."""
    figures = records(document, "figures")
    same = sum(at(each, "same") is True for each in figures)
    yield (
        "figures of public data sets, known from elsewhere",
        f"{same} of {len(figures)} the same",
        "each difference is explained in NOTES.md",
    )


def pilot(document: Json) -> Iterator[Row]:
    """What supervision costs a training step."""
    yield (
        "steps per second, supervised over bare training",
        f"{number(document, 'ratio'):.2f} times",
        f"median of {len(records(document, 'ratios'))} pairs",
    )


def proof(document: Json) -> Iterator[Row]:
    """Grades of the verdicts on planted worlds."""
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


def kills(document: Json) -> Iterator[Row]:
    """Pilots that were killed and resumed."""
    cases = [each for each in records(document) if at(each, "victim") != "none"]
    good = sum(
        at(each, "same") is True and not at(each, "orphans") and not at(each, "lost_runs") for each in cases
    )
    yield (
        "pilots killed at random moments and resumed",
        f"{good} of {len(cases)} found what the unbroken one did",
        "without an orphan process",
    )


def signals(document: Json) -> Iterator[Row]:
    """Jobs under random signals."""
    yield (
        "jobs of eight kinds under random signals to worker, guard and starter",
        f"{number(document, 'survived'):.0f} of {number(document, 'cases'):.0f} said one last word",
        "without a process or a lock left",
    )


def leaks(document: Json) -> Iterator[Row]:
    """What many jobs leave in the process that starts them."""
    yield (
        f"{number(document, 'cycles'):.0f} jobs started and ended in eight ways, growth of the starter",
        f"{number(document, 'processes'):.0f} processes, {number(document, 'descriptors'):.0f} descriptors",
        f"{number(document, 'memory_bytes') / 1024:.0f} KiB of memory",
    )


def soak(document: Json) -> Iterator[Row]:
    """What many pilots leave in one open terminal."""
    yield (
        f"{number(document, 'pilots'):.0f} pilots in one open terminal, its growth",
        f"{number(document, 'memory_mib_per_pilot'):.2f} MiB a pilot",
        f"{number(document, 'descriptors'):.0f} descriptors, {number(document, 'hours'):.2f} hours",
    )


def waiting(document: Json) -> Iterator[Row]:
    """Threads that wait briefly beside threads that wait long."""
    yield (
        "steps per second with threads that soon sleep, over threads that wait long",
        f"{number(document, 'idle', 'ratio'):.2f} times alone",
        f"{number(document, 'busy', 'ratio'):.2f} times beside busy processes",
    )


def fuzz(document: Json) -> Iterator[Row]:
    """All that read bytes from outside, together."""
    assert isinstance(document, dict)
    faults = sum(len(records(document, each, "faults")) for each in document)
    minutes = sum(number(document, each, "minutes") for each in document)
    yield (
        f"drawn inputs to {len(document)} kinds of readers in {minutes:.0f} minutes",
        f"{sum(number(document, each, 'inputs') for each in document):,.0f}",
        f"{faults} faults; the inputs of mended ones are kept in `tests/fuzz/corpus`",
    )


def coverage(document: Json) -> Iterator[Row]:
    """Shares of the lines that tests run, beside the least that is asked for."""
    for name, words in (("heuristics", "rules"), ("advisor", "engine")):
        lines = number(document, "shares", name, "lines")
        yield (
            f"lines of the {words} that the tests run, of {lines:,.0f}",
            f"{number(document, 'shares', name, 'percent'):.1f} %",
            f"least {number(document, 'least', name):.0f} %",
        )
