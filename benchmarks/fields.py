"""Fields of the files under results/, by their paths of keys."""

Row = tuple[str, str, str]
"""What was measured, the figure, and what it stands beside."""
Json = object


def at(document: Json, *path: str) -> Json:
    """The value under a path of keys; raises KeyError naming the path where there is none."""
    value = document
    for key in path:
        if not isinstance(value, dict) or key not in value:
            raise KeyError("/".join(path))
        value = value[key]
    return value


def number(document: Json, *path: str) -> float:
    """The number under a path; raises KeyError or TypeError."""
    value = at(document, *path)
    if not isinstance(value, int | float):
        raise TypeError(f"{'/'.join(path)} is no number")
    return float(value)


def records(document: Json, *path: str) -> list[Json]:
    """The list under a path; raises KeyError or TypeError."""
    value = at(document, *path)
    if not isinstance(value, list):
        raise TypeError(f"{'/'.join(path)} is no list")
    return value
