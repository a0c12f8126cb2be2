"""What a pilot has finished, part by part, each in a file that appears whole or not at all."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from advisor.events import Event, Note
from advisor.files import private_folder, write_atomic
from advisor.work.emit import Emitter

T = TypeVar("T")


class _Part(BaseModel, Generic[T]):
    """A finished part: its value and what was said about it."""

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")

    value: T
    events: tuple[Event, ...] = ()


class Ledger:
    """Finished parts in one folder; a part that stands here is never computed again."""

    def __init__(self, folder: Path, emitter: Emitter) -> None:
        self.folder = private_folder(folder)
        self._emitter = emitter

    def part(self, name: str, kind: type[T], compute: Callable[[], T]) -> T:
        """The value of the part `name`: read when it was finished before, else computed and kept.

        What the computation said is said again when the part is read. A damaged file counts as none.
        """
        kept = self.find(name, kind)
        if kept is not None:
            return kept
        with self._emitter.recording() as said:
            value = compute()
        part = _Part[kind](value=value, events=tuple(said))  # type: ignore[valid-type]
        body = part.model_dump_json().encode()
        write_atomic(self._path(name), f"{hashlib.sha256(body).hexdigest()}\n".encode() + body)
        return value

    def find(self, name: str, kind: type[T]) -> T | None:
        """The value of a finished part with its events said again, None when it is not finished."""
        try:
            digest, _, body = self._path(name).read_bytes().partition(b"\n")
        except FileNotFoundError:
            return None
        if hashlib.sha256(body).hexdigest().encode() != digest:
            self._emitter.emit(
                Note(text=f"The record of {name} is damaged and is made again", level="warning")
            )
            return None
        try:
            part = _Part[kind].model_validate_json(body)  # type: ignore[valid-type]
        except ValidationError:
            return None
        for event in part.events:
            self._emitter.emit(event)
        value: T = part.value
        return value

    def drop(self, name: str) -> None:
        """Forget a finished part."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.part"
