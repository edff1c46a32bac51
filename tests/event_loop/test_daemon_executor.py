"""The executor: its threads, what waits for them, and how it ends."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from typing import Final

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.daemon_executor import DaemonExecutor
from tests.helpers.drivers import qt_runner
from tests.helpers.polling import eventually

HANG_S: Final = 30.0
END_S: Final = 0.05


@pytest.fixture
def runner(qapp: QApplication) -> Iterator[asyncio.Runner]:
    with qt_runner(qapp) as runner:
        yield runner


def test_a_call_in_the_executor_gives_its_result(runner: asyncio.Runner) -> None:
    async def ask() -> tuple[int, bool]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, lambda: (42, threading.current_thread().daemon))

    assert runner.run(ask()) == (42, True)


def test_an_error_in_the_executor_reaches_who_awaits_it(runner: asyncio.Runner) -> None:
    def fail() -> None:
        raise LookupError("here")

    async def ask() -> None:
        await asyncio.get_running_loop().run_in_executor(None, fail)

    with pytest.raises(LookupError, match="here"):
        runner.run(ask())


@pytest.mark.parametrize("error", [ValueError("x"), KeyboardInterrupt(), SystemExit(3)])
def test_the_executor_keeps_every_error_for_the_future(error: BaseException) -> None:
    def fail() -> None:
        raise error

    assert DaemonExecutor().submit(fail).exception(HANG_S) is error


def test_the_executor_passes_arguments_on() -> None:
    assert DaemonExecutor().submit(divmod, 17, 5).result(HANG_S) == (3, 2)


def test_a_stuck_call_holds_no_other_up() -> None:
    executor, released = DaemonExecutor(), threading.Event()
    stuck = executor.submit(released.wait, HANG_S)
    try:
        assert executor.submit(lambda: 42).result(HANG_S) == 42
        assert not stuck.done()
    finally:
        released.set()
        stuck.result(HANG_S)


def test_a_running_call_cannot_be_cancelled() -> None:
    started, released = threading.Event(), threading.Event()

    def work() -> None:
        started.set()
        released.wait(HANG_S)

    future = DaemonExecutor().submit(work)
    assert started.wait(HANG_S)
    assert not future.cancel()
    released.set()
    assert future.result(HANG_S) is None


def test_leaving_the_executor_waits_for_nothing() -> None:
    released = threading.Event()
    with DaemonExecutor() as executor:
        stuck = executor.submit(released.wait, HANG_S)
    assert not stuck.done()
    released.set()
    assert stuck.result(HANG_S)


STUCK = """
import asyncio, threading
from PySide6.QtWidgets import QApplication
from desktop_app.event_loop import EventLoop

app = QApplication([])
never = threading.Event()

async def main():
    stuck = asyncio.get_running_loop().run_in_executor(None, never.wait)
    await asyncio.wait((stuck,), timeout=0.01)
    stuck.cancel()

with asyncio.Runner(loop_factory=lambda: EventLoop(app)) as runner:
    runner.run(main())
print("closed", flush=True)
"""


def test_a_stuck_call_holds_up_neither_the_close_nor_the_exit() -> None:
    ended = subprocess.run(
        [sys.executable, "-X", "dev", "-c", STUCK], capture_output=True, text=True, timeout=HANG_S, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "closed\n", "")
