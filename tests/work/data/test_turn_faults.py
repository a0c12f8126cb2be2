"""Each kind of fault in the turns of a conversation is one finding with its rows."""

from dataclasses import replace
from pathlib import Path

import pytest

from advisor import catalog
from advisor.specs import DataChoice
from advisor.work.data.checks.all import ROW_CHECKS, results_of
from advisor.work.data.scan.scan import Scan
from advisor.work.data.scan.state import RowStore
from heuristics.facts.data import CheckResult
from heuristics.finding import Level
from heuristics.rules.turns import TURN_RULES
from tests.data_samples import Row, message_row, write_jsonl
from tests.heuristics.known_cases import data

GOOD = message_row(("user", "a"), ("assistant", "b"))
CALL = {"id": "call_1", "type": "function", "function": {"name": "add", "arguments": "{}"}}


def with_reply(identifier: str) -> Row:
    return {
        "messages": [
            {"role": "user", "content": "1 + 1?"},
            {"role": "assistant", "content": "", "tool_calls": [CALL]},
            {"role": "tool", "content": "2", "tool_call_id": identifier},
            {"role": "assistant", "content": "Two."},
        ]
    }


def results_over(folder: Path, rows: list[Row]) -> tuple[CheckResult, ...]:
    scan = Scan(DataChoice(path=write_jsonl(folder / "rows.jsonl", rows)), RowStore())
    return results_of(scan.read(ROW_CHECKS), None, scan.excerpts, None)[0]


FAULTS = [
    ("turns_unknown_role", message_row(("user", "a"), ("robot", "b"))),
    ("turns_no_assistant", message_row(("user", "a"))),
    ("turns_no_user", message_row(("system", "a"), ("assistant", "b"))),
    ("turns_assistant_first", message_row(("assistant", "x"), ("user", "a"), ("assistant", "b"))),
    ("turns_two_users", message_row(("user", "a"), ("user", "b"), ("assistant", "c"))),
    ("turns_two_assistants", message_row(("user", "a"), ("assistant", "b"), ("assistant", "c"))),
    ("turns_end_open", message_row(("user", "a"), ("assistant", "b"), ("user", "c"))),
    ("turns_late_system", message_row(("user", "a"), ("system", "s"), ("assistant", "b"))),
    ("turns_reply_without_call", message_row(("tool", "x"), ("user", "a"), ("assistant", "b"))),
    ("turns_reply_to_unknown_call", with_reply("call_9")),
]


@pytest.mark.parametrize(("kind", "row"), FAULTS)
def test_each_kind_of_fault_is_a_finding_of_its_own(tmp_path: Path, kind: str, row: Row) -> None:
    results = results_over(tmp_path, [GOOD, GOOD, GOOD, row])
    facts = replace(
        data(), checks=tuple(each for each in results if each.check.startswith(("turns", "role")))
    )
    found = {each.rule: each for rule in TURN_RULES if (each := rule(facts, catalog.limits())) is not None}
    assert f"data.{kind}" in found
    assert found[f"data.{kind}"].level is Level.RISK
    assert (found[f"data.{kind}"].count, found[f"data.{kind}"].rows) == (1, (4,))
    assert "data.role_errors" not in found


def test_right_conversations_and_replies_to_calls_have_no_fault(tmp_path: Path) -> None:
    results = results_over(tmp_path, [GOOD, with_reply("call_1")])
    assert [each.check for each in results if each.check.startswith("turns")] == []


def test_a_file_of_faulty_rows_is_stopped_by_one_finding(tmp_path: Path) -> None:
    bad = message_row(("user", "a"), ("user", "b"), ("assistant", "c"))
    facts = replace(data(), checks=results_over(tmp_path, [GOOD, bad, bad]))
    found = {each.rule: each for rule in TURN_RULES if (each := rule(facts, catalog.limits())) is not None}
    assert found["data.role_errors"].level is Level.BLOCK
