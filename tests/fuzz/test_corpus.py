"""A quarter of a minute of fuzzing: every kept input, and as many drawn ones as fit."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"
EXAMPLES = {"readers": 800, "formats": 3000, "events": 1200, "cases": 250, "allocator": 1500}
"""What a few seconds are enough for."""


def kept() -> list[tuple[str, Path]]:
    """Each kept input with its target."""
    return [(target, path) for target in TARGETS for path in sorted((CORPUS / target).glob("*"))]


@pytest.mark.parametrize(("target", "path"), kept(), ids=lambda each: getattr(each, "name", each))
def test_a_kept_input_breaks_nothing(target: str, path: Path) -> None:
    TARGETS[target](path.read_bytes())


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_a_drawn_input_breaks_nothing(target: str) -> None:
    seeds = [path.read_bytes() for name, path in kept() if name == target] or [b""]

    @settings(
        max_examples=EXAMPLES[target],
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(st.binary(max_size=200) | changed(seeds))
    def look(data: bytes) -> None:
        TARGETS[target](data)

    look()


def changed(seeds: list[bytes]) -> st.SearchStrategy[bytes]:
    """A kept input with a few of its bytes replaced, and perhaps cut."""
    edits = st.lists(st.tuples(st.integers(0, 1 << 16), st.binary(max_size=6)), max_size=4)
    return st.builds(_edited, st.sampled_from(seeds), edits, st.integers(0, 1 << 12))


def _edited(seed: bytes, edits: list[tuple[int, bytes]], end: int) -> bytes:
    for place, put in edits:
        at = place % (len(seed) + 1)
        seed = seed[:at] + put + seed[at + len(put) // 2 :]
    return seed[: len(seed) - end] if 0 < end < len(seed) // 2 else seed
