"""Numbers and counts as a person reads them."""


def gib(size: float) -> str:
    """Bytes in the largest binary unit that keeps the number above 1, such as "3.2 GiB"."""
    for unit, factor in (("GiB", 2**30), ("MiB", 2**20), ("KiB", 2**10)):
        if abs(size) >= factor:
            return f"{size / factor:.1f} {unit}"
    return f"{size:.0f} bytes"


def duration(seconds: float) -> str:
    """Seconds in the unit that suits them, such as "40 s", "12 min", "3.4 h", "2.1 days"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h" if seconds < 172800 else f"{seconds / 86400:.1f} days"


def roughly(count: int) -> str:
    """A whole number with the two digits that mean something."""
    if abs(count) < 100:
        return f"{count:,}"
    size = int(10 ** (len(str(abs(count))) - 2))
    return f"{round(count / size) * size:,}"


def rows(count: int) -> str:
    """A count of rows, "1 row" or "1,234 rows"."""
    return "1 row" if count == 1 else f"{count:,} rows"


def passes(count: float) -> str:
    """Passes over the rows, "1 pass" or "2.5 passes"."""
    return "1 pass" if count == 1 else f"{count:g} passes"


def alarm_name(kind: str) -> str:
    """The kind of an alarm as people write it, such as "loss spike"."""
    return "NaN" if kind == "nan" else kind.replace("_", " ")


def percent(share: float) -> str:
    """A share as a percentage that never rounds something to nothing."""
    if 0 < share < 0.001:
        return "under 0.1 %"
    return f"{share:.1%}".replace("%", " %")


def dollars(amount: float) -> str:
    """US dollars, cents only where they matter."""
    return f"${amount:,.2f}" if amount < 100 else f"${amount:,.0f}"
