"""The thresholds file and the value built from it say the same, or say exactly where they differ."""

import tomllib
from copy import deepcopy
from importlib import resources

import pytest

from heuristics.thresholds.limits import Limits, limits_of

RAW = tomllib.loads(resources.files("presets").joinpath("thresholds.toml").read_text("utf-8"))


def test_the_preset_holds_every_threshold() -> None:
    limits = limits_of(RAW)
    assert isinstance(limits, Limits)
    assert limits.rate.base == 3e-4
    assert limits.data.rows_block == 10


def test_whole_numbers_stay_whole_and_others_become_floats() -> None:
    limits = limits_of(RAW)
    assert type(limits.adapter.rank) is int
    assert type(limits.epochs.small) is float


def test_all_faults_are_named_at_once() -> None:
    broken = deepcopy(RAW)
    del broken["rate"]["base"]
    broken["batch"]["extra"] = {"value": 1, "source": "s", "date": "d"}
    broken["planets"] = {}
    broken["adapter"]["rank"] = {"value": 16.5, "source": "s", "date": "d"}
    broken["data"]["rows_block"] = {"value": "ten", "source": "s", "date": "d"}
    broken["watch"]["ema"] = {"value": 0.9, "date": "d"}
    with pytest.raises(ValueError) as caught:
        limits_of(broken)
    message = str(caught.value)
    for part in (
        "missing entry [rate.base]",
        "unknown entry [batch.extra]",
        "unknown table [planets]",
        "[adapter.rank] must be a whole number",
        "[data.rows_block] has no number",
        "[watch.ema] has no source",
    ):
        assert part in message


def test_a_truth_value_is_not_a_number() -> None:
    broken = deepcopy(RAW)
    broken["batch"]["least"] = {"value": True, "source": "s", "date": "d"}
    with pytest.raises(ValueError, match=r"batch\.least"):
        limits_of(broken)


def test_an_empty_file_names_every_entry() -> None:
    with pytest.raises(ValueError) as caught:
        limits_of({})
    assert str(caught.value).count("missing entry") == sum(len(table) for table in RAW.values())
