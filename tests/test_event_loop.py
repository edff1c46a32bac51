"""The program's event loop: timers, the executor, start and stop, and how a process on it ends."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.daemon_executor import DaemonExecutor
from desktop_app.event_loop import EventLoop
from tests.helpers.drivers import qt_runner

HANG_S = 30.0


@pytest.fixture(scope="module")
def runner(qapp: QApplication) -> Iterator[asyncio.Runner]:
    with qt_runner(qapp) as runner:
        yield runner


@pytest.mark.parametrize("asked_ms", [0.1, 1, 1.3, 5, 7.9, 20, 50])
def test_a_timer_is_never_early(runner: asyncio.Runner, asked_ms: float) -> None:
    async def measure() -> list[int]:
        slept_ns = []
        for _ in range(5):
            start_ns = time.monotonic_ns()
            await asyncio.sleep(asked_ms / 1000)
            slept_ns.append(time.monotonic_ns() - start_ns)
        return slept_ns

    assert min(runner.run(measure())) >= asked_ms * 1_000_000


def test_a_timeout_is_never_early(runner: asyncio.Runner) -> None:
    async def measure() -> int:
        start_ns = time.monotonic_ns()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.033):
                await asyncio.get_running_loop().create_future()
        return time.monotonic_ns() - start_ns

    assert runner.run(measure()) >= 33_000_000


@pytest.mark.parametrize("delay_s", [0, -1])
def test_no_delay_is_the_next_turn(runner: asyncio.Runner, delay_s: float) -> None:
    async def wait() -> None:
        called = asyncio.Event()
        asyncio.get_running_loop().call_later(delay_s, called.set)
        await called.wait()

    runner.run(wait())


def test_timers_fire_in_their_order(runner: asyncio.Runner) -> None:
    async def order() -> list[int]:
        fired: list[int] = []
        loop = asyncio.get_running_loop()
        for delay_ms in (40, 10, 30, 20):
            loop.call_later(delay_ms / 1000, fired.append, delay_ms)
        loop.call_later(0.05, done.set)
        await done.wait()
        return fired

    done = asyncio.Event()
    assert runner.run(order()) == [10, 20, 30, 40]


def test_a_cancelled_timer_does_not_fire(runner: asyncio.Runner) -> None:
    async def cancel() -> list[str]:
        fired: list[str] = []
        asyncio.get_running_loop().call_later(0.001, fired.append, "cancelled").cancel()
        await asyncio.sleep(0.02)
        return fired

    assert runner.run(cancel()) == []


def test_a_dropped_async_generator_is_closed(runner: asyncio.Runner) -> None:
    closed = asyncio.Event()

    async def drop() -> None:
        async def numbers() -> AsyncIterator[int]:
            try:
                yield 1
                yield 2
            finally:
                closed.set()

        async for _ in numbers():
            break
        async with asyncio.timeout(HANG_S):
            await closed.wait()

    runner.run(drop())


async def answer() -> int:
    await asyncio.sleep(0.001)
    return 42


def test_a_loop_runs_again_after_it_was_stopped(runner: asyncio.Runner) -> None:
    assert [runner.run(answer()) for _ in range(2)] == [42, 42]


def test_a_second_loop_serves_after_the_first_was_closed(qapp: QApplication) -> None:
    for _ in range(2):
        with qt_runner(qapp) as runner:
            assert runner.run(answer()) == 42


def test_coroutines_go_on_while_a_test_waits(loop: EventLoop, qtbot: QtBot) -> None:
    async def work() -> int:
        await asyncio.sleep(0.001)
        return 42

    task = loop.create_task(work())
    qtbot.waitUntil(task.done)
    assert task.result() == 42


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
