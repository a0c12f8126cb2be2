"""What a command answers on stdout: text for a person, or one JSON document."""

import json
from pathlib import Path
from typing import Literal

from pydantic import BaseModel

from advisor.case import CASE_FILE, Case
from advisor.cli.report.cleaning import cleaning_lines
from advisor.cli.report.data import data_lines
from advisor.cli.report.findings import finding_lines
from advisor.cli.report.layout import field, title
from advisor.cli.report.machine import machine_lines
from advisor.cli.report.pilot import pilot_lines
from advisor.cli.report.plan import goal_lines, plan_lines
from advisor.cli.report.verdict import verdict_lines
from advisor.standing import findings_of, next_of
from advisor.text import plain
from heuristics.finding import Finding

Part = Literal["machine", "data", "cleaning", "goal", "plan", "pilot", "verdict", "export"]


def as_text(case: Case, parts: tuple[Part, ...]) -> str:
    """The chosen parts of a case as far as they are known, their findings, and where its files are.

    The verdict comes last, where a person looks after a long run.
    """
    lines: list[str] = []
    for part in parts:
        lines += _part(case, part)
    lines += finding_lines(tuple(each for part in parts for each in findings_of(case, part)))
    if "verdict" in parts and case.verdict is not None:
        lines += verdict_lines(case.verdict)
    lines += _files(case)
    return plain("\n".join(lines).lstrip("\n")) + "\n"


class _Document(BaseModel):
    """What --json prints; the shape that scripts read."""

    command: str
    folder: Path
    ready: bool | None
    next: str
    findings: tuple[Finding, ...]
    case: Case


def as_json(case: Case, parts: tuple[Part, ...], command: str) -> str:
    """The whole case with the findings of some parts as one JSON document on one line.

    Numbers that are not finite become null, and every character outside ASCII is escaped.
    """
    document = _Document(
        command=command,
        folder=case.folder,
        ready=case.verdict.ready if case.verdict else None,
        next=next_of(case).text,
        findings=tuple(each for part in parts for each in findings_of(case, part)),
        case=case,
    )
    return json.dumps(json.loads(document.model_dump_json()), allow_nan=False) + "\n"


def _part(case: Case, part: Part) -> list[str]:
    match part:
        case "machine" if case.machine:
            return machine_lines(case.machine)
        case "data" if case.data:
            return data_lines(case.data)
        case "cleaning":
            return cleaning_lines(case)
        case "goal":
            return goal_lines(case.goal)
        case "plan" if case.plan:
            return plan_lines(case.plan)
        case "pilot" if case.pilot:
            return pilot_lines(case.pilot)
    return []


def _files(case: Case) -> list[str]:
    lines = title("Files")
    lines += field("case", str(case.folder / CASE_FILE))
    if case.pilot_run:
        lines += field("pilot", str(case.runs / case.pilot_run))
    if case.exported:
        lines += field("export", str(Path(case.exported[0]).parent))
    return lines
