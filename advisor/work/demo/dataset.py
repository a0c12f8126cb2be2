"""Rewrites the demo's data set and the list of its planted defects, always the same bytes."""

import argparse
import json
import random
from collections import Counter
from pathlib import Path

from advisor.files import write_atomic
from advisor.work.demo.defects import Line, plant
from advisor.work.demo.tickets import TicketWriter
from advisor.work.demo.world import demo_folder, read_world

DATA, DEFECTS = "triage.jsonl", "defects.json"
KINDS = (
    "malformed",
    "exact_duplicates",
    "near_duplicates",
    "empty_answers",
    "mojibake",
    "pii",
    "label_variants",
)

Record = dict[str, str | int]


def make_lines() -> list[Line]:
    """Every line of the data set; the seed is in the presets."""
    world = read_world()
    rng = random.Random(world.tickets.seed)
    writer = TicketWriter(world, rng)
    tickets = writer.write(world.tickets.rows + len(world.planted.malformed))
    return plant(world, tickets, rng)


def planted_records(lines: list[Line]) -> dict[str, list[Record]]:
    """Where each defect is, by kind; line numbers start at 1."""
    number = {id(line): at for at, line in enumerate(lines, start=1)}
    records: dict[str, list[Record]] = {kind: [] for kind in KINDS}
    for at, line in enumerate(lines, start=1):
        if line.kind:
            copied = {} if line.original is None else {"of": number[id(line.original)]}
            records[line.kind].append({"line": at, **copied, **line.detail})
    spoken = [(at, line.ticket.spoken) for at, line in enumerate(lines, start=1) if line.kind != "malformed"]
    records["gender_by_role"] = [
        {"line": at, "role": said.role, "pronoun": said.pronoun} for at, said in spoken if said is not None
    ]
    return records


def pronouns_by_role(records: list[Record]) -> dict[str, dict[str, int]]:
    """How often each role is "he" and "she"."""
    counts = Counter((str(record["role"]), str(record["pronoun"])) for record in records)
    roles = sorted({role for role, _ in counts})
    return {role: {pronoun: counts[role, pronoun] for pronoun in ("he", "she")} for role in roles}


def as_json(records: dict[str, list[Record]], lines: int) -> str:
    """The list of defects, one record a line, so that a change of one defect changes one line."""
    parts = [f'"file": {json.dumps(DATA)}', f'"lines": {lines}']
    for kind, found in records.items():
        body = ",\n".join(f"  {json.dumps(record, ensure_ascii=False)}" for record in found)
        parts.append(f'"{kind}": [\n{body}\n]')
    parts.append(f'"pronouns_by_role": {json.dumps(pronouns_by_role(records["gender_by_role"]))}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def write_dataset(folder: Path) -> None:
    """Write both files into `folder`."""
    lines = make_lines()
    write_atomic(folder / DATA, "".join(f"{line.text}\n" for line in lines), mode=0o644)
    write_atomic(folder / DEFECTS, as_json(planted_records(lines), len(lines)), mode=0o644)


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Rewrite the demo's data set and the list of its planted defects."
    )
    parser.add_argument("--folder", type=Path, default=demo_folder(), help="where both files are written")
    write_dataset(parser.parse_args().folder)


if __name__ == "__main__":
    main()
