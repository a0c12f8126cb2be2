"""What a profile found, as rows: file, columns, counts, lengths, truncation, splits, labels."""

from dataclasses import fields, replace

from textual.content import Content

from advisor import numbers
from advisor.case import Case
from advisor.errors import BadInput
from advisor.text import one_line
from heuristics.facts.data import AnswerField, Columns, DataFacts, Quantiles, TokenFacts, Truncation, Waste
from screens.rows.pictures import histogram, thinned
from screens.rows.section import Field, Row, Section, told
from screens.rows.topic import topic_section
from screens.words import Detail, columns, heading, labelled, lines, muted, paragraphs

_LABELS = 20
"""Labels that are shown."""
PARTS = {
    "prompt": "what the model is asked",
    "context": "extra input after the prompt",
    "answer": "what the model should say",
    "label": "the class",
    "text": "raw text",
    "messages": "the list of messages",
    "system": "the system prompt",
}


def data_sections(case: Case, data: DataFacts) -> tuple[Section, ...]:
    """Everything but the findings."""
    sections = [_rows(data), _format(data), topic_section(case)]
    if data.tokens is not None:
        sections += [_lengths(data.tokens), _truncation(data.tokens)]
    sections += [_split(case, data), _labels(data)]
    return tuple(sections)


def _rows(data: DataFacts) -> Section:
    problems = [
        labelled(data.place(each.line), f"{each.reason}  {one_line(each.excerpt)}")
        for each in data.malformed_rows
    ]
    malformed = told(
        heading("Rows that could not be read"),
        lines(problems) if problems else "None: every row could be read.",
    )
    partial = " (scan incomplete)" if data.partial else ""
    usable = "parsed, converted, answer not empty, exact copies counted once"
    return Section(
        "Rows",
        (
            Row(
                "file",
                "File",
                data.name,
                f"{numbers.size(data.bytes)}{partial}",
                detail=told(
                    lines([each.path for each in data.files] or [data.path]), labelled("sha256", data.sha256)
                ),
            ),
            Row("rows", "Rows read", numbers.count(data.rows), detail=malformed),
            Row(
                "usable", "Usable", numbers.count(data.usable), usable, detail=told(heading("Usable"), usable)
            ),
            Row("malformed", "Malformed", numbers.count(data.malformed), detail=malformed),
            Row(
                "turns",
                "More than one turn",
                numbers.count(data.multi_turn),
                detail=told("Rows with several assistant answers; every answer is trained."),
            ),
        ),
    )


def _format(data: DataFacts) -> Section:
    shape = data.format
    origin = "yours" if shape.mapped_by_user else f"{numbers.share(shape.confidence)} of the sampled rows fit"
    rows = [
        Row(
            "format",
            "Format",
            shape.name,
            f"{shape.container}, {shape.encoding}, {origin}",
            detail=told(
                heading(shape.name), shape.explanation, labelled("Runner-up", shape.runner_up or "none")
            ),
        )
    ]
    bare = shape.columns.messages is None and shape.columns.text is None
    for part in fields(Columns):
        column = getattr(shape.columns, part.name)
        if column is not None or (bare and part.name in ("prompt", "answer")):
            rows.append(_column(part.name, column or ""))
    return Section("Format", tuple(rows))


def _column(part: str, column: str) -> Row:
    why = f"The column that holds {PARTS[part]}. Empty: there is none. Profile again after a change."
    return Row(
        f"column-{part}",
        f"Column {part}",
        column or "none",
        PARTS[part],
        detail=told(heading(f"Column {part}"), why, muted("enter changes it")),
        field=Field(f"Column {part}", why, column, lambda case, text: _mapped(case, part, text)),
    )


def _mapped(case: Case, part: str, text: str) -> Case:
    if case.data is None:
        raise BadInput("The data is not profiled yet", "Press r first")
    name = text.strip() or None
    if name is not None and len(name) > 200:
        raise BadInput("That is too long for a column name", "Type the name as it stands in the file")
    before = case.columns or case.data.format.columns
    return case.but(columns=replace(before, **{part: name}))


def _lengths(tokens: TokenFacts) -> Section:
    def picture(width: int) -> Content:
        pairs = [(f"<= {edge:,}", rows) for edge, rows in thinned(tokens.histogram, 16)]
        return paragraphs(
            [
                heading("Rows by length in tokens"),
                histogram(pairs, width),
                f"Half of the rows have at most {tokens.total.p50:,} tokens, 95 % "
                f"at most {tokens.total.p95:,}; the longest has {tokens.total.largest:,}.",
                muted(
                    f"tokenizer of {tokens.model}, {tokens.template} template, "
                    f"{'exact' if tokens.exact else 'from a sample'}"
                ),
            ]
        )

    def row(key: str, label: str, part: Quantiles) -> Row:
        note = f"95 % <= {part.p95:,}, 99 % <= {part.p99:,}, longest {part.largest:,}"
        return Row(key, label, f"median {part.p50:,}", note, detail=picture)

    return Section(
        "Tokens",
        (
            row("tokens-total", "Whole row", tokens.total),
            row("tokens-prompt", "Prompt", tokens.prompt),
            row("tokens-answer", "Answer", tokens.answer),
            Row(
                "tokens-sum",
                "All tokens",
                numbers.count(tokens.tokens),
                f"{numbers.count(tokens.answer_tokens)} in answers",
                detail=picture,
            ),
            *([_waste(tokens.waste)] if tokens.waste is not None else []),
        ),
    )


def _waste(waste: Waste) -> Row:
    packed = f"{numbers.share(waste.packed)} packed into {waste.length:,}"
    return Row(
        "tokens-waste",
        "Padding",
        f"{numbers.share(waste.padded)} of a batch",
        f"{numbers.share(waste.grouped)} grouped by length, {packed}",
        detail=told(
            heading("Padding and packing"),
            f"{numbers.share(waste.padded)} of what a batch of {waste.batch} random rows computes is "
            f"padding, rows cut at {waste.length:,} tokens.",
            f"{numbers.share(waste.grouped)} when rows of like length are put together.",
            f"{packed}: several rows then share a sequence.",
            "Padding costs time and memory, not quality. Packing needs attention that keeps rows apart.",
        ),
    )


def _truncation(tokens: TokenFacts) -> Section:
    table = [("length", "rows cut", "answer tokens lost", "rows without answer")]
    table += [
        (
            numbers.count(each.sequence_length),
            numbers.count(each.rows_cut),
            numbers.share(each.answer_tokens_lost),
            numbers.count(each.rows_without_answer),
        )
        for each in tokens.truncation
    ]
    detail = told(
        heading("What each sequence length would cut off"),
        columns(table, right=frozenset(range(4))),
        "A longer sequence costs memory and time for every row of that length.",
    )

    def row(each: Truncation) -> Row:
        lost = f"{numbers.share(each.answer_tokens_lost)} of answers lost"
        cut = f"{numbers.count(each.rows_cut)} rows cut"
        return Row(
            f"cut-{each.sequence_length}", f"{each.sequence_length:,} tokens", cut, lost, detail=detail
        )

    return Section("Truncation", tuple(row(each) for each in tokens.truncation))


def _split(case: Case, data: DataFacts) -> Section:
    split = data.split
    if split is None:
        return Section("Split", ())
    detail = told(
        heading("Split"),
        "Rows are divided by a hash of their content, so that the parts survive a cleaning of the file; "
        f"rows that share a prompt stay together ({numbers.count(split.groups)} groups).",
        "Validation rows steer the runs; test rows are opened once, at the end.",
        labelled("Test rows from", split.test_source),
        labelled("Your test file", case.eval_path or "none (t chooses one)"),
    )
    return Section(
        "Split",
        (
            Row("split-train", "Train", numbers.count(split.train), detail=detail),
            Row("split-validation", "Validation", numbers.count(split.validation), detail=detail),
            Row("split-test", "Test", numbers.count(split.test), split.test_source, detail=detail),
        ),
    )


def _labels(data: DataFacts) -> Section:
    """Rows by answer, or one row for each field of the answers."""
    if data.fields:
        return Section("Fields of the answers", tuple(_field(each) for each in data.fields))
    shown = data.labels[:_LABELS]
    rows = tuple(
        Row(
            f"label-{number}",
            one_line(name, 24),
            numbers.count(count),
            numbers.share(count / max(1, data.usable)),
            detail=_counted("Rows by answer", data.labels),
        )
        for number, (name, count) in enumerate(shown)
    )
    return Section(f"Labels ({len(data.labels):,})", rows) if rows else Section("Labels", ())


def _field(field: AnswerField) -> Row:
    common, rows = field.values[0]
    return Row(
        f"field-{field.name}",
        one_line(field.name, 24),
        f"{len(field.values):,} values",
        f"most often {one_line(common, 24)}, {numbers.count(rows)} rows",
        detail=_counted(f"Rows by {one_line(field.name, 24)}", field.values),
    )


def _counted(title: str, values: tuple[tuple[str, int], ...]) -> Detail:
    pairs = [(one_line(name, 24), rows) for name, rows in values[:_LABELS]]
    more = f"and {len(values) - _LABELS:,} more" if len(values) > _LABELS else ""
    return lambda width: paragraphs([heading(title), histogram(pairs, width), more])
