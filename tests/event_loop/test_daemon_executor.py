"""The executor: its threads, what waits for them, and how it ends."""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Final

import pytest

from desktop_app.daemon_executor import DaemonExecutor
from tests.helpers.polling import eventually

HANG_S: Final = 30.0
END_S: Final = 0.05


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


def blocked(executor: DaemonExecutor, released: threading.Event, number: int) -> list[Future[bool]]:
    """Have that many calls block until then, and wait for them to run."""
    started = threading.Semaphore(0)

    def block() -> bool:
        started.release()
        return released.wait(HANG_S)

    futures = [executor.submit(block) for _ in range(number)]
    for _ in futures:
        assert started.acquire(timeout=HANG_S)
    return futures


class Within:
    """Counts who is within at the same time."""

    def __init__(self, full: int) -> None:
        self.most = self._now = 0
        self.are_full = threading.Event()
        self._full = full
        self._lock = threading.Lock()

    def enter(self, released: threading.Event) -> None:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
            if self._now == self._full:
                self.are_full.set()
        released.wait(HANG_S)
        with self._lock:
            self._now -= 1


def test_there_are_no_more_threads_than_allowed() -> None:
    executor, released, running = DaemonExecutor(most_threads=3), threading.Event(), Within(3)
    before = threading.active_count()
    futures = [executor.submit(running.enter, released) for _ in range(20)]
    assert running.are_full.wait(HANG_S)
    assert threading.active_count() - before == 3
    released.set()
    assert [future.result(HANG_S) for future in futures] == [None] * 20
    assert running.most == 3
    executor.shutdown()


def test_an_idle_thread_is_used_again() -> None:
    executor, threads = DaemonExecutor(), set[int]()
    for _ in range(50):
        threads.add(executor.submit(threading.get_ident).result(HANG_S))
        assert eventually(lambda: executor._idle._value == 1)
    assert len(threads) == 1
    executor.shutdown()


def test_calls_begin_in_the_order_in_which_they_were_submitted() -> None:
    executor, released, order = DaemonExecutor(most_threads=1), threading.Event(), list[int]()
    blocked(executor, released, 1)
    futures = [executor.submit(order.append, number) for number in range(100)]
    released.set()
    for future in futures:
        future.result(HANG_S)
    assert order == list(range(100))
    executor.shutdown()


def test_a_call_that_was_cancelled_while_it_waited_is_never_made() -> None:
    executor, released, made = DaemonExecutor(most_threads=1), threading.Event(), list[str]()
    blocked(executor, released, 1)
    cancelled, last = executor.submit(made.append, "cancelled"), executor.submit(made.append, "last")
    assert cancelled.cancel()
    released.set()
    last.result(HANG_S)
    assert made == ["last"]
    executor.shutdown()


def test_shutdown_waits_for_what_runs_and_for_what_waits() -> None:
    executor, done = DaemonExecutor(most_threads=2), list[int]()
    for number in range(50):
        executor.submit(done.append, number)
    executor.shutdown()
    assert sorted(done) == list(range(50))


def test_shutdown_leaves_a_stuck_call_to_itself_and_cancels_what_waits_behind_it() -> None:
    executor, released = DaemonExecutor(most_threads=2, longest_end_s=END_S), threading.Event()
    stuck = blocked(executor, released, 2)
    waiting = [executor.submit(lambda: 42) for _ in range(3)]
    threads = list(executor._threads)
    begin_s = time.monotonic()
    executor.shutdown()
    assert time.monotonic() - begin_s >= END_S
    assert not any(future.done() for future in stuck)
    for future in waiting:
        with pytest.raises(CancelledError):
            future.result(0)
    released.set()
    assert all(future.result(HANG_S) for future in stuck)
    for thread in threads:
        thread.join(HANG_S)
    assert not any(thread.is_alive() for thread in threads)


def test_the_limit_is_for_all_threads_together() -> None:
    """Not a claim about speed: ten times as long would be wrong by far."""
    executor, released = DaemonExecutor(longest_end_s=0.5), threading.Event()
    blocked(executor, released, 20)
    begin_s = time.monotonic()
    executor.shutdown()
    assert time.monotonic() - begin_s < 20 * 0.5 / 2
    released.set()


def test_shutdown_without_waiting_lets_what_was_submitted_be_done() -> None:
    executor, released = DaemonExecutor(most_threads=1), threading.Event()
    (stuck,) = blocked(executor, released, 1)
    waiting = executor.submit(lambda: 42)
    executor.shutdown(wait=False)
    assert not stuck.done()
    released.set()
    assert waiting.result(HANG_S) == 42


def test_shutdown_cancels_what_waits_if_it_is_told_to() -> None:
    executor, released = DaemonExecutor(most_threads=1), threading.Event()
    (stuck,) = blocked(executor, released, 1)
    waiting = executor.submit(lambda: 42)
    executor.shutdown(wait=False, cancel_futures=True)
    assert waiting.cancelled()
    released.set()
    assert stuck.result(HANG_S)
    (thread,) = executor._threads
    thread.join(HANG_S)
    assert not thread.is_alive()


def test_nothing_can_be_submitted_after_shutdown() -> None:
    executor = DaemonExecutor()
    executor.shutdown()
    with pytest.raises(RuntimeError, match="takes no more calls"):
        executor.submit(lambda: 42)
    executor.shutdown()


def test_leaving_the_executor_shuts_it_down() -> None:
    with DaemonExecutor() as executor:
        future = executor.submit(lambda: 42)
    assert future.result(0) == 42
    with pytest.raises(RuntimeError, match="takes no more calls"):
        executor.submit(lambda: 42)


class Big:
    """What nobody should hold on to."""


def give_back(big: Big) -> Big:
    return big


def fail_over(big: Big) -> None:
    raise LookupError("over it")


@pytest.mark.parametrize("call", [give_back, fail_over])
def test_neither_arguments_nor_results_are_kept(call: Callable[[Big], object]) -> None:
    """Without the garbage collector: not in a cycle, either."""
    executor, big = DaemonExecutor(), Big()
    kept = weakref.ref(big)
    gc.disable()
    try:
        future = executor.submit(call, big)
        future.exception(HANG_S)
        assert eventually(lambda: executor._idle._value == 1)
        del future, big
        assert kept() is None
    finally:
        gc.enable()
    executor.shutdown()


@pytest.mark.parametrize("call", [give_back, fail_over])
def test_a_call_s_future_keeps_no_argument(call: Callable[[Big], object], runner: asyncio.Runner) -> None:
    kept: list[weakref.ref[Big]] = []

    async def main() -> None:
        loop, big = asyncio.get_running_loop(), Big()
        kept.append(weakref.ref(big))
        await asyncio.gather(loop.run_in_executor(None, call, big), return_exceptions=True)

    runner.run(main())
    gc.collect()
    assert kept[0]() is None


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
