"""Unpacks Zstandard, piece by piece, and notices a file that breaks off."""

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zstandard import ZstdDecompressionObj

_PIECE = 1024
"""Packed bytes unpacked at a time: even made to burst they give no more than about 45 MB."""


class ZstdFile:
    """Reads a file of one or more Zstandard frames."""

    def __init__(self, raw: io.BufferedReader) -> None:
        self._raw = raw
        self._waiting = b""
        self._frame: ZstdDecompressionObj | None = None
        self._left = b""

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes; raises EOFError where the file is cut off or damaged."""
        while not self._waiting and self._more():
            continue
        size = len(self._waiting) if size < 0 else size
        given, self._waiting = self._waiting[:size], self._waiting[size:]
        return given

    def _more(self) -> bool:
        """Unpack the next piece; False at the end."""
        import zstandard

        packed = self._left or self._raw.read(_PIECE)
        self._left = b""
        if not packed:
            if self._frame is not None:
                raise EOFError("the file ends inside a frame")
            return False
        if self._frame is None:
            self._frame = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
        try:
            self._waiting = self._frame.decompress(packed)
            if self._frame.eof:
                self._left = self._frame.unused_data
                self._frame = None
        except zstandard.ZstdError as error:
            raise EOFError(str(error)) from error
        return True
