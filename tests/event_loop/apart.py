"""Small programs on the event loop, each in a process of its own, where every warning is an error."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, NamedTuple

# Not a claim about speed: so that a failing test ends instead of hanging.
HANG_S: Final = 60.0
ASLEEP_S: Final = 0.05
"""So long a process has to have been left alone by the system to be held for asleep."""

BEGINNING: Final = """
import asyncio, contextvars, gc, os, select, signal, socket, sys, threading, time
from PySide6.QtCore import QEventLoop, QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from desktop_app.event_loop import EventLoop

app = QApplication([])

def say(*words):
    print(*words, flush=True)

def make_loop():
    loop = EventLoop(app)
    # Not a claim about speed: asyncio's debug mode tells of what a busy machine has made slow.
    loop.slow_callback_duration = 60
    return loop
"""


class Ended(NamedTuple):
    """How a program has ended."""

    code: int
    """Its exit code; a signal's number, negative, if that has ended it."""
    said: list[str]
    """The lines on stdout that were not read before."""
    complaints: str
    """What is on stderr."""


class Apart:
    """A program that runs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._said = _given(process.stdout)

    def hear(self) -> str:
        """Wait for the next line that it says; empty if it has ended."""
        return self._said.readline().rstrip("\n")

    def tell(self, line: str) -> None:
        """Write a line to its stdin."""
        stdin = _given(self._process.stdin)
        stdin.write(line + "\n")
        stdin.flush()

    def send_signal(self, number: signal.Signals) -> int:
        """Send it a signal; give when, in nanoseconds of the clock that it has, too."""
        now_ns = time.monotonic_ns()
        self._process.send_signal(number)
        return now_ns

    def wait_until_asleep(self) -> None:
        """Wait until its main thread has not run for a while: it waits in Qt, and nothing wakes it."""
        before, since_s, end_s = self._turns(), time.monotonic(), time.monotonic() + HANG_S
        while time.monotonic() - since_s < ASLEEP_S:
            time.sleep(ASLEEP_S / 5)
            assert time.monotonic() < end_s, "it does not fall asleep"
            now = self._turns()
            if not now or now != before:
                before, since_s = now, time.monotonic()

    def _turns(self) -> list[str]:
        """How often its main thread was sent to sleep, as Linux tells; nothing if it does not sleep now."""
        lines = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        state = [line for line in lines if line.startswith("State:")]
        if state[0].split()[1] != "S":
            return []
        return [line for line in lines if "ctxt_switches" in line]

    def end(self) -> Ended:
        """Wait until it has ended."""
        said, complaints = self._process.communicate()
        return Ended(self._process.returncode, said.splitlines(), complaints)


@contextmanager
def running(program: str, *arguments: str, **environment: str) -> Iterator[Apart]:
    """Run a program, of which `BEGINNING` is the beginning, and kill it if it has not ended at the end."""
    code = BEGINNING + textwrap.dedent(program)
    process = subprocess.Popen(
        [sys.executable, "-X", "dev", "-W", "error", "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", **environment},
    )
    guard = threading.Timer(HANG_S, process.kill)
    guard.start()
    with process:
        try:
            yield Apart(process)
        finally:
            guard.cancel()
            guard.join()
            process.kill()


def ended(program: str, *arguments: str, **environment: str) -> Ended:
    """Run a program to its end."""
    with running(program, *arguments, **environment) as apart:
        return apart.end()


def _given(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream
