"""What is known about the data, as text."""

from advisor.cli.report.layout import field, table, title
from advisor.numbers import count, share, size
from heuristics.facts.data import DataFacts, TokenFacts, Waste

_SHOWN = 5


def data_lines(data: DataFacts) -> list[str]:
    """Format, counts, bad rows, token lengths and splits."""
    shape = data.format
    lines = title("Data")
    lines += field("file", f"{data.path}, {size(data.bytes)}")
    for part in data.files[1:]:
        lines += field("", part.path)
    lines += field(
        "format", f"{shape.name} in {shape.container}, {share(shape.confidence)} of sampled rows fit"
    )
    lines += field("columns", _columns(data))
    lines += field(
        "rows", f"{count(data.rows)} read, {count(data.usable)} usable, {count(data.malformed)} malformed"
    )
    for problem in data.malformed_rows[:_SHOWN]:
        lines += field("", f"{data.place(problem.line)}: {problem.reason}")
    if data.labels:
        lines += field("labels", _values(data.labels))
    for each in data.fields:
        lines += field("field", f"{each.name}: {_values(each.values)}")
    if data.split is not None:
        split = data.split
        lines += field(
            "split",
            f"{count(split.train)} train, {count(split.validation)} validation, "
            f"{count(split.test)} test ({split.test_source})",
        )
    return lines + (_tokens(data.tokens) if data.tokens else [])


def _values(values: tuple[tuple[str, int], ...]) -> str:
    shown = ", ".join(f"{name} {count(rows)}" for name, rows in values[:_SHOWN])
    return shown + (f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else "")


def _waste(waste: Waste) -> str:
    return (
        f"{share(waste.padded)} of a batch of {waste.batch} at random, "
        f"{share(waste.grouped)} grouped by length, {share(waste.packed)} packed into {count(waste.length)}"
    )


def _columns(data: DataFacts) -> str:
    columns = data.format.columns
    named = {
        "prompt": columns.prompt,
        "context": columns.context,
        "answer": columns.answer,
        "label": columns.label,
        "text": columns.text,
        "messages": columns.messages,
        "system": columns.system,
    }
    found = [f"{part} = {name}" for part, name in named.items() if name is not None]
    return (
        ", ".join(found) + (" (yours)" if data.format.mapped_by_user else "") if found else "none recognised"
    )


def _tokens(tokens: TokenFacts) -> list[str]:
    exact = "exact" if tokens.exact else "counted on a sample"
    lines = field(
        "tokens", f"{count(tokens.tokens)} in all, {count(tokens.answer_tokens)} in answers, {exact}"
    )
    lines += field("", f"tokenizer of {tokens.model}, {tokens.template} template")
    rows = [("", "median", "95 %", "99 %", "longest")]
    for name, part in (("row", tokens.total), ("prompt", tokens.prompt), ("answer", tokens.answer)):
        rows.append((name, count(part.p50), count(part.p95), count(part.p99), count(part.largest)))
    if tokens.waste is not None:
        lines += field("padding", _waste(tokens.waste))
    return lines + ["              " + line for line in table(rows, frozenset((1, 2, 3, 4)))]
