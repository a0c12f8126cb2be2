"""Opens a data file safely: kind, size, compression and encoding are found by content."""

import codecs
import io
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from advisor.errors import BadData
from advisor.text import one_line
from advisor.work.data.limits import data_limits
from advisor.work.data.unpacking import PackedFile, unpacker_of

HEAD_BYTES = 1 << 16
UNREADABLE = "�"

_FOREIGN = (
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"%PDF", "a PDF document"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"\x7fELF", "a program"),
    (b"\x80\x02", "a Python pickle"),
    (b"\x80\x04", "a Python pickle"),
)
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAVE_AS = "Save the data as JSON Lines or CSV in UTF-8."


class Stream(Protocol):
    """What readers need of a file."""

    def readline(self, size: int = -1, /) -> bytes: ...
    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(slots=True)
class Source:
    """An open data file whose bytes come out unpacked and as UTF-8."""

    name: str
    suffix: str
    """Lower-case ending of the name, without that of the compression: only ever a tie-breaker."""
    stream: io.BufferedReader
    raw: io.BufferedReader
    head: bytes
    """The first bytes, unpacked, as UTF-8; reading the stream gives them again."""
    encoding: str
    transcoded: "_Transcoder | None"
    as_stored: bool = False
    """True when the bytes of the stream are those on disk, without a mark."""

    def position(self) -> int:
        """Bytes of the file on disk that have been read."""
        return 0 if self.raw.closed else self.raw.tell()


def check_file(path: Path) -> os.stat_result:
    """The file's status; raises BadData when it is not a readable regular file with content."""
    name = one_line(str(path), 120)
    try:
        status = path.stat()
    except FileNotFoundError as error:
        raise BadData(f"{name} does not exist", "Check the path.") from error
    except (OSError, ValueError) as error:
        raise BadData(f"{name} cannot be opened: {_reason(error)}", "Check the path.") from error
    if stat.S_ISDIR(status.st_mode):
        raise BadData(f"{name} is a folder, not a file", "Choose one file inside it.")
    if not stat.S_ISREG(status.st_mode):
        raise BadData(f"{name} is not a regular file", "Choose a JSON Lines, JSON, CSV or text file.")
    if status.st_size == 0:
        raise BadData(f"{name} is empty (0 bytes)", "Choose a file with at least a few rows.")
    if not os.access(path, os.R_OK):
        raise BadData(f"{name} cannot be read: permission denied", "Change the permissions of the file.")
    return status


def open_source(path: Path) -> Source:
    """Open a file that `check_file` has passed; raises BadData when its content is not text."""
    name = one_line(path.name, 60)
    try:
        raw = path.open("rb")
    except OSError as error:
        raise BadData(f"{name} cannot be opened: {_reason(error)}", "Check its permissions.") from error
    stream, packed = _unpacked(raw, name)
    try:
        head = _peek(stream)
    except (EOFError, OSError) as error:
        raw.close()
        raise BadData(f"{name} is a damaged archive: {_reason(error)}", "Get the file again.") from error
    encoding = _encoding_of(head, name, raw)
    transcoder = None
    if encoding == "utf-8-sig":
        stream.read(len(codecs.BOM_UTF8))
        head = head[len(codecs.BOM_UTF8) :]
    elif encoding != "utf-8":
        transcoder = _Transcoder(stream, encoding)
        stream = io.BufferedReader(transcoder, HEAD_BYTES)
        head = _peek(stream)
    endings = [each.lower() for each in path.suffixes]
    return Source(
        name=name,
        suffix=next(reversed(endings[:-1] if packed else endings), ""),
        stream=stream,
        raw=raw,
        head=head,
        encoding="utf-8" if encoding == "utf-8-sig" else encoding,
        transcoded=transcoder,
        as_stored=not packed and encoding == "utf-8",
    )


def as_valid_utf8(source: Source) -> io.BufferedReader:
    """The source's stream for parsers that stop at a wrong byte: such bytes become U+FFFD."""
    if source.transcoded is None:
        source.transcoded = _Transcoder(source.stream, "utf-8")
        source.stream = io.BufferedReader(source.transcoded, HEAD_BYTES)
    return source.stream


class _Transcoder(io.RawIOBase):
    """Reads another encoding as UTF-8; what cannot be decoded becomes U+FFFD and is counted."""

    def __init__(self, stream: io.BufferedReader, encoding: str) -> None:
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        self._ready = b""
        self.replaced = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        while not self._ready:
            chunk = self._stream.read1(HEAD_BYTES)
            text = self._decoder.decode(chunk, final=not chunk)
            self.replaced += text.count(UNREADABLE)
            self._ready = text.encode("utf-8", "replace")
            if not chunk:
                break
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size


class _Bounded(io.RawIOBase):
    """An unpacking stream that stops at an archive made to fill the memory or the disk."""

    def __init__(self, stream: PackedFile, packed: int, name: str) -> None:
        limits = data_limits().reader
        self._stream = stream
        self._name = name
        self._most = max(limits.unpacked_free_bytes, packed * limits.unpacked_ratio)
        self._given = 0
        self._damage: EOFError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]
        """Fill the buffer, or give what stands before the end or before damage that the next call raises."""
        size = 0
        while size < len(buffer) and self._damage is None and (chunk := self._next(len(buffer) - size)):
            buffer[size : size + len(chunk)] = chunk
            size += len(chunk)
        if self._damage is not None and not size:
            raise self._damage
        return size

    def _next(self, most: int) -> bytes:
        try:
            chunk = self._stream.read(most)
        except EOFError as damage:
            self._damage = damage
            return b""
        self._given += len(chunk)
        if self._given > self._most:
            raise BadData(
                f"{self._name} unpacks to more than {self._most:,} bytes, far more than text does",
                "Unpack it yourself and look at it before using it.",
            )
        return chunk


def _unpacked(raw: io.BufferedReader, name: str) -> tuple[io.BufferedReader, bool]:
    """The file's bytes, unpacked when its first bytes say it is gzip, xz, bzip2 or Zstandard."""
    begin = unpacker_of(raw.peek(6)[:6])
    if begin is None:
        return io.BufferedReader(raw, HEAD_BYTES * 2), False
    size = os.fstat(raw.fileno()).st_size
    return io.BufferedReader(_Bounded(PackedFile(raw, begin), size, name), HEAD_BYTES * 2), True


def _peek(stream: io.BufferedReader) -> bytes:
    return stream.peek(HEAD_BYTES)[:HEAD_BYTES]


def _encoding_of(head: bytes, name: str, raw: io.BufferedReader) -> str:
    """The encoding by its mark, "utf-8" without one; raises BadData for what is not text."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raw.close()
            raise BadData(f"{name} is {what}, not text", _SAVE_AS)
    if len(head) >= 4 and head.count(0) >= len(head) * 0.2:
        raw.close()
        if head[1::2].count(0) > len(head) * 0.3 or head[::2].count(0) > len(head) * 0.3:
            raise BadData(f"{name} looks like UTF-16 without a byte order mark", _SAVE_AS)
        raise BadData(f"{name} is a binary file, not text", _SAVE_AS)
    control = sum(head.count(bytes([code])) for code in range(32) if code not in b"\t\n\r\f\x1b")
    if len(head) >= 32 and control > len(head) * data_limits().reader.binary_control_share:
        raw.close()
        raise BadData(f"{name} is a binary file, not text", _SAVE_AS)
    return "utf-8"


def _reason(error: Exception) -> str:
    return one_line(getattr(error, "strerror", None) or str(error), 100)
