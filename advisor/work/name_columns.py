"""Says which columns the first rows of a data set have, as one line of JSON."""

import json
import sys
from itertools import islice
from pathlib import Path

from advisor.errors import BadData
from advisor.specs import DataChoice
from advisor.work.data.files import files_of
from advisor.work.data.row import Row
from advisor.work.data.rows import open_several

_ROWS = 50


def main() -> int:
    """Names in their order, or why there are none."""
    try:
        names = _names(Path(sys.argv[1]))
    except BadData as error:
        _say({"fault": error.message, "do": error.do})
        return 1
    _say({"names": names})
    return 0


def _names(path: Path) -> list[str]:
    with open_several(files_of(DataChoice(path=path))) as opened:
        if opened.container == "text":
            return []
        rows = [each.value for each in islice(opened.rows, _ROWS) if isinstance(each, Row)]
    return list(dict.fromkeys(name for row in rows for name in row))


def _say(answer: dict[str, str | list[str]]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    sys.exit(main())
