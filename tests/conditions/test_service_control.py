"""Asking a real HTTP server for faults and for database load, and the real service, too."""

from __future__ import annotations

import contextlib
import http.server
import socket
import threading
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import pytest

from desktop_app.conditions.service_control import control_service
from desktop_app.errors import InvalidReply, ServiceFault, ServiceUnreachable, UsageError
from desktop_app.overriding import override
from tests.conditions.upstreams import HANG_S, read_to_end, refusing, upstream
from tests.helpers.service_process import running_service

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FAULTS = [{"method": "GET", "first": 2, "status": 503}]


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


def put_into_force(
    port: int, host: str = "127.0.0.1", secret: str | None = "s3cr3t", timeout_s: float = HANG_S
) -> None:
    control_service(host, port, secret, database_load=True, faults=(), timeout_s=timeout_s)


def test_exactly_what_is_given_is_put_into_force() -> None:
    with control_answering(200) as control:
        control_service("127.0.0.1", control.port, "s3", database_load=True, faults=FAULTS, timeout_s=HANG_S)
    assert control.requests == [
        Request("PUT", "/control/faults", "s3", b'{"faults": [{"method": "GET", "first": 2, "status": 503}]}'),
        Request("PUT", "/control/customer-load", "s3", b'{"customers": 4, "seconds": 6.0, "now": false}'),
    ]


def test_what_is_not_given_is_taken_out_of_force() -> None:
    with control_answering(200) as control:
        control_service("127.0.0.1", control.port, "s3", database_load=False, faults=(), timeout_s=HANG_S)
    assert control.requests == [
        Request("PUT", "/control/faults", "s3", b'{"faults": []}'),
        Request("DELETE", "/control/customer-load", "s3", b""),
    ]


def test_without_a_secret_no_header_is_sent() -> None:
    with control_answering(200) as control:
        put_into_force(control.port, secret=None)
    assert {request.secret for request in control.requests} == {None}


@pytest.mark.parametrize("status", [302, 403, 404, 500])
def test_any_other_status_is_a_fault_with_its_number_and_without_the_secret(status: int) -> None:
    with control_answering(status) as control, pytest.raises(ServiceFault, match=str(status)) as caught:
        put_into_force(control.port)
    assert "s3cr3t" not in f"{caught.value!r} {caught.value.detail}"


def test_a_refused_connection_is_unreachable() -> None:
    with refusing() as address, pytest.raises(ServiceUnreachable):
        put_into_force(address.port)


def test_a_service_that_closes_without_an_answer_is_unreachable() -> None:
    with upstream(lambda connection: connection.close()) as address, pytest.raises(ServiceUnreachable):
        put_into_force(address.port)


def test_a_service_that_never_answers_is_unreachable_after_the_timeout() -> None:
    def listen(connection: socket.socket) -> None:
        read_to_end(connection)

    with upstream(listen) as address, pytest.raises(ServiceUnreachable):
        put_into_force(address.port, timeout_s=0.1)


def test_what_does_not_speak_http_is_an_invalid_reply() -> None:
    def gibber(connection: socket.socket) -> None:
        connection.recv(1)
        connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")
        read_to_end(connection)

    with upstream(gibber) as address, pytest.raises(InvalidReply):
        put_into_force(address.port)


@pytest.mark.parametrize("host", ["192.0.2.1", "example.com", "127.0.0.1.example.com", "::"])
def test_another_machine_is_not_asked(host: str) -> None:
    with pytest.raises(UsageError, match="this machine"):
        put_into_force(80, host)


def test_the_real_service_does_what_it_is_told(tmp_path: Path) -> None:
    with running_service(tmp_path, allow_load=True, allow_faults=True, secret="s3cr3t") as service:
        port = urlsplit(service.url).port or 0
        with service.client() as client:
            control_service(
                "127.0.0.1", port, "s3cr3t", database_load=True, faults=FAULTS, now=True, timeout_s=HANG_S
            )
            assert client.get("/control/customer-load").json() == {"armed": True, "running": True}
            assert client.get("/v1/me/preferences").status_code == 503
            control_service("127.0.0.1", port, "s3cr3t", database_load=False, faults=(), timeout_s=HANG_S)
            assert client.get("/control/customer-load").json() == {"armed": False, "running": False}
            assert client.get("/control/faults").json() == {"faults": []}


def test_a_service_that_does_not_allow_it_refuses(tmp_path: Path) -> None:
    with running_service(tmp_path, allow_load=True) as service, pytest.raises(ServiceFault, match="404"):
        put_into_force(urlsplit(service.url).port or 0)
