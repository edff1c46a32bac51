"""Asking a real HTTP server for database load."""

from __future__ import annotations

import contextlib
import http.server
import socket
import threading
from typing import TYPE_CHECKING, NamedTuple

import pytest

from desktop_app.conditions.database import arm_customer_load, disarm_customer_load
from desktop_app.errors import InvalidReply, ServiceFault, ServiceUnreachable, UsageError
from desktop_app.overriding import override
from tests.conditions.upstreams import HANG_S, read_to_end, refusing, upstream

if TYPE_CHECKING:
    from collections.abc import Iterator


class Request(NamedTuple):
    method: str
    path: str
    secret: str | None
    body: bytes


class Control(NamedTuple):
    port: int
    requests: list[Request]


@contextlib.contextmanager
def control_answering(status: int) -> Iterator[Control]:
    requests: list[Request] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            requests.append(Request(self.command, self.path, self.headers.get("Desktop-App-Secret"), body))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_PUT = do_DELETE = _answer  # noqa: N815 -- http.server's names

        @override
        def log_message(self, format: str, *args: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield Control(server.server_address[1], requests)
        finally:
            server.shutdown()
            thread.join()


def test_arming_puts_the_load() -> None:
    with control_answering(204) as control:
        arm_customer_load("127.0.0.1", control.port, "s3", timeout_s=HANG_S)
    expected = Request("PUT", "/control/customer-load", "s3", b'{"connections": 2, "seconds": 6.0}')
    assert control.requests == [expected]


def test_disarming_deletes_the_load() -> None:
    with control_answering(204) as control:
        disarm_customer_load("127.0.0.1", control.port, "s3", timeout_s=HANG_S)
    assert control.requests == [Request("DELETE", "/control/customer-load", "s3", b"")]


def test_without_a_secret_no_header_is_sent() -> None:
    with control_answering(200) as control:
        disarm_customer_load("127.0.0.1", control.port, None, timeout_s=HANG_S)
    assert control.requests[0].secret is None


@pytest.mark.parametrize("status", [302, 403, 404, 500])
def test_any_other_status_is_a_fault_with_its_number(status: int) -> None:
    with control_answering(status) as control, pytest.raises(ServiceFault, match=str(status)):
        arm_customer_load("127.0.0.1", control.port, "s3", timeout_s=HANG_S)


def test_a_refused_connection_is_unreachable() -> None:
    with refusing() as address, pytest.raises(ServiceUnreachable):
        arm_customer_load(address.host, address.port, "s3", timeout_s=HANG_S)


def test_a_service_that_closes_without_an_answer_is_unreachable() -> None:
    with upstream(lambda connection: connection.close()) as address, pytest.raises(ServiceUnreachable):
        arm_customer_load(address.host, address.port, "s3", timeout_s=HANG_S)


def test_a_service_that_never_answers_is_unreachable_after_the_timeout() -> None:
    def listen(connection: socket.socket) -> None:
        read_to_end(connection)

    with upstream(listen) as address, pytest.raises(ServiceUnreachable):
        arm_customer_load(address.host, address.port, "s3", timeout_s=0.1)


def test_what_does_not_speak_http_is_an_invalid_reply() -> None:
    def gibber(connection: socket.socket) -> None:
        connection.recv(1)
        connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")
        read_to_end(connection)

    with upstream(gibber) as address, pytest.raises(InvalidReply):
        arm_customer_load(address.host, address.port, "s3", timeout_s=HANG_S)


@pytest.mark.parametrize("host", ["192.0.2.1", "example.com", "127.0.0.1.example.com", "::"])
def test_another_machine_is_not_asked(host: str) -> None:
    with pytest.raises(UsageError, match="this machine"):
        arm_customer_load(host, 80, "s3", timeout_s=HANG_S)


@pytest.mark.parametrize("status", [302, 500])
def test_no_error_tells_the_secret(status: int) -> None:
    with control_answering(status) as control, pytest.raises(ServiceFault) as caught:
        arm_customer_load("127.0.0.1", control.port, "s3cr3t", timeout_s=HANG_S)
    assert "s3cr3t" not in f"{caught.value!r} {caught.value.detail}"
