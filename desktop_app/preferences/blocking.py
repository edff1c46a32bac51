"""Drives an exchange with httpx2.Client: the calling thread waits, and does nothing else meanwhile."""

from __future__ import annotations

import queue
import socket
import ssl
import threading
import time
from functools import partial
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, TypeVar, cast

import h11
import httpcore2
import httpx2

from desktop_app.errors import (
    ConnectionLost,
    DeadlineExceeded,
    ExchangeError,
    InvalidReply,
    ServiceNotTrusted,
    ServiceUnreachable,
)
from desktop_app.overriding import override
from desktop_app.preferences.deadline import Deadline
from desktop_app.preferences.exchange import Exchange, Reply, Request, Step, Tell, Wait
from desktop_app.preferences.model import Session
from desktop_app.preferences.noting_stream import NotingStream, tracing
from desktop_app.preferences.phases import Listening, RequestPhases, following
from desktop_app.preferences.progress import Progress
from desktop_app.preferences.transport import (
    MOST_CONNECTIONS,
    Body,
    Endpoint,
    causes,
    new_ssl_context,
    refuse_unsendable,
)

if TYPE_CHECKING:
    from collections.abc import Iterable
    from ssl import SSLContext

T = TypeVar("T")


class BlockingClient:
    """Keeps the connections to one endpoint; each wait is on the calling thread.

    May be used from one thread at a time.

    Args:
        endpoint: Where the service is.
        listening: Gives what takes each request's phases; None: they are not looked at.
    """

    def __init__(self, endpoint: Endpoint, listening: Listening | None = None) -> None:
        self._listening = listening
        self._network = _DeadlineNetwork(endpoint, is_noting=listening is not None)
        self._client = httpx2.Client(
            base_url=endpoint.url,
            headers=endpoint.headers,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            transport=_Transport(self._network, endpoint.ssl_context or new_ssl_context(endpoint.url)),
            timeout=None,
            follow_redirects=False,
            trust_env=False,
        )

    def run(self, exchange: Exchange[T], deadline: Deadline, tell: Tell) -> T:
        """Drive the exchange to its end within the deadline.

        A wait that the service asks for ends the exchange: the window would be frozen for as long as it lasts.

        Args:
            exchange: What to do.
            deadline: Bounds every connect, read, write and pause by what remains, so their sum too.
            tell: Called when there is something to tell the person.

        Raises:
            ExchangeError: The exchange did not come to its end.
        """
        self._network.deadline = deadline
        advance = partial(exchange.send, None)
        while True:
            try:
                step = advance()
            except StopIteration as end:
                return cast("T", end.value)
            try:
                answer = self._answer_to(step, deadline, tell)
            except ExchangeError as error:
                advance = partial(exchange.throw, error)
            else:
                advance = partial(exchange.send, answer)

    def _answer_to(self, step: Step, deadline: Deadline, tell: Tell) -> Reply | None:
        match step:
            case Request():
                return self._reply_to(step)
            case Wait():
                if step.is_asked_for or step.duration_ms >= deadline.remaining_ms:
                    raise step.error
                tell(Progress(step.next_try, step.duration_ms))
                time.sleep(step.duration_ms / 1000)
                tell(Progress(step.next_try))
            case Session():
                tell(step)
        return None

    def _reply_to(self, request: Request) -> Reply:
        with following(f"{request.method} {request.path}", self._listening) as phases:
            return self._fetched(request, phases)

    def _fetched(self, request: Request, phases: RequestPhases | None) -> Reply:
        refuse_unsendable(request)
        try:
            with self._client.stream(
                request.method,
                request.path,
                headers=request.headers,
                content=request.body,
                extensions={"trace": tracing(phases)} if phases else None,
            ) as response:
                body = Body(response.status_code, response.headers.multi_items())
                if phases:
                    phases.take_headers(body.headers)
                for chunk in response.iter_raw():
                    body.add(chunk)
                return body.reply()
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise _translated(error, request) from error

    def close(self) -> None:
        """Close all connections."""
        self._client.close()


class _Transport(httpx2.HTTPTransport):
    """httpx2's transport on another network: its constructor has no argument for that."""

    def __init__(self, network: httpcore2.NetworkBackend, ssl_context: SSLContext | None) -> None:
        self._pool = httpcore2.ConnectionPool(
            ssl_context=ssl_context, max_connections=MOST_CONNECTIONS, network_backend=network
        )


class _DeadlineNetwork(httpcore2.NetworkBackend):
    """A network whose every operation gets only what remains of the deadline.

    The library's timeouts bound one operation each: headers that drip in byte by byte never exceed one.
    """

    def __init__(self, endpoint: Endpoint, *, is_noting: bool) -> None:
        self.deadline = Deadline(0, lambda: 0)
        self._via = endpoint.via
        self._is_noting = is_noting
        self._sockets = httpcore2.SyncBackend()

    @override
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        failure: httpcore2.NetworkError | httpcore2.TimeoutException = httpcore2.ConnectError("no address")
        for address in self._resolved(*(self._via or (host, port))):
            try:
                stream = self._sockets.connect_tcp(*address, timeout=self.remaining_s(httpcore2.ConnectTimeout))
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                bounded = _DeadlineStream(stream, self)
                return NotingStream(bounded) if self._is_noting else bounded
        raise failure

    def remaining_s(self, exceeded: type[httpcore2.TimeoutException]) -> float:
        """Tell what an operation may take; raise ``exceeded`` when that is nothing."""
        remaining_s = self.deadline.remaining_s
        if not remaining_s:
            raise exceeded
        return remaining_s

    def _resolved(self, host: str, port: int) -> list[tuple[str, int]]:
        """Resolve a name in a daemon thread: ``getaddrinfo`` takes no timeout and cannot be interrupted."""
        answers: queue.SimpleQueue[list[tuple[str, int]] | Exception] = queue.SimpleQueue()

        def resolve() -> None:
            try:
                found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            except (OSError, UnicodeError) as error:
                # The second of a name with a label that no name can have.
                answers.put(error)
            else:
                answers.put([(str(address[0]), int(address[1])) for *_, address in found])

        threading.Thread(target=resolve, name="resolve", daemon=True).start()
        try:
            answer = answers.get(timeout=self.remaining_s(httpcore2.ConnectTimeout))
        except queue.Empty:
            raise httpcore2.ConnectTimeout from None
        if isinstance(answer, Exception):
            raise httpcore2.ConnectError(str(answer)) from answer
        return answer


class _DeadlineStream(httpcore2.NetworkStream):
    """A stream of such a network."""

    def __init__(self, stream: httpcore2.NetworkStream, network: _DeadlineNetwork) -> None:
        self._stream = stream
        self._network = network

    @override
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._network.remaining_s(httpcore2.ReadTimeout))

    @override
    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # One request fits a socket's buffer, so this is one operation.
        self._stream.write(buffer, self._network.remaining_s(httpcore2.WriteTimeout))

    @override
    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        # CPython bounds a whole handshake by the socket's timeout.
        remaining_s = self._network.remaining_s(httpcore2.ConnectTimeout)
        return _DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, remaining_s), self._network)

    @override
    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)

    @override
    def close(self) -> None:
        self._stream.close()


def _translated(error: httpx2.HTTPError | httpx2.InvalidURL, request: Request) -> ExchangeError:
    """Say in the program's own terms what the HTTP library could not do."""
    detail = f"{request!r}: {type(error).__name__}: {error}"
    match error:
        case httpx2.LocalProtocolError():
            # Its text may quote what cannot be sent.
            return InvalidReply(detail=f"{request!r}: {type(error).__name__}")
        case httpx2.TimeoutException():
            return DeadlineExceeded(detail=detail)
        case httpx2.ConnectError() if any(isinstance(each, ssl.SSLCertVerificationError) for each in causes(error)):
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
    for cause in causes(error):
        if isinstance(cause, h11.RemoteProtocolError):
            return not str(cause).startswith("peer closed connection")
    return False
