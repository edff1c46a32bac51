"""A TCP server that does what a test scripts, byte by byte: for all that a proper HTTP server never does."""

from __future__ import annotations

import contextlib
import socket
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

# Not a claim about speed: so that a failing test ends instead of hanging.
HANG_S: Final = 30.0


@dataclass(frozen=True)
class ReceivedRequest:
    """A request as it came over the wire; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Connection:
    """One connection to the server, for the script; each method raises OSError once the other side is gone."""

    socket: socket.socket
    ending: threading.Event
    requests: list[ReceivedRequest]
    _received: bytes = field(default=b"", init=False)

    def receive(self) -> ReceivedRequest:
        """Wait for the next request, complete with its body."""
        while b"\r\n\r\n" not in self._received:
            self._receive_more()
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        length = int(headers.get("content-length", "0"))
        while len(self._received) < length:
            self._receive_more()
        body, self._received = self._received[:length], self._received[length:]
        request = ReceivedRequest(method, path, headers, body)
        self.requests.append(request)
        return request

    def send(self, data: bytes) -> None:
        """Send these bytes."""
        self.socket.sendall(data)

    def drip(self, data: bytes, pause_s: float = 0.02) -> None:
        """Send these bytes one at a time, until the other side or the server ends."""
        for i in range(len(data)):
            if self.ending.wait(pause_s):
                return
            self.send(data[i : i + 1])

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        """Send a proper reply; an underscore in a header's name stands for a hyphen."""
        self.send(raw_reply(status, body, **headers))

    def stay_silent(self) -> None:
        """Say nothing until the other side closes."""
        while self.socket.recv(65536):
            pass

    def _receive_more(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionAbortedError("closed by the other side")
        self._received += data


def raw_reply(status: int, body: bytes = b"", **headers: str) -> bytes:
    """Put together the bytes of a reply."""
    lines = {"Content-Length": str(len(body))} | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Status\r\n{head}\r\n".encode() + body


class ScriptedServer:
    """Listens on loopback and runs the script for each connection, in a thread of its own; a context manager.

    A script's OSError is the end of its connection and nothing more; any other error fails the test at the end.
    """

    def __init__(self, script: Callable[[Connection], None], port: int = 0) -> None:
        self._script = script
        self._ending = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", port), backlog=64)
        self._sockets: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._accept, name="scripted-server")]
        self._errors: list[Exception] = []
        self.requests: list[ReceivedRequest] = []
        self.port: int = self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def address(self) -> tuple[str, int]:
        """Where it is, as a socket takes it."""
        return ("127.0.0.1", self.port)

    @property
    def connections(self) -> int:
        """How many connections there have been."""
        return len(self._sockets)

    def wait_until_closed(self, connections: int) -> None:
        """Wait until the server has closed its first connections, this many."""
        for thread in self._threads[1 : 1 + connections]:
            thread.join(HANG_S)
            assert not thread.is_alive()

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ending.set()
        # Closing alone would not wake the thread that waits in accept().
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._threads[0].join(HANG_S)
        self._listener.close()
        for connection in self._sockets:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join(HANG_S)
        for connection in self._sockets:
            connection.close()
        if error is None and self._errors:
            raise self._errors[0]

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            connection.settimeout(HANG_S)
            self._sockets.append(connection)
            thread = threading.Thread(target=self._serve, args=(connection,), name="scripted-connection")
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            self._script(Connection(connection, self._ending, self.requests))
        except OSError:
            pass
        except Exception as error:  # noqa: BLE001 - raised again where the test sees it
            self._errors.append(error)
        finally:
            # As close() would end it; the socket itself is kept, to be shut down at the end.
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def refused_address() -> tuple[str, int]:
    """Find an address on loopback where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address: tuple[str, int] = taken.getsockname()
    return address
