"""What the two drivers share: where the service is, what a request looks like on the wire, what an error means."""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from desktop_app import __version__
from desktop_app.errors import InvalidReply, ReplyTooLarge
from desktop_app.overriding import override
from desktop_app.preferences.decoding import ACCEPTED, Decoding
from desktop_app.preferences.exchange import Reply, Request
from desktop_app.wire import SECRET_HEADER

LARGEST_BODY_BYTES = 1024 * 1024
MOST_CONNECTIONS = 10
FIRST_FINAL_STATUS = 200
SENDABLE: Final = re.compile(r"[\t -~]*")
"""A header's value (RFC 9110, 5.5), but for what is not ASCII."""


class Endpoint(Struct, frozen=True):
    """Where the service is, and how to get there; the secret shows in no ``repr``.

    ``via`` is the host and port to connect to instead of the URL's own: a proxy that passes bytes on, so that the
    URL, and with it the Host header and the TLS name, stay the service's. ``secret`` is the per-run secret of the
    program's own service.
    """

    url: str
    secret: str = ""
    via: tuple[str, int] | None = None
    ssl_context: ssl.SSLContext | None = None
    """What TLS to it takes; made beforehand, for it takes longer than a frame."""

    @override
    def __repr__(self) -> str:
        return f"Endpoint({self.url!r}, via={self.via})"

    @property
    def headers(self) -> dict[str, str]:
        """What every request to this endpoint carries."""
        headers = {
            "user-agent": f"desktop-app/{__version__}",
            "accept": "application/json",
            "accept-encoding": ACCEPTED,
        }
        if self.secret:
            headers[SECRET_HEADER] = self.secret
        return headers


def new_ssl_context(url: str) -> ssl.SSLContext | None:
    """Make the context that TLS to this URL takes; it costs 30 to 50 ms, so plain HTTP gets none."""
    if not url.startswith("https:"):
        return None
    # For who is trusted both drivers go by one library; the async one needs nothing else of it.
    import httpcore2

    return httpcore2.default_ssl_context()


class Body:
    """Collects the body of a reply, up to the largest that is accepted.

    Args:
        status: The reply's.
        headers: The reply's, in order.

    Raises:
        InvalidReply: The body is coded in a way that is not known, or it is no reply at all.
    """

    def __init__(self, status: int, headers: Iterable[tuple[str, str]]) -> None:
        if status < FIRST_FINAL_STATUS:
            raise InvalidReply(detail="a change to another protocol, which was not asked for")
        self._status = status
        self.headers: dict[str, str] = {}
        """By their names in lower case; of a name that is there again the values are put together."""
        for name, value in headers:
            key = name.lower()
            self.headers[key] = f"{self.headers[key]}, {value}" if key in self.headers else value
        self._content = bytearray()
        self._decoding = Decoding(self.headers.get("content-encoding", ""), LARGEST_BODY_BYTES)

    def add(self, chunk: bytes) -> None:
        """Add a chunk as it came over the wire.

        Raises:
            InvalidReply: It is not coded as the headers say.
            ReplyTooLarge: There is more than is ever accepted; what is too much is neither unpacked nor kept.
        """
        for piece in self._decoding.decoded(chunk):
            if len(self._content) + len(piece) > LARGEST_BODY_BYTES:
                raise ReplyTooLarge
            self._content += piece

    def reply(self) -> Reply:
        """Make the reply of which this is the body.

        Raises:
            InvalidReply: The body lacks its end.
        """
        self._decoding.finish()
        return Reply(self._status, self.headers, bytes(self._content))


def refuse_unsendable(request: Request) -> None:
    """Refuse a request one of whose headers cannot be sent: its value may be a token, and is quoted nowhere.

    Raises:
        InvalidReply: There is such a header; what is in it came with a reply.
    """
    for name, value in request.headers.items():
        if not SENDABLE.fullmatch(value):
            raise InvalidReply(detail=f"{request!r}: the header {name} cannot be sent")


def causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it came from, however deep."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
