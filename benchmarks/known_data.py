"""What the profile finds in public data sets, beside figures that were measured independently.

Usage: python -m benchmarks.known_data FOLDER [--save]. The sets are no part of the project;
`results/known_data.json` keeps what was found, and NOTES.md explains each difference.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import ftfy
import numpy as np

from advisor.errors import BadData
from advisor.files import write_atomic
from advisor.private import private_spans
from advisor.specs import DataChoice
from advisor.work.data.checks.all import ROW_CHECKS, results_of
from advisor.work.data.checks.misread import is_mojibake
from advisor.work.data.labels import label_counts
from advisor.work.data.load import load
from advisor.work.data.scan.scan import Scan, Scanned
from advisor.work.data.scan.state import RowStore
from benchmarks.origin import machine
from heuristics.facts.data import CheckResult

RESULT = Path(__file__).parent / "results" / "known_data.json"


@dataclass(frozen=True, slots=True)
class Figure:
    """One known figure and what was found."""

    data: str
    what: str
    known: str
    found: str

    @property
    def same(self) -> bool:
        """True when they agree."""
        return self.known == self.found


@dataclass(frozen=True, slots=True)
class Known:
    """One set: its rows and format, and what its checks are known to find."""

    file: str
    format: str
    rows: int
    checks: Mapping[str, int]
    """Check -> rows."""
    held: str | None = None
    prompts: tuple[int, int] | None = None
    """Rows whose prompt an earlier row has, and prompts with several answers."""


SETS = (
    Known(
        "lf_alpaca_en_demo.json",
        "alpaca",
        999,
        {"exact_duplicates": 14, "placeholders": 7, "refusals": 11, "merged_examples": 1},
    ),
    Known("lf_alpaca_zh_demo.json", "alpaca", 1000, {"exact_duplicates": 8, "mojibake": 0}),
    Known(
        "lf_glaive_toolcall_en_demo.json",
        "sharegpt",
        300,
        {"exact_duplicates": 38, "repeated_answers": 38, "refusals": 45},
    ),
    Known("lf_identity.json", "alpaca", 91, {"placeholders": 85, "conflicting_answers": 5}, prompts=(3, 2)),
    Known("lf_c4_demo.jsonl", "text", 300, {"exact_duplicates": 0}),
    Known("lf_wiki_demo.txt", "text", 30, {"exact_duplicates": 0}),
    Known("lf_v1_sft_demo.jsonl", "messages", 500, {"exact_duplicates": 1}),
    Known(
        "gpteacher_toolformer_dedupe_only.json",
        "alpaca",
        7673,
        {"exact_duplicates": 77, "near_duplicates": 1699, "schema_drift": 1},
        prompts=(225, 142),
    ),
    Known("fastchat_dummy_conversation.json", "sharegpt", 500, {"near_duplicates": 195}, prompts=(116, 51)),
    Known(
        "gsm8k_train.jsonl",
        "question_answer",
        7473,
        {"exact_duplicates": 0, "truncated_answers": 0, "off_topic": 0},
    ),
    Known(
        "gsm8k_train.jsonl",
        "question_answer",
        7473,
        {"overlap_with_eval": 0, "leaks_from_eval": 4},
        "gsm8k_test.jsonl",
    ),
    Known(
        "banking77_train.csv",
        "text_label",
        10003,
        {"exact_duplicates": 31, "conflicting_answers": 2, "off_topic": 0},
        prompts=(31, 1),
    ),
    Known("banking77_train.csv", "text_label", 10003, {"overlap_with_eval": 25}, "banking77_test.csv"),
    Known("SMSSpamCollection.tsv", "text_label", 5574, {"exact_duplicates": 403, "html_entities": 305}),
    Known("openai_toy_chat_fine_tuning.jsonl", "messages", 5, {"turns_no_user": 1}),
)
DECLINED = (("lf_dpo_en_demo.json", "DPO"), ("lf_mllm_demo.json", "images"))
PRIVATE = {
    "EMAIL_ADDRESS": ("e-mail address", "1.00"),
    "CREDIT_CARD": ("payment card", "0.93"),
    "PHONE_NUMBER": ("phone number", "0.53"),
    "IBAN_CODE": ("bank account (IBAN)", "0.95"),
    "US_SSN": ("social security number", "1.00"),
    "IP_ADDRESS": ("IP address", "0.93"),
}
"""Kind of the gold spans -> our kind, and the recall of validated patterns as measured before."""


def figures(folder: Path) -> Iterator[Figure]:
    """Every figure, one set after the other."""
    for known in SETS:
        yield from _of_set(folder, known)
    for name, said in DECLINED:
        yield Figure(name, f"declined, naming {said}", "yes", _declined(folder / name, said))
    yield from _labels(folder)
    yield from _toy_chat(folder / "openai_toy_chat_fine_tuning.jsonl")
    yield from _private(folder / "pii_synth_dataset_v2.json")
    yield from _mojibake(folder)


@cache
def _scanned(path: Path) -> Scanned:
    """Every row of a set, read once for all its figures."""
    return Scan(DataChoice(path=path), RowStore()).read(ROW_CHECKS)


def _of_set(folder: Path, known: Known) -> Iterator[Figure]:
    scanned = _scanned(folder / known.file)
    held = known.held and Scan(DataChoice(path=folder / known.held), RowStore()).read(()).account.store
    results = {each.check: each for each in results_of(scanned, held or None, lambda _lines: {}, None)[0]}
    name = known.file if known.held is None else f"{known.file} against {known.held}"
    yield Figure(name, "format", known.format, scanned.format.name)
    yield Figure(name, "rows", str(known.rows), str(scanned.total.rows))
    for check, rows in known.checks.items():
        found = results.get(check, CheckResult(check, 0, 0))
        yield Figure(name, check, str(rows), str(found.count))
    if known.prompts is not None:
        asked = scanned.account.store.column("asked")
        repeated, conflicts = known.prompts
        yield Figure(name, "prompts that repeat", str(repeated), str(len(asked) - len(np.unique(asked))))
        said = re.findall(r"[\d,]+", results["conflicting_answers"].detail)[0]
        yield Figure(name, "prompts with several answers", str(conflicts), said)


def _declined(path: Path, said: str) -> str:
    try:
        Scan(DataChoice(path=path), RowStore())
    except BadData as refusal:
        return "yes" if said in refusal.message else refusal.message
    return "no"


def _labels(folder: Path) -> Iterator[Figure]:
    scanned = _scanned(folder / "banking77_train.csv")
    counts = [rows for _, rows in label_counts(scanned.total)]
    yield Figure(
        "banking77_train.csv",
        "labels, fewest and most rows",
        "77, 35, 187",
        f"{len(counts)}, {min(counts)}, {max(counts)}",
    )
    spam = dict(label_counts(_scanned(folder / "SMSSpamCollection.tsv").total))
    yield Figure("SMSSpamCollection.tsv", "rows of spam", "747", str(spam.get("spam", 0)))


def _toy_chat(path: Path) -> Iterator[Figure]:
    """The counts that OpenAI's notebook prints but those of its own tokenizer, which is not at hand."""
    examples = load(DataChoice(path=path)).examples
    missing = Counter(
        role
        for each in examples
        for role in ("system", "user")
        if all(turn.role != role for turn in each.messages)
    )
    yield Figure(path.name, "usable rows without a system turn", "1", str(missing["system"]))
    yield Figure(path.name, "usable rows", "5", str(len(examples)))


def _private(path: Path) -> Iterator[Figure]:
    """Recall of gold spans: one counts as found when a span of our kind overlaps it."""
    gold: Counter[str] = Counter()
    found: Counter[str] = Counter()
    for row in json.loads(path.read_text(encoding="utf-8")):
        ours = private_spans(row["full_text"])
        for span in row["spans"]:
            kind, _ = PRIVATE.get(span["entity_type"], ("", ""))
            gold[span["entity_type"]] += 1
            found[span["entity_type"]] += any(
                start < span["end_position"] and span["start_position"] < end and said == kind
                for start, end, said in ours
            )
    for entity, (kind, recall) in PRIVATE.items():
        yield Figure(
            path.name,
            f"recall of {kind} ({gold[entity]} spans)",
            recall,
            f"{found[entity] / max(1, gold[entity]):.2f}",
        )


def _mojibake(folder: Path) -> Iterator[Figure]:
    wild = json.loads((folder / "ftfy_in_the_wild.json").read_text(encoding="utf-8"))
    negative = json.loads((folder / "ftfy_negative.json").read_text(encoding="utf-8"))
    seen = sum(is_mojibake(each["original"]) for each in wild)
    mended = sum(ftfy.fix_text(each["original"]) == each["fixed"] for each in wild)
    wrong = sum(is_mojibake(each["original"]) for each in negative)
    yield Figure("ftfy_in_the_wild.json", "found of 70", "66", str(seen))
    yield Figure("ftfy_in_the_wild.json", "mended as expected", "70", str(mended))
    yield Figure("ftfy_negative.json", "found of 31 that are none", "1", str(wrong))


def main() -> None:
    """Print the figures; with --save keep them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--save", action="store_true")
    given = parser.parse_args()
    found = list(figures(given.folder))
    for each in found:
        verdict = "same" if each.same else "DIFFERS"
        print(f"{verdict:<8} {each.data:<56} {each.what:<44} {each.known:>12} {each.found:>12}")
    print(f"{sum(each.same for each in found)} of {len(found)} figures are the known ones")
    if given.save:
        kept = {
            "what": "rows found by the checks of the profile beside figures measured independently",
            "date": datetime.now(UTC).date().isoformat(),
            "machine": machine(),
            "figures": [{**asdict(each), "same": each.same} for each in found],
        }
        write_atomic(RESULT, json.dumps(kept, indent=1, ensure_ascii=False) + "\n", mode=0o644)


if __name__ == "__main__":
    main()
