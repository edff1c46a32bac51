"""The proxy's real process, as a parent sees it."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import httpx2
import msgspec

from desktop_app.conditions.configuration import Address
from desktop_app.conditions.http_control import send
from desktop_app.conditions.messages import Ready
from desktop_app.conditions.toxics import Toxic
from desktop_app.wire import SECRET_HEADER
from tests.conditions.upstreams import HANG_S

if TYPE_CHECKING:
    from desktop_app.conditions.configuration import Configuration
    from desktop_app.conditions.presets import Conditions

COMMAND = (sys.executable, "-m", "desktop_app.conditions")
SECRET = "the-proxy's-secret"


class ProxyProcess:
    """Starts it, waits for its ready line, and controls it.

    Args:
        arguments: Of its command line.
        first_line: What it is told on stdin.
    """

    def __init__(self, *arguments: str, first_line: bytes = msgspec.json.encode({"secret": SECRET}) + b"\n") -> None:
        self.process = subprocess.Popen(
            [*COMMAND, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(first_line)
        self.process.stdin.flush()
        self.ready = msgspec.json.decode(self.process.stdout.readline(), type=Ready)
        self.address = Address(self.ready.host, self.ready.port)
        self.control = ("127.0.0.1", self.ready.control_port)

    def configure(self, configuration: Configuration) -> None:
        """Put a whole configuration in the place of the last one."""
        entry = {
            "name": "service",
            "upstream": configuration.upstream and str(configuration.upstream),
            "enabled": configuration.enabled,
            "toxics": configuration.toxics,
            "seed": configuration.seed,
        }
        send("POST", *self.control, "/populate", SECRET, msgspec.json.encode([entry]), HANG_S)

    def client(self, secret: str | None = SECRET) -> httpx2.Client:
        """Return a client of its control; to be closed."""
        headers = {} if secret is None else {SECRET_HEADER: secret}
        url = f"http://127.0.0.1:{self.ready.control_port}"
        return httpx2.Client(base_url=url, headers=headers, trust_env=False, timeout=HANG_S)

    def end(self) -> int:
        """Cut the lifeline and return the exit code."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(HANG_S)

    def stderr(self) -> str:
        """All that it said on stderr, once it has ended."""
        assert self.process.stderr is not None
        return self.process.stderr.read().decode()

    def dispose(self) -> None:
        """End it, whatever became of it."""
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()


def toxics_of(conditions: Conditions) -> tuple[Toxic, ...]:
    """Give a preset's toxics as the proxy understands them."""
    return msgspec.convert(conditions.toxics, tuple[Toxic, ...])
