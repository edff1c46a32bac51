"""Real TCP servers and clients on loopback, in threads."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import threading
from typing import TYPE_CHECKING

from desktop_app.conditions.configuration import Address
from desktop_app.overriding import override

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Not a claim about speed: so that a failing test ends instead of hanging.
HANG_S = 30.0

# "Nothing came" is decided after this long.
QUIET_S = 0.3


@contextlib.contextmanager
def upstream(handle: Callable[[socket.socket], None]) -> Iterator[Address]:
    """Serve each connection with ``handle``, in a thread of its own, which closes it."""

    class Handler(socketserver.BaseRequestHandler):
        @override
        def handle(self) -> None:
            connection: socket.socket = self.request
            connection.settimeout(HANG_S)
            with contextlib.suppress(OSError):
                handle(connection)

    class Server(socketserver.ThreadingTCPServer):
        request_queue_size = 128  # the default of 5 loses connections that are made together, for a second

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Address(host="127.0.0.1", port=server.server_address[1])
        finally:
            server.shutdown()
            thread.join()


@contextlib.contextmanager
def refusing() -> Iterator[Address]:
    """An address that is taken, and where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield Address(host="127.0.0.1", port=taken.getsockname()[1])


def echo(connection: socket.socket) -> None:
    """Send back what comes, as it comes."""
    while data := connection.recv(65536):
        connection.sendall(data)


def connect(address: Address) -> socket.socket:
    return socket.create_connection((address.host, address.port), timeout=HANG_S)


def read_exactly(connection: socket.socket, size_bytes: int) -> bytes:
    data = bytearray()
    while len(data) < size_bytes:
        if not (more := connection.recv(65536)):
            raise AssertionError(f"closed after {len(data)} of {size_bytes} bytes")
        data += more
    return bytes(data)


def read_to_end(connection: socket.socket) -> bytes:
    data = bytearray()
    while more := connection.recv(65536):
        data += more
    return bytes(data)


def is_quiet(connection: socket.socket) -> bool:
    """Whether the connection stays open with nothing to read."""
    connection.settimeout(QUIET_S)
    try:
        connection.recv(1)
    except TimeoutError:
        return True
    finally:
        connection.settimeout(HANG_S)
    return False


def sees_the_close(connection: socket.socket) -> bool:
    """Whether the other side closes or resets, with nothing sent before."""
    try:
        return connection.recv(1) == b""
    except ConnectionError:
        return True
