"""The process: its beginning, its ways to end, and its start after a crash."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from desktop_app.errors import UsageError
from desktop_app.service.serve import serve
from tests.helpers.service_process import ServiceNotReadyError, running_service, store_url
from tests.service.conftest import DEMO

if TYPE_CHECKING:
    from pathlib import Path

    from tests.helpers.service_process import ServiceProcess

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


def test_the_end_of_stdin_ends_it_cleanly(tmp_path: Path) -> None:
    with running_service(tmp_path) as service:
        assert urlsplit(service.url).hostname == "127.0.0.1"
        assert service.notices == ()
        assert service.process.stdin is not None
        service.process.stdin.close()
        assert service.wait() == 0
        assert service.log() == ""


@pytest.mark.parametrize("when", ["before it is ready", "while it serves"])
@posix_only
def test_the_death_of_its_parent_ends_it(tmp_path: Path, when: str) -> None:
    wait_until_ready = "service.stdout.readline()" if when == "while it serves" else ""
    parent_program = f"""
import json, os, signal, subprocess, sys
from tests.helpers import service_process as helper
service = subprocess.Popen([sys.executable, "-c", helper._PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
service.stdin.write(json.dumps(dict(store_url={f"sqlite:///{tmp_path}/store"!r}, port=0, secret=None,
    demo_account=False, allow_load=False, allow_faults=False, lifeline=True)).encode() + b"\\n")
service.stdin.flush()
{wait_until_ready}
os.kill(os.getpid(), signal.SIGKILL)
"""
    reading, writing = os.pipe()
    with subprocess.Popen([sys.executable, "-c", parent_program], pass_fds=[writing], stderr=writing) as parent:
        os.close(writing)
        assert parent.wait() == -signal.SIGKILL
    # The service has inherited the pipe: its end of file is the service's end.
    with os.fdopen(reading, "rb") as pipe:
        assert pipe.read() == b""


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@posix_only
def test_a_signal_ends_it_within_2_s_with_requests_under_way(tmp_path: Path, number: int, exit_code: int) -> None:
    with ExitStack() as stack:
        service = stack.enter_context(running_service(tmp_path, allow_load=True))
        client = stack.enter_context(service.client())
        client.put("/control/customer-load", json={"seconds": 60})
        token = client.post("/v1/sessions", json=DEMO).json()["token"]
        address = ("127.0.0.1", urlsplit(service.url).port or 0)
        preferences = f"GET /v1/me/preferences HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
        half_a_request = "POST /v1/sessions HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        half_a_body = half_a_request + 'Content-Length: 100\r\n\r\n{"email":'
        requests = ["", preferences, half_a_request, half_a_body]
        connections = [stack.enter_context(socket.create_connection(address)) for _ in requests]
        for connection, request in zip(connections, requests, strict=True):
            connection.sendall(request.encode())
        assert client.get("/healthz").status_code == 200  # sent later, so the others have been read
        start_s = time.monotonic()
        service.process.send_signal(number)
        assert service.wait() == exit_code
        assert time.monotonic() - start_s < 2
        assert service.log() == ""


@posix_only
def test_a_signal_while_it_starts_ends_it_cleanly(tmp_path: Path) -> None:
    program = f"""
import signal, sys
from desktop_app.service import serve as module
before = module._listening_socket
def listening_socket(port):
    signal.raise_signal(signal.SIGTERM)
    return before(port)
module._listening_socket = listening_socket
sys.exit(module.serve(store_url={f"sqlite:///{tmp_path}/store"!r}, port=0, secret=None, demo_account=False,
    allow_load=False, allow_faults=False, lifeline=False))
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 143


def test_after_a_crash_the_same_files_and_the_same_port_serve_on(tmp_path: Path) -> None:
    with running_service(tmp_path) as service, service.client() as client:
        token = client.post("/v1/sessions", json=DEMO).json()["token"]
        service.process.kill()
        service.wait()
    port = urlsplit(service.url).port or 0
    with running_service(tmp_path, port=port) as again, again.client() as client:
        assert again.url == service.url
        assert again.notices == ()
        response = client.get("/v1/me/preferences", headers={"Authorization": f"Bearer {token}"})
        assert response.json()["display_name"] == "Ada Lovelace"


def test_two_services_share_a_store(service: ServiceProcess, bearer: dict[str, str], tmp_path: Path) -> None:
    with running_service(tmp_path, store=store_url(service.directory)) as second, second.client() as client:
        assert client.get("/v1/me/preferences", headers=bearer).status_code == 200


def test_a_port_in_use_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = rf"can't listen on 127\.0\.0\.1:{port}"
        with pytest.raises(ServiceNotReadyError, match=told) as caught, running_service(tmp_path, port=port):
            pass
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_out_of_range_is_wrong_usage(tmp_path: Path, port: int) -> None:
    with pytest.raises(UsageError, match="port"):
        serve(
            store_url=f"sqlite:///{tmp_path / 'store'}",
            port=port,
            secret=None,
            demo_account=False,
            allow_load=False,
            allow_faults=False,
            lifeline=False,
        )


def test_it_imports_no_qt() -> None:
    program = (
        "import sys; sys.modules['PySide6'] = None; import desktop_app.service.server, desktop_app.service.serve"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
