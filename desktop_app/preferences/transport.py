"""What the two drivers share: where the service is, what a request looks like on the wire, what an error means."""

from __future__ import annotations

import ssl
from collections.abc import Iterator

import h11
import httpcore2
import httpx2
from msgspec import Struct

from desktop_app import __version__
from desktop_app.errors import (
    ConnectionLost,
    DeadlineExceeded,
    ExchangeError,
    InvalidReply,
    ReplyTooLarge,
    ServiceNotTrusted,
    ServiceUnreachable,
)
from desktop_app.overriding import override
from desktop_app.preferences.exchange import Reply, Request
from desktop_app.wire import SECRET_HEADER

LARGEST_BODY_BYTES = 1024 * 1024
MOST_CONNECTIONS = 10


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
        headers = {"user-agent": f"desktop-app/{__version__}", "accept": "application/json"}
        if self.secret:
            headers[SECRET_HEADER] = self.secret
        return headers


def new_ssl_context(url: str) -> ssl.SSLContext | None:
    """Make the context that TLS to this URL takes; it costs 30 to 50 ms, so plain HTTP gets none."""
    return httpcore2.default_ssl_context() if url.startswith("https:") else None


class Body:
    """Collects a body up to the largest that is accepted."""

    def __init__(self) -> None:
        self._content = bytearray()

    def add(self, chunk: bytes) -> None:
        """Add a decoded chunk.

        Raises:
            ReplyTooLarge: When there is more than is ever accepted; the chunk is not kept.
        """
        if len(self._content) + len(chunk) > LARGEST_BODY_BYTES:
            raise ReplyTooLarge
        self._content += chunk

    def reply(self, response: httpx2.Response) -> Reply:
        """Make the reply of which this is the body."""
        return Reply(response.status_code, dict(response.headers), bytes(self._content))


def translated(error: httpx2.HTTPError | httpx2.InvalidURL, request: Request) -> ExchangeError:
    """Say in the program's own terms what the HTTP library could not do."""
    detail = f"{request!r}: {type(error).__name__}: {error}"
    match error:
        case httpx2.LocalProtocolError():
            # Its text quotes the header that cannot be sent, which may be the token.
            return InvalidReply(detail=f"{request!r}: {type(error).__name__}")
        case httpx2.TimeoutException():
            return DeadlineExceeded(detail=detail)
        case httpx2.ConnectError() if any(isinstance(each, ssl.SSLCertVerificationError) for each in _causes(error)):
            return ServiceNotTrusted(detail=detail)
        case httpx2.ConnectError():
            return ServiceUnreachable(detail=detail)
        case httpx2.NetworkError():
            return ConnectionLost(detail=detail)
        case httpx2.RemoteProtocolError() if not _is_malformed(error):
            return ConnectionLost(detail=detail)
        case _:
            return InvalidReply(detail=detail)


def _is_malformed(error: httpx2.RemoteProtocolError) -> bool:
    """Tell a reply that is not HTTP from one that merely stops short, which h11 reports alike."""
    for cause in _causes(error):
        if isinstance(cause, h11.RemoteProtocolError):
            return not str(cause).startswith("peer closed connection")
    return False


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it came from, however deep."""
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
