"""What is fuzzed, by name: each takes any bytes and raises nothing unless something is broken."""

from collections.abc import Callable

from tests.fuzz.allocating import allocate
from tests.fuzz.hearing import hear
from tests.fuzz.opening import open_case
from tests.fuzz.reading import read_file
from tests.fuzz.recognising import recognise_rows

TARGETS: dict[str, Callable[[bytes], None]] = {
    "readers": read_file,
    "formats": recognise_rows,
    "events": hear,
    "cases": open_case,
    "allocator": allocate,
}
