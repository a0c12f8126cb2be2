"""The content of a row as a short name, the same wherever the row stands and whoever read it."""

import hashlib
import json
from collections.abc import Mapping


def fingerprint(row: Mapping[str, object]) -> str:
    """64 bits of BLAKE2b over the row as JSON with sorted keys, in hexadecimal."""
    text = json.dumps(row, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
