"""Results of long measurements, one JSON object a line, each written when it is there."""

import json
from pathlib import Path


def kept(path: Path) -> list[dict[str, object]]:
    """The results so far."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def keep(path: Path, result: dict[str, object]) -> dict[str, object]:
    """Add one result; gives it back."""
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(result) + "\n")
    return result
