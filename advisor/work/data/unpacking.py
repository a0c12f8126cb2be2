"""Unpacks gzip, xz, bzip2 and Zstandard piece by piece; what stands before damage is given first."""

import bz2
import io
import lzma
import zlib
from collections.abc import Callable
from typing import Protocol

_PIECE = 1024
"""Packed bytes unpacked at a time: even made to burst they give no more than about 45 MB."""
_MOST = 1 << 20
"""Bytes that one step gives where the library can be told so."""
_GZIP_HEADER = 31
"""As zlib wants it said: a window of any size, with gzip's header and check sum."""


class Unpacker(Protocol):
    """Unpacks one stream or frame, of which a file may hold several."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def hungry(self) -> bool:
        """True when it has given all that is in what it was fed with."""
        ...

    def unpack(self, packed: bytes) -> bytes: ...


def unpacker_of(start: bytes) -> Callable[[], Unpacker] | None:
    """What unpacks a file with these first bytes, None for one that is not packed."""
    if start.startswith(b"\x1f\x8b"):
        return _Gzip
    if start.startswith(b"\xfd7zXZ\x00"):
        return lambda: _Blocks(lzma.LZMADecompressor())
    if start.startswith(b"BZh"):
        return lambda: _Blocks(bz2.BZ2Decompressor())
    if start.startswith(b"\x28\xb5\x2f\xfd"):
        return _Zstandard
    return None


class PackedFile:
    """Reads a packed file as what it holds."""

    def __init__(self, raw: io.BufferedReader, begin: Callable[[], Unpacker]) -> None:
        self._raw = raw
        self._begin = begin
        self._stream: Unpacker | None = None
        self._left = b""
        """Packed bytes behind the end of a stream."""
        self._waiting = memoryview(b"")

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none at the end; raises EOFError where the file is cut off or damaged."""
        while not self._waiting and self._more():
            continue
        given, self._waiting = bytes(self._waiting[:size]), self._waiting[size:]
        return given

    def _more(self) -> bool:
        """Unpack the next piece; False at the end."""
        try:
            if self._stream is not None and not self._stream.hungry:
                self._take(self._stream, b"")
                return True
            packed = self._left or self._raw.read(_PIECE)
            self._left = b""
            if self._stream is None:
                packed = packed.lstrip(b"\0")  # tapes fill up with zeros
            if not packed:
                return self._ended()
            self._stream = self._stream or self._begin()
            self._take(self._stream, packed)
        except (zlib.error, lzma.LZMAError, OSError) as error:
            raise EOFError(str(error)) from error
        return True

    def _take(self, stream: Unpacker, packed: bytes) -> None:
        self._waiting = memoryview(stream.unpack(packed))
        if stream.eof:
            self._left = stream.unused_data
            self._stream = None

    def _ended(self) -> bool:
        """False at a right end; a run of zeros that fills a piece is none."""
        if self._raw.peek(1):
            return True
        if self._stream is not None:
            raise EOFError("the file ends inside a stream")
        return False


class _Gzip:
    def __init__(self) -> None:
        self._inner = zlib.decompressobj(_GZIP_HEADER)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    @property
    def hungry(self) -> bool:
        return not self._inner.unconsumed_tail

    def unpack(self, packed: bytes) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + packed, _MOST)


class _Blocks:
    def __init__(self, inner: lzma.LZMADecompressor | bz2.BZ2Decompressor) -> None:
        self._inner = inner

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    @property
    def hungry(self) -> bool:
        return self._inner.needs_input

    def unpack(self, packed: bytes) -> bytes:
        return self._inner.decompress(packed, _MOST)


class _Zstandard:
    def __init__(self) -> None:
        import zstandard

        self._inner = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
        self._error: type[Exception] = zstandard.ZstdError

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    @property
    def hungry(self) -> bool:
        return True

    def unpack(self, packed: bytes) -> bytes:
        try:
            return self._inner.decompress(packed)
        except self._error as error:
            raise EOFError(str(error)) from error
