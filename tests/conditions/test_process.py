"""The proxy's process: what it is started with, what it says, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest

from desktop_app.conditions.configuration import Configuration
from desktop_app.conditions.messages import Ready
from desktop_app.conditions.presets import PRESETS
from tests.conditions.processes import COMMAND, SECRET, ProxyProcess, toxics_of
from tests.conditions.upstreams import HANG_S, connect, read_exactly, sees_the_close

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desktop_app.conditions.configuration import Address

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals between processes")


@pytest.fixture
def proxy() -> Iterator[ProxyProcess]:
    """A process of the test's own; whatever was done to it, it has said nothing on stderr at its end."""
    process = ProxyProcess("--child")
    try:
        yield process
        process.end()
        assert process.stderr() == ""
    finally:
        process.dispose()


@pytest.fixture
def alone(echo_service: Address) -> Iterator[ProxyProcess]:
    """A proxy as somebody starts it in a terminal."""
    process = ProxyProcess("--upstream", str(echo_service), first_line=b"")
    yield process
    process.dispose()


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], input=stdin, capture_output=True, text=True, timeout=HANG_S, check=False
    )


def test_it_says_its_own_pid(proxy: ProxyProcess) -> None:
    assert proxy.ready.pid == proxy.process.pid


def test_it_listens_on_loopback(proxy: ProxyProcess) -> None:
    assert proxy.ready.host == "127.0.0.1"


def test_its_one_proxy_is_there_from_the_start_and_waits(proxy: ProxyProcess) -> None:
    with connect(proxy.address), proxy.client() as client:
        assert client.get("/proxies").json() == {
            "service": {
                "name": "service",
                "listen": str(proxy.address),
                "upstream": "",
                "enabled": True,
                "toxics": [],
                "seed": 0,
            }
        }


@pytest.mark.parametrize("secret", [None, "", "another", SECRET + "x"])
def test_a_child_is_controlled_with_its_secret_only(proxy: ProxyProcess, secret: str | None) -> None:
    with proxy.client(secret) as client:
        answer = client.post("/reset")
    assert (answer.status_code, answer.json()["status"]) == (403, 403)


def test_who_asks_before_it_can_answer_waits(proxy: ProxyProcess) -> None:
    # It has only just said that it is ready, and imports what answers.
    with proxy.client() as client:
        assert client.get("/version").status_code == 200


def test_a_child_that_is_told_no_secret_yet_controls_nothing() -> None:
    process = ProxyProcess("--child", first_line=b'{"secret": ')
    try:
        with socket.create_connection(process.control) as control:
            control.sendall(b"GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n")
            control.settimeout(1.0)
            with pytest.raises(TimeoutError):
                control.recv(1)
    finally:
        process.dispose()


@pytest.mark.parametrize("line", ["\n", "{}\n", '{"secret": ""}\n', '{"secret": 5}\n', "secret\n", "x" * 10_000])
def test_a_first_line_that_makes_no_sense_ends_it_with_2(line: str) -> None:
    ended = run("--child", stdin=line)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "first line of stdin" in ended.stderr


def test_the_end_of_stdin_before_the_secret_ends_it_with_0() -> None:
    ended = run("--child")
    assert (ended.returncode, ended.stderr) == (0, "")


def test_the_end_of_stdin_ends_it_with_0(proxy: ProxyProcess) -> None:
    assert proxy.end() == 0


def test_the_end_of_stdin_ends_it_also_with_connections_open(proxy: ProxyProcess, echo_service: Address) -> None:
    proxy.configure(Configuration(upstream=echo_service, toxics=toxics_of(PRESETS["silent"])))
    with connect(proxy.address) as client:
        client.sendall(b"anyone?")
        assert proxy.end() == 0
        assert sees_the_close(client)


@posix
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_signal_ends_it_with_its_code(proxy: ProxyProcess, number: signal.Signals, code: int) -> None:
    proxy.process.send_signal(number)
    assert proxy.process.wait(HANG_S) == code


@posix
def test_it_ends_when_its_parent_is_killed() -> None:
    source = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([*{list(COMMAND)!r}, '--child'], stdin=subprocess.PIPE)\n"
        f"child.stdin.write({json.dumps({'secret': SECRET}).encode()!r} + b'\\n')\n"
        "child.stdin.flush()\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        assert msgspec.json.decode(parent.stdout.readline(), type=Ready).port
        os.kill(parent.pid, signal.SIGKILL)
        # The pipe ends when the last process that holds it does: the proxy.
        assert parent.stdout.read() == b""


@posix
def test_a_parent_that_does_not_listen_ends_it() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        with subprocess.Popen([*COMMAND, "--child"], stdin=subprocess.PIPE, stdout=writer) as process:
            assert process.wait(HANG_S) == 0
    finally:
        os.close(writer)


def test_alone_it_forwards_at_once(alone: ProxyProcess) -> None:
    with connect(alone.address) as client:
        client.sendall(b"ping")
        assert read_exactly(client, 4) == b"ping"


def test_alone_it_is_controlled_without_a_secret(alone: ProxyProcess) -> None:
    with alone.client(None) as client:
        assert client.post("/reset").status_code == 204


def test_alone_it_does_not_end_with_stdin(alone: ProxyProcess) -> None:
    assert alone.process.stdin is not None
    alone.process.stdin.close()
    with alone.client(None) as client:
        assert client.get("/version").status_code == 200
    assert alone.process.poll() is None


@posix
def test_alone_it_ends_with_130_on_ctrl_c(alone: ProxyProcess) -> None:
    alone.process.send_signal(signal.SIGINT)
    assert (alone.process.wait(HANG_S), alone.stderr()) == (130, "")


def test_it_listens_where_it_is_told_to() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = ProxyProcess("--listen", f"localhost:{port}", first_line=b"")
    try:
        assert (process.ready.host, process.ready.port) == ("127.0.0.1", port)
    finally:
        process.dispose()


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["--upstream", "nowhere"], "'nowhere' is no address: it has to be HOST:PORT."),
        (["--upstream", "127.0.0.1:0"], "its port has to be from 1 to 65535"),
        (["--listen", "example.com:80"], "its host has to be an IP address, or localhost"),
        (["--listen", "127.0.0.1:70000"], "is no address"),
        (["--control", "0.0.0.0:0"], "at 127.0.0.1 or [::1]: 0.0.0.0:0 is neither."),
        (["--control", "127.0.0.2:0"], "at 127.0.0.1 or [::1]: 127.0.0.2:0 is neither."),
        (["--gremlin"], "unrecognized arguments: --gremlin (see python -m desktop_app.conditions --help)"),
    ],
)
def test_wrong_usage_is_one_clear_line_and_2(arguments: list[str], reason: str) -> None:
    ended = run(*arguments)
    assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
    assert reason in ended.stderr


@pytest.mark.parametrize("option", ["--listen", "--control"])
def test_a_port_that_is_taken_is_one_clear_line_and_1(option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ended = run(option, f"127.0.0.1:{taken.getsockname()[1]}")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == "desktop_app.conditions: The proxy can't start: address already in use.\n"


def test_its_help_has_an_example() -> None:
    ended = run("--help")
    assert ended.returncode == 0
    assert "curl -d" in ended.stdout


def test_it_loads_no_qt_and_is_ready_before_it_loads_a_web_server() -> None:
    source = (
        "import sys, desktop_app.conditions.__main__, desktop_app.conditions.service_control; print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert not {"PySide6", "starlette", "uvicorn"} & set(done.stdout.split())
