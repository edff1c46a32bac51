"""The proxy's real process, as a parent sees it."""

from __future__ import annotations

import subprocess
import sys

import msgspec

from desktop_app.conditions.messages import (
    Address,
    Configuration,
    Event,
    Ready,
    decode_event,
    encode_line,
)
from desktop_app.conditions.presets import Conditions
from desktop_app.conditions.toxics import Toxic
from tests.conditions.upstreams import HANG_S

COMMAND = (sys.executable, "-m", "desktop_app.conditions")


class ProxyProcess:
    """Starts it, waits for its ready line, and talks to it."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        ready = self._event()
        assert isinstance(ready, Ready)
        self.ready = ready
        self.address = Address(host=ready.host, port=ready.port)

    def configure(self, configuration: Configuration) -> Event:
        return self.tell(encode_line(configuration))

    def tell(self, line: bytes) -> Event:
        assert self.process.stdin is not None
        self.process.stdin.write(line)
        self.process.stdin.flush()
        return self._event()

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
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()

    def _event(self) -> Event:
        assert self.process.stdout is not None
        return decode_event(self.process.stdout.readline())


def toxics_of(conditions: Conditions) -> tuple[Toxic, ...]:
    """Give a preset's toxics as the proxy understands them."""
    return msgspec.convert(conditions.toxics, tuple[Toxic, ...])
