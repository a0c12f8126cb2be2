"""Labels written one way."""

import re
from collections.abc import Callable, Sequence
from functools import partial

from heuristics.facts.cleaning import Spelling


def unifier(spellings: Sequence[Spelling]) -> Callable[[str], str]:
    """A function that rewrites labels, and values of fields of answers, as the spellings say.

    A whole text equal to a spelling is a label; "Field: value" lines and parts are fields.
    """
    whole = {each.written: each.becomes for each in spellings if not each.field}
    fields: dict[str, dict[str, str]] = {}
    for each in spellings:
        if each.field:
            fields.setdefault(each.field, {})[each.written] = each.becomes
    patterns = [(_field(name, values), values) for name, values in fields.items()]

    def in_field(found: re.Match[str], known: dict[str, str]) -> str:
        return found[1] + known[found[2]]

    def unify(text: str) -> str:
        bare = text.strip()
        if bare in whole:
            text = text.replace(bare, whole[bare])
        for pattern, values in patterns:
            text = pattern.sub(partial(in_field, known=values), text)
        return text

    return unify


def _field(name: str, values: dict[str, str]) -> re.Pattern[str]:
    """Field, separator, value, and then the end of the line or of the part."""
    ordered = sorted(values, key=len, reverse=True)
    written = "|".join(re.escape(each) for each in ordered)
    field = r"\s+".join(re.escape(word) for word in name.split())
    return re.compile(rf"((?:^|(?<=[\n;|]))\s*(?i:{field})\s*[:=]\s*)({written})(?=\s*[,]?\s*(?:[\n;|]|$))")
