"""The learning curve drawn in characters, with the same said in words."""

import math

from textual.content import Content

from advisor import numbers
from heuristics.facts.forecast import Forecast
from screens.words import lines, muted

_ROWS = 9
_LABEL = 8
_MOST = 64


def curve_picture(made: Forecast, width: int) -> Content:
    """Measured points over the fitted curve and its band; rows run in powers of two."""
    room = max(16, min(_MOST, width - _LABEL - 2))
    left, right = math.log(made.curve[0][0]), math.log(made.curve[-1][0])
    points = [(each.samples, 1 - each.value if made.unit == "share" else each.value) for each in made.points]
    values = [value for _, value in points] + [edge for *_, low, high in made.curve for edge in (low, high)]
    least, most = min(values), max(values)
    span = (most - least) or 1.0

    def column(samples: float) -> int:
        return round((math.log(samples) - left) / ((right - left) or 1.0) * (room - 1))

    def line(value: float) -> int:
        return round((most - value) / span * (_ROWS - 1))

    grid = [[" "] * room for _ in range(_ROWS)]
    for place in range(room):
        _, value, low, high = _between(made, math.exp(left + place / (room - 1) * (right - left)))
        for row in range(line(high), line(low) + 1):
            grid[row][place] = "░"
        grid[line(value)][place] = "─"
    for samples, value in points:
        grid[line(value)][column(samples)] = "●"
    # Shares and losses end at zero: what lies a hair above it is labelled so.
    marks = {0: most, _ROWS - 1: 0.0 if 0 < least < most / 1000 else least}
    drawn = [
        Content.assemble(
            f"{numbers.decimal(marks[row]) if row in marks else '':>{_LABEL - 1}} ",
            ("".join(cells), "$text-primary"),
        )
        for row, cells in enumerate(grid)
    ]
    first, last = numbers.count(made.curve[0][0]), numbers.count(made.curve[-1][0])
    foot = f"{' ' * _LABEL}{first}{last:>{room - len(first)}}"
    legend = muted(f"● measured   ─ {made.form}   ░ 80 % band   rows across")
    return lines([*drawn, foot, legend])


def curve_words(made: Forecast) -> str:
    """The same without a picture."""
    name = made.metric.replace("_", " ")
    said = [f"Now {name} {_amount(made.now, made.unit)} at {numbers.count(made.largest)} rows"]
    for each in made.ahead:
        value = each.value
        said.append(
            f"at {numbers.count(each.samples)} rows {_amount(value.value, made.unit)} "
            f"({_amount(value.low, made.unit)} to {_amount(value.high, made.unit)})"
        )
    slope = "" if made.measurable else ". No measurable slope: the band includes no gain at all"
    other = f". It is not about the goal's metric: {made.instead_of}" if made.instead_of else ""
    return "; ".join(said) + slope + other + "."


def _amount(value: float, unit: str) -> str:
    return numbers.quantity(value, unit)


def _between(made: Forecast, samples: float) -> tuple[float, float, float, float]:
    """The curve at a number of rows, between the sizes that were computed."""
    after = next(
        (place for place, each in enumerate(made.curve) if each[0] >= samples - 1e-6), len(made.curve) - 1
    )
    one, two = made.curve[max(0, after - 1)], made.curve[after]
    if two[0] == one[0]:
        return float(two[0]), two[1], two[2], two[3]
    share = min(1.0, max(0.0, (math.log(samples) - math.log(one[0])) / (math.log(two[0]) - math.log(one[0]))))
    low, middle, high = (
        a + share * (b - a) for a, b in ((one[2], two[2]), (one[1], two[1]), (one[3], two[3]))
    )
    return samples, middle, low, high
