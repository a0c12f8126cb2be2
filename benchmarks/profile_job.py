"""Runs one profile as its own process and prints what it found as JSON."""

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path

from advisor.events import DataFound
from advisor.jobs import read_events
from advisor.models.folder import facts_of_folder
from advisor.rows.found_lines import ROWS_FOLDER, read_lines
from advisor.specs import DataChoice, JobSpec, ProfileTask
from advisor.work.data.profile import profile
from advisor.work.emit import Emitter


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("run", type=Path)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--count", choices=("exact", "sampled"), default="exact")
    asked = parser.parse_args()
    model = facts_of_folder(asked.model, "planned", "local") if asked.model else None
    task = ProfileTask(data=DataChoice(path=asked.file), model=model, count=asked.count, cache=False)
    began = time.perf_counter()
    profile(JobSpec(folder=asked.run, task=task), Emitter(asked.run))
    seconds = time.perf_counter() - began
    found = [each for each in read_events(asked.run) if isinstance(each, DataFound)]
    facts = found[-1].facts
    names = [each.name.removesuffix(".u64") for each in sorted((asked.run / ROWS_FOLDER).glob("*.u64"))]
    lines = {name: list(read_lines(asked.run, name) or ()) for name in names}
    print(
        json.dumps(
            {
                "seconds": seconds,
                "first_answer": found[0].at,
                "rows": facts.rows,
                "tokens": asdict(facts.tokens)["tokens"] if facts.tokens else 0,
                "lines": lines,
            }
        )
    )


if __name__ == "__main__":
    main()
