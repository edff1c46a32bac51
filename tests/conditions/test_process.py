"""The proxy's process: what it is told, what it says, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from desktop_app.conditions.messages import (
    MAX_LINE_BYTES,
    Address,
    Configuration,
    Configured,
    Ready,
    Rejected,
    decode_event,
)
from desktop_app.conditions.presets import PRESETS
from tests.conditions.processes import COMMAND, toxics_of
from tests.conditions.upstreams import HANG_S, connect, read_exactly, sees_the_close

if TYPE_CHECKING:
    from tests.conditions.processes import ProxyProcess

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals between processes")


def test_it_says_its_own_pid(proxy: ProxyProcess) -> None:
    assert proxy.ready.pid == proxy.process.pid


def test_it_listens_on_loopback(proxy: ProxyProcess) -> None:
    assert proxy.ready.host == "127.0.0.1"


def test_it_confirms_a_configuration(proxy: ProxyProcess, echo_service: Address) -> None:
    assert proxy.configure(Configuration(upstream=echo_service)) == Configured()


def test_toxiproxys_own_json_is_understood(proxy: ProxyProcess) -> None:
    line = (
        b'{"upstream": {"host": "127.0.0.1", "port": 80}, "toxics": [{"name": "slow", "type": "latency", '
        b'"stream": "downstream", "toxicity": 1.0, "attributes": {"latency": 1000, "jitter": 50}}]}\n'
    )
    assert proxy.tell(line) == Configured()


def test_a_rejected_line_says_why(proxy: ProxyProcess) -> None:
    event = proxy.tell(b'{"toxics": [{"type": "gremlin"}]}\n')
    assert event == Rejected(reason="Invalid value 'gremlin' - at `$.toxics[0].type`")


def test_an_endless_line_is_rejected_once(proxy: ProxyProcess) -> None:
    event = proxy.tell(b" " * MAX_LINE_BYTES * 3 + b"{}\n")
    assert isinstance(event, Rejected)
    assert proxy.tell(b"{}\n") == Configured()


def test_after_a_rejected_line_the_old_configuration_stays(proxy: ProxyProcess, echo_service: Address) -> None:
    proxy.configure(Configuration(upstream=echo_service))
    proxy.tell(b'{"upstream": 5}\n')
    with connect(proxy.address) as client:
        client.sendall(b"ping")
        assert read_exactly(client, 4) == b"ping"


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
        f"child = subprocess.Popen({list(COMMAND)!r}, stdin=subprocess.PIPE)\n"
        "time.sleep(600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        ready = decode_event(parent.stdout.readline())
        assert isinstance(ready, Ready)
        os.kill(parent.pid, signal.SIGKILL)
        # The pipe ends when the last process that holds it does: the proxy.
        assert parent.stdout.read() == b""


def test_a_parent_that_stops_listening_ends_it(proxy: ProxyProcess) -> None:
    assert proxy.process.stdout is not None
    assert proxy.process.stdin is not None
    proxy.process.stdout.close()
    proxy.process.stdin.write(b"{}\n")
    proxy.process.stdin.flush()
    assert proxy.process.wait(HANG_S) == 0


def test_it_loads_no_qt() -> None:
    source = (
        "import sys, desktop_app.conditions.__main__, desktop_app.conditions.service_control; print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert "PySide6" not in done.stdout
