"""What is known about a data set."""

from dataclasses import dataclass
from typing import Literal

from heuristics.facts.bias import BiasFacts

FormatName = Literal[
    "messages",
    "sharegpt",
    "alpaca",
    "prompt_completion",
    "question_answer",
    "text",
    "text_label",
    "preference",
    "unpaired_preference",
    "stepwise",
    "tree",
    "segments",
    "tokens",
    "prompt_only",
    "multimodal",
    "unknown",
]
"""The shapes of rows that are recognised; those from "preference" on cannot be trained on as they are."""

TRAINABLE: frozenset[str] = frozenset(
    ("messages", "sharegpt", "alpaca", "prompt_completion", "question_answer", "text", "text_label")
)

_TOOLS = frozenset(("tools", "functions", "available_tools", "function_schemas"))
PARAGRAPHS = "paragraphs"
"""Where the rows of a plain text are when blank lines stand between them."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of the file plays which part; None where the format has no such part."""

    prompt: str | None = None
    context: str | None = None
    """Extra input that follows the prompt, such as Alpaca's "input"."""
    answer: str | None = None
    label: str | None = None
    text: str | None = None
    messages: str | None = None
    system: str | None = None


@dataclass(frozen=True, slots=True)
class FormatFacts:
    """The recognised format of a file."""

    name: FormatName
    container: Literal["jsonl", "json", "csv", "text", "parquet", "arrow"]
    columns: Columns
    confidence: float
    """Share of sampled rows that fit the format, 0 to 1."""
    runner_up: str | None = None
    encoding: str = "utf-8"
    delimiter: str | None = None
    mapped_by_user: bool = False
    explanation: str = ""
    """One line: what was seen, and for formats that cannot be trained on, why."""
    rows_at: str = ""
    """Where the rows of a JSON document are: "item", "data.item", or "" for its own values; `PARAGRAPHS` for
    a text whose rows are no single lines."""
    quoted: bool = True
    """False when quotation marks in a delimited file are ordinary characters."""


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One row that could not be used as it stands."""

    line: int
    """1-based line where the row starts (row number for JSON arrays)."""
    reason: str
    excerpt: str = ""


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """What stands in one column of the file."""

    name: str
    kind: str
    """What most of its values are: "text", "number", "number as text", "list", "object", "empty" …"""
    valid: int
    """Rows whose value is of that kind."""
    missing: int
    """Rows without the column, or with a blank value."""
    mismatched: int
    """Rows whose value is of another kind."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check counted; rules turn it into a finding."""

    check: str
    """Stable name such as "exact_duplicates"."""
    count: int
    """Rows concerned."""
    total: int
    """Rows looked at."""
    rows: tuple[int, ...] = ()
    """Line numbers of examples, at most 20."""
    examples: tuple[str, ...] = ()
    """Masked excerpts of those rows, at most 200 characters each."""
    detail: str = ""
    """One line, such as the spelling variants found."""
    sampled: bool = False

    @property
    def share(self) -> float:
        """Rows concerned over rows looked at, 0 when none were looked at."""
        return self.count / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Quantiles:
    """A distribution of token counts."""

    p5: int
    p50: int
    p95: int
    p99: int
    largest: int
    mean: float


@dataclass(frozen=True, slots=True)
class Truncation:
    """What one candidate sequence length would cut off."""

    sequence_length: int
    rows_cut: int
    answer_tokens_lost: float
    """Share of all answer tokens, 0 to 1."""
    rows_without_answer: int
    """Rows of which no answer token remains."""


@dataclass(frozen=True, slots=True)
class Waste:
    """What of the computed tokens would be empty, each a share from 0 to 1."""

    batch: int
    """Rows of a batch."""
    padded: float
    """Padding when batches are drawn at random."""
    grouped: float
    """Padding when rows of like length are put together."""
    length: int
    """Sequence length at which rows are cut and into which they are packed."""
    packed: float
    """Left empty when rows are packed into sequences of that length."""


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """Lengths in tokens with one model's tokenizer and template."""

    model: str
    template: str
    """"chat" for the model's own chat template, "plain" for ours, "none" for raw text."""
    total: Quantiles
    prompt: Quantiles
    answer: Quantiles
    tokens: int
    """All tokens of all usable rows."""
    answer_tokens: int
    histogram: tuple[tuple[int, int], ...]
    """(upper edge in tokens, rows), ascending."""
    truncation: tuple[Truncation, ...]
    exact: bool
    """False when counted on a sample and scaled."""
    waste: Waste | None = None


@dataclass(frozen=True, slots=True)
class SplitFacts:
    """How rows are divided, by a hash of their content."""

    train: int
    validation: int
    test: int
    test_source: str = "held out"
    """"held out", or the name of the user's own file."""
    groups: int = 0
    """Groups of rows that were kept together because they share a prompt."""


@dataclass(frozen=True, slots=True)
class AnswerField:
    """One field of answers that are made of fields."""

    name: str
    values: tuple[tuple[str, int], ...]
    """(Value, rows), most frequent first."""


@dataclass(frozen=True, slots=True)
class FilePart:
    """One of the files of a data set."""

    name: str
    path: str
    before: int
    """Number of the last row's line before this file: its own line n counts as before + n."""
    container: str
    delimiter: str | None = None
    rows_at: str = ""
    quoted: bool = True
    """Both as in `FormatFacts`."""


@dataclass(frozen=True, slots=True)
class DataFacts:
    """Everything a profile found out about one data set."""

    path: str
    name: str
    bytes: int
    sha256: str
    """Of the whole file."""
    format: FormatFacts
    rows: int
    """Rows that parsed."""
    usable: int
    """Rows that can be trained on: parsed, converted, answer not empty, exact duplicates counted once."""
    malformed: int
    malformed_rows: tuple[RowProblem, ...]
    """The first 20."""
    checks: tuple[CheckResult, ...]
    tokens: TokenFacts | None = None
    split: SplitFacts | None = None
    labels: tuple[tuple[str, int], ...] = ()
    """(answer, rows), most frequent first, when the answers form few classes; else empty."""
    fields: tuple[AnswerField, ...] = ()
    """Fields of the answers and their values, when the answers are made of such; they are then no classes."""
    short_answers: bool = False
    """True when nearly all answers are at most a few words."""
    multi_turn: int = 0
    """Rows with more than one assistant turn."""
    eval_path: str | None = None
    eval_rows: int = 0
    columns: tuple[ColumnFacts, ...] = ()
    """Every column of the file, whether it plays a part or not."""
    partial: bool = False
    """True when the scan was stopped or the file changed during it."""
    bias: BiasFacts | None = None
    files: tuple[FilePart, ...] = ()
    """The files in their order, when there are several; lines are numbered on from one to the next."""

    @property
    def tools(self) -> ColumnFacts | None:
        """The column of conversations that describes the tools their turns call, None without one."""
        if self.format.columns.messages is None:
            return None
        return next((each for each in self.columns if each.name.lower() in _TOOLS and each.valid), None)

    def place(self, line: int) -> str:
        """Where a line stands, for a person: "line 12", or "rows.csv:12" among several files."""
        part = next((each for each in reversed(self.files) if each.before < line), None)
        return f"line {line:,}" if part is None else f"{part.name}:{line - part.before}"

    def check(self, name: str) -> CheckResult | None:
        """The result of one check by name, None when it did not run."""
        return next((each for each in self.checks if each.check == name), None)
