"""Sends alarms out of the program while training goes on: a thread of its own, with an end to its patience.

What is sent is one JSON object:
{"program": "finetune-advisor", "kind": "loss_spike", "run": "ladder-200-s1", "step": 61, "text": "...",
"do": "...", "cause": "data", "rows": [196], "case": "my-study"}. Rows are named by line number; no text of a
row is ever part of it. An address gets it by POST, a command on its standard input.
"""

import json
import queue
import subprocess
import threading
from dataclasses import dataclass
from http.client import HTTPException, HTTPMessage
from pathlib import Path
from typing import IO
from urllib.error import URLError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from advisor.alert import command_of, host_of, is_address, resolved
from advisor.errors import BadInput
from advisor.events import Note
from advisor.text import one_line
from advisor.work.emit import Emitter
from advisor.work.pilot.settings import pilot_settings
from heuristics.facts.experiment import Alarm


class NoRedirect(HTTPRedirectHandler):
    """An address that sends elsewhere is not followed: the other place was not checked."""

    def redirect_request(
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """No further request."""
        return


@dataclass(frozen=True, slots=True)
class Address:
    """Gets alarms by POST."""

    url: str

    @property
    def name(self) -> str:
        """As it may be shown: an address may hold a secret."""
        return f"the webhook at {host_of(self.url)}"

    def send(self, body: bytes) -> None:
        """Post one alarm; raises OSError or HTTPException."""
        request = Request(self.url, body, {"Content-Type": "application/json"}, method="POST")
        # What is meant for this machine must not pass a proxy.
        direct = () if self.url.startswith("https:") else (ProxyHandler({}),)
        with build_opener(NoRedirect(), *direct).open(
            request, timeout=pilot_settings().alert.seconds
        ) as answer:
            answer.read(1)


@dataclass(frozen=True, slots=True)
class Command:
    """Gets alarms on its standard input."""

    words: tuple[str, ...]

    @property
    def name(self) -> str:
        """As it may be shown."""
        return f"the command {one_line(Path(self.words[0]).name, 40)}"

    def send(self, body: bytes) -> None:
        """Run it once; raises OSError or SubprocessError."""
        subprocess.run(
            self.words,
            input=body,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=pilot_settings().alert.seconds,
            check=True,
        )


class Alerts:
    """Takes alarms at once and sends them when it can; what cannot be sent is told once."""

    def __init__(self, target: Address | Command | None, case: str, emitter: Emitter) -> None:
        self._target, self._case, self._emitter = target, case, emitter
        self._waiting: queue.Queue[Alarm | None] = queue.Queue(pilot_settings().alert.waiting)
        self._told = False
        self._thread = threading.Thread(target=self._work, name="alerts", daemon=True)
        if target is not None:
            self._thread.start()

    def send(self, alarm: Alarm) -> None:
        """Take an alarm; never waits."""
        if self._target is None:
            return
        try:
            self._waiting.put_nowait(alarm)
        except queue.Full:
            self._tell("it does not keep up, some alarms are left out")

    def close(self) -> None:
        """Let what waits be sent, for a moment."""
        if self._thread.is_alive():
            try:
                self._waiting.put_nowait(None)
            except queue.Full:
                return
            self._thread.join(pilot_settings().alert.last_seconds)
            if self._thread.is_alive():
                self._tell("no answer before the pilot ended")

    def _work(self) -> None:
        assert self._target is not None
        while (alarm := self._waiting.get()) is not None:
            try:
                self._target.send(payload(alarm, self._case))
            except (OSError, HTTPException, ValueError, subprocess.SubprocessError) as error:
                self._tell(_reason(error))

    def _tell(self, why: str) -> None:
        if self._told or self._target is None:
            return
        self._told = True
        text = f"Alarms do not reach {self._target.name}: {why}. The pilot goes on"
        self._emitter.emit(Note(text=text, level="warning"))


def payload(alarm: Alarm, case: str) -> bytes:
    """An alarm as it is sent."""
    values = {
        "program": "finetune-advisor",
        "kind": alarm.kind,
        "run": alarm.run,
        "step": alarm.step,
        "text": alarm.text,
        "do": alarm.do,
        "cause": alarm.cause,
        "rows": list(alarm.rows),
        "case": case,
    }
    return json.dumps(values).encode()


def open_alerts(wanted: str | None, case: str, emitter: Emitter) -> Alerts:
    """Where the user wants alarms; one that cannot be used is told, and the pilot goes on without."""
    target: Address | Command | None = None
    if wanted is not None:
        try:
            text = resolved(wanted)
            target = Address(text) if is_address(text) else Command(tuple(command_of(text)))
        except BadInput as error:
            emitter.emit(Note(text=f"Alarms are not sent: {error.message}. {error.do}", level="warning"))
    return Alerts(target, case, emitter)


def _reason(error: Exception) -> str:
    match error:
        case subprocess.TimeoutExpired() | TimeoutError():
            return "no answer in time"
        case subprocess.CalledProcessError(returncode=code):
            return f"it ended with exit code {code}"
        case URLError(reason=TimeoutError()):
            return "no answer in time"
        case URLError(reason=reason):
            return one_line(str(reason), 100)
    return one_line(str(error) or type(error).__name__, 100)
