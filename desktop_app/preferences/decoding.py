"""Content codings (RFC 9110, 8.4.1), undone piece by piece, so that no body grows beyond what is looked at."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Final

from desktop_app.errors import InvalidReply, ReplyTooLarge

ACCEPTED: Final = "gzip, deflate"
"""What a request says that it accepts."""
MOST_CODINGS: Final = 3
"""One upon the other; each is work, and nobody means more than one."""
PIECE_BYTES: Final = 64 * 1024
SIGNATURE_BYTES: Final = 2
GZIP_BITS: Final = 16 + zlib.MAX_WBITS


class Decoding:
    """Undoes one coding after the other.

    Args:
        content_encoding: The header's value; empty where there is none.
        limit_bytes: More than that comes out of no coding.

    Raises:
        InvalidReply: The value names a coding that is not known, or too many.
    """

    def __init__(self, content_encoding: str, limit_bytes: int) -> None:
        names = [name.strip().lower() for name in content_encoding.split(",")]
        codings = [name.removeprefix("x-") for name in names if name not in ("", "identity")]
        if len(codings) > MOST_CODINGS or not {"gzip", "deflate"}.issuperset(codings):
            raise InvalidReply(detail="a content coding that was not asked for")
        self._layers = [_Layer(coding, limit_bytes) for coding in reversed(codings)]

    def decoded(self, data: bytes) -> Iterator[bytes]:
        """Yield what these bytes of the body stand for.

        Raises:
            InvalidReply: They are not so coded.
            ReplyTooLarge: It is more than the limit.
        """
        return self._through(data, self._layers)

    def finish(self) -> None:
        """Take note that the body has ended.

        Raises:
            InvalidReply: It lacks its end.
        """
        if not all(layer.is_complete for layer in self._layers):
            raise InvalidReply(detail="a coded body without its end")

    def _through(self, data: bytes, layers: list[_Layer]) -> Iterator[bytes]:
        if not layers:
            yield data
            return
        for piece in layers[0].decoded(data):
            yield from self._through(piece, layers[1:])


class _Layer:
    """Undoes one coding."""

    def __init__(self, coding: str, limit_bytes: int) -> None:
        self._coding = coding
        self._left_bytes = limit_bytes
        self._start = b""
        self._inflate: zlib._Decompress | None = None

    @property
    def is_complete(self) -> bool:
        """Whether nothing is lacking; of no bytes at all nothing is."""
        return self._inflate.eof if self._inflate is not None else not self._start

    def decoded(self, data: bytes) -> Iterator[bytes]:
        """Yield what comes out, in pieces."""
        if self._inflate is None:
            data = self._start = self._start + data
            if len(data) < SIGNATURE_BYTES:
                return
            self._inflate = zlib.decompressobj(GZIP_BITS if self._coding == "gzip" else _window_bits(data))
        while data and not self._inflate.eof:
            try:
                piece = self._inflate.decompress(data, PIECE_BYTES)
            except zlib.error as error:
                raise InvalidReply(detail=f"a coded body: {error}") from error
            data = self._inflate.unconsumed_tail
            self._left_bytes -= len(piece)
            if self._left_bytes < 0:
                raise ReplyTooLarge
            yield piece


def _window_bits(start: bytes) -> int:
    """Tell the zlib format (RFC 1950) from the bare one (RFC 1951), which some servers send as ``deflate`` too."""
    has_header = start[0] & 0x0F == zlib.DEFLATED and (start[0] << 8 | start[1]) % 31 == 0
    return zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS
