"""httpcore2 within a deadline, on the way that the endpoint says, and with its phases told."""

from __future__ import annotations

import queue
import socket
import threading
from typing import TYPE_CHECKING, Any

import httpcore2

from desktop_app.overriding import override
from desktop_app.preferences.deadline import Deadline
from desktop_app.preferences.phases import RequestPhases, current

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from ssl import SSLContext

    from desktop_app.preferences.transport import Endpoint


class DeadlineNetwork(httpcore2.NetworkBackend):
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
                return _NotingStream(bounded) if self._is_noting else bounded
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

    def __init__(self, stream: httpcore2.NetworkStream, network: DeadlineNetwork) -> None:
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


class _NotingStream(httpcore2.NetworkStream):
    """A stream that tells whoever reads from it that bytes have come."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    @override
    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._stream.read(max_bytes, timeout)
        phases = current.get()
        if data and phases is not None:
            phases.first_byte()
        return data

    @override
    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    @override
    def start_tls(self, *args: Any, **kwargs: Any) -> httpcore2.NetworkStream:
        return _NotingStream(self._stream.start_tls(*args, **kwargs))

    @override
    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)

    @override
    def close(self) -> None:
        self._stream.close()


def tracing(phases: RequestPhases) -> Callable[[str, Mapping[str, Any]], None]:
    """Give what takes the events of httpcore2's ``trace`` extension (https://www.encode.io/httpcore/extensions/)."""

    def trace(event: str, _info: Mapping[str, Any]) -> None:
        name = event.partition(".")[2]
        match name:
            case "connect_tcp.started":
                phases.connecting()
            case "send_request_headers.started":
                phases.sending()
            case "receive_response_headers.started":
                phases.waiting()
            case "receive_response_body.complete":
                phases.end()
            case _ if name.endswith(".failed") and not name.startswith("send_"):
                # A request that could not be sent may have been answered nevertheless.
                phases.end()

    return trace
