"""A training run that falls silent is noticed from another thread, once for each silence."""

import time

import pytest

from advisor.work.pilot import heartbeat
from advisor.work.pilot.heartbeat import Heartbeat


def test_a_silence_is_told_once_and_again_after_a_beat(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = heartbeat.pilot_settings()
    short = settings.heartbeat.model_copy(update={"least_seconds": 0.1, "slow_factor": 2.0})
    changed = settings.model_copy(update={"heartbeat": short})
    monkeypatch.setattr(heartbeat, "pilot_settings", lambda: changed)
    monkeypatch.setattr("faulthandler.dump_traceback", lambda **_options: None)
    told: list[float] = []
    heart = Heartbeat(lambda silent, _usual: told.append(silent))
    heart.start()
    time.sleep(0.5)
    assert len(told) == 1 and told[0] > 0.1
    heart.beat()
    end = time.monotonic() + 10
    while len(told) < 2 and time.monotonic() < end:
        time.sleep(0.05)
    heart.stop()
    assert len(told) == 2
