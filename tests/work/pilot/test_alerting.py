"""Alarms that leave the program: delivered, never waited for, and silent about rows and secrets."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from advisor.events import Note
from advisor.jobs import read_events
from advisor.work.emit import Emitter
from advisor.work.pilot import alerting
from advisor.work.pilot.alerting import Alerts, open_alerts
from heuristics.facts.experiment import Alarm

ALARM = Alarm("loss_spike", "ladder-64-s1", 61, "Loss 6.000, usual 1.000", "Look.", "data", (196,))


class Hook(BaseHTTPRequestHandler):
    """A webhook that remembers what it got, or sends elsewhere."""

    got: ClassVar[list[bytes]] = []
    answer: ClassVar[int] = 200

    def do_POST(self) -> None:
        Hook.got.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(Hook.answer)
        if Hook.answer == 302:
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.end_headers()

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextmanager
def webhook(answer: int = 200) -> Iterator[str]:
    Hook.got, Hook.answer = [], answer
    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/T0/secret"
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def hanging() -> Iterator[str]:
    """An address that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = alerting.pilot_settings()
    short = settings.alert.model_copy(update={"seconds": 0.3, "last_seconds": 1.0, "waiting": 3})
    monkeypatch.setattr(alerting, "pilot_settings", lambda: settings.model_copy(update={"alert": short}))


def opened(where: str, folder: Path) -> Alerts:
    return open_alerts(where, "my-study", Emitter(folder))


def notes(folder: Path) -> list[str]:
    return [each.text for each in read_events(folder) if isinstance(each, Note)]


def test_a_webhook_gets_the_alarm_as_documented(tmp_path: Path) -> None:
    with webhook() as address:
        alerts = opened(address, tmp_path)
        alerts.send(ALARM)
        alerts.close()
    assert json.loads(Hook.got[0]) == {
        "program": "finetune-advisor",
        "kind": "loss_spike",
        "run": "ladder-64-s1",
        "step": 61,
        "text": "Loss 6.000, usual 1.000",
        "do": "Look.",
        "cause": "data",
        "rows": [196],
        "case": "my-study",
    }
    assert set(json.loads(Hook.got[0])) <= set(alerting.__doc__.replace('"', " ").replace(":", " ").split())
    assert notes(tmp_path) == []


def test_a_webhook_that_hangs_is_never_waited_for_and_told_once(hanging: str, tmp_path: Path) -> None:
    alerts = opened(hanging, tmp_path)
    began = time.monotonic()
    for _ in range(20):
        alerts.send(ALARM)
    assert time.monotonic() - began < 0.2
    alerts.close()
    assert time.monotonic() - began < 3.0
    (note,) = notes(tmp_path)
    assert "do not reach the webhook at 127.0.0.1" in note and "The pilot goes on" in note


@pytest.mark.parametrize("answer", [302, 500])
def test_an_answer_that_is_no_success_is_told_and_a_redirect_not_followed(
    answer: int, tmp_path: Path
) -> None:
    with webhook(answer) as address:
        alerts = opened(address, tmp_path)
        alerts.send(ALARM)
        alerts.close()
    assert len(Hook.got) == 1
    (note,) = notes(tmp_path)
    assert "do not reach" in note and "secret" not in note


def test_a_command_reads_the_alarm_from_its_input(tmp_path: Path) -> None:
    alerts = opened(f"tee '{tmp_path / 'got it.json'}'", tmp_path)
    alerts.send(ALARM)
    alerts.close()
    assert json.loads((tmp_path / "got it.json").read_bytes())["kind"] == "loss_spike"


@pytest.mark.parametrize(
    ("command", "words"),
    [("false", "exit code 1"), ("sleep 30", "no answer in time"), ("no-such-program-here x", "No such file")],
)
def test_a_command_that_fails_is_told_once(command: str, words: str, tmp_path: Path) -> None:
    alerts = opened(command, tmp_path)
    alerts.send(ALARM)
    alerts.send(ALARM)
    alerts.close()
    (note,) = notes(tmp_path)
    assert words in note


def test_a_variable_that_holds_nothing_is_told_and_the_pilot_goes_on(tmp_path: Path) -> None:
    alerts = opened("env:NOT_THERE_AT_ALL", tmp_path)
    alerts.send(ALARM)
    alerts.close()
    (note,) = notes(tmp_path)
    assert "Alarms are not sent" in note and "NOT_THERE_AT_ALL" in note
