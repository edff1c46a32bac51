"""How a loop starts, stops, runs again and is closed, and what is left of it."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import socket
import sys
import threading
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any, Final

import pytest
from PySide6.QtCore import QEventLoop, QObject, QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.event_loop import EventLoop
from tests.helpers.drivers import qt_runner

HANG_S: Final = 30.0
HANG_MS: Final = 30_000


@pytest.fixture(params=["this loop", "asyncio's"])
def either(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[asyncio.AbstractEventLoop]:
    """Both loops: what is expected of one is seen at the other."""
    loop = asyncio.SelectorEventLoop() if request.param == "asyncio's" else EventLoop(qapp)
    yield loop
    loop.close()
    del loop
    gc.collect()


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


def test_the_hooks_of_async_generators_are_given_back(either: asyncio.AbstractEventLoop) -> None:
    before = sys.get_asyncgen_hooks()

    async def hooks() -> Any:
        return sys.get_asyncgen_hooks()

    assert either.run_until_complete(hooks()) != before
    assert sys.get_asyncgen_hooks() == before


async def answer() -> int:
    await asyncio.sleep(0.001)
    return 42


def test_a_loop_runs_again_after_it_was_stopped(runner: asyncio.Runner) -> None:
    assert [runner.run(answer()) for _ in range(2)] == [42, 42]


def test_a_second_loop_serves_after_the_first_was_closed(qapp: QApplication) -> None:
    for _ in range(2):
        with qt_runner(qapp) as runner:
            assert runner.run(answer()) == 42


def test_two_loops_serve_in_turn(qapp: QApplication) -> None:
    with qt_runner(qapp) as first, qt_runner(qapp) as second:
        for _ in range(3):
            assert first.run(answer()) == 42
            assert second.run(answer()) == 42


def test_what_one_loop_was_given_does_not_run_on_the_other(qapp: QApplication) -> None:
    first, second, log = EventLoop(qapp), EventLoop(qapp), list[str]()
    first.call_soon(log.append, "first")
    first.call_later(0, log.append, "first, later")
    first.call_soon_threadsafe(log.append, "first, from a thread")
    assert second.run_until_complete(answer()) == 42
    assert log == []
    second.close()
    assert first.run_until_complete(answer()) == 42
    assert log == ["first", "first, from a thread", "first, later"]
    first.close()


def test_stop_before_the_run_lets_one_round_run(either: asyncio.AbstractEventLoop) -> None:
    log: list[str] = []

    def callback() -> None:
        log.append("first")
        either.call_soon(log.append, "second")

    either.stop()
    either.call_soon(callback)
    either.run_forever()
    assert log == ["first"]
    either.stop()
    either.run_forever()
    assert log == ["first", "second"]


def test_stop_amid_a_round_lets_it_end(either: asyncio.AbstractEventLoop) -> None:
    log: list[str] = []
    either.call_soon(log.append, "before")
    either.call_soon(either.stop)
    either.call_soon(log.append, "after")
    either.call_soon(lambda: either.call_soon(log.append, "next run"))
    either.run_forever()
    assert log == ["before", "after"]
    either.call_soon(either.stop)
    either.run_forever()
    assert log == ["before", "after", "next run"]


def test_stop_is_for_one_run_only(either: asyncio.AbstractEventLoop) -> None:
    for _ in range(3):
        either.stop()
        either.stop()
    either.run_forever()
    assert either.run_until_complete(answer()) == 42


def test_stop_lets_a_round_of_many_slices_end(qapp: QApplication) -> None:
    loop, log = EventLoop(qapp, frame_budget_s=0), list[int]()
    loop.call_soon(loop.stop)
    for number in range(1000):
        loop.call_soon(log.append, number)
    loop.run_forever()
    assert log == list(range(1000))
    loop.close()


def test_a_slot_stops_a_sleeping_loop(qapp: QApplication) -> None:
    loop, was_asleep = EventLoop(qapp), list[bool]()

    def slot() -> None:
        was_asleep.append(loop._is_asleep)
        loop.stop()

    QTimer.singleShot(50, slot)
    loop.run_forever()
    assert was_asleep == [True]
    loop.close()


def test_another_thread_stops_a_sleeping_loop(either: asyncio.AbstractEventLoop) -> None:
    thread = threading.Timer(0.05, either.call_soon_threadsafe, (either.stop,))
    thread.start()
    either.run_forever()
    thread.join()


def test_a_run_that_qt_ends_is_over_and_the_next_goes_on(qapp: QApplication) -> None:
    loop, log = EventLoop(qapp), list[int]()
    for number in range(10):
        loop.call_soon(log.append, number)
        if number == 4:
            loop.call_soon(qapp.exit)
    future = loop.create_future()
    with pytest.raises(RuntimeError, match="Event loop stopped before Future completed"):
        loop.run_until_complete(future)
    assert not loop.is_running()
    loop.call_soon(future.set_result, 42)
    assert loop.run_until_complete(future) == 42
    assert log == list(range(10))
    loop.close()


def test_an_exit_ends_the_run_at_once_and_the_next_goes_on(either: asyncio.AbstractEventLoop) -> None:
    log: list[str] = []
    context = contextvars.copy_context()

    def leave() -> None:
        raise SystemExit(3)

    either.call_soon(log.append, "before", context=context)
    either.call_soon(leave, context=context)
    either.call_soon(log.append, "after", context=context)
    with pytest.raises(SystemExit):
        either.run_forever()
    assert log == ["before"]
    assert not either.is_running()
    either.call_soon(either.stop)
    either.run_forever()
    assert log == ["before", "after"]


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()])
def test_a_runner_goes_on_after_an_exit(runner: asyncio.Runner, error: BaseException) -> None:
    """Each main task has the context that the runner was made with."""

    async def leave() -> None:
        await asyncio.sleep(0)
        raise error

    for _ in range(3):
        with pytest.raises(type(error)):
            runner.run(leave())
        assert runner.run(answer()) == 42


def test_a_running_loop_can_be_neither_run_nor_closed(runner: asyncio.Runner) -> None:
    """That of CPython 3.13.0 hangs from then on: this one alone."""
    loop = runner.get_loop()

    async def main() -> int:
        for run in (loop.run_forever, lambda: loop.run_until_complete(loop.create_future())):
            with pytest.raises(RuntimeError, match="This event loop is already running"):
                run()
        with pytest.raises(RuntimeError, match="Cannot close a running event loop"):
            loop.close()
        return await answer()

    assert runner.run(main()) == 42


def test_a_loop_cannot_run_within_another(qapp: QApplication, runner: asyncio.Runner) -> None:
    async def main() -> None:
        other = EventLoop(qapp)
        with pytest.raises(RuntimeError, match="Cannot run the event loop while another loop is running"):
            other.run_forever()
        other.close()
        assert asyncio.get_running_loop() is loop

    loop = runner.get_loop()
    runner.run(main())


def test_a_loop_is_closed_twice(either: asyncio.AbstractEventLoop) -> None:
    either.run_until_complete(answer())
    either.close()
    assert either.is_closed()
    either.close()
    assert either.is_closed()


USES: Final[list[Callable[[asyncio.AbstractEventLoop], object]]] = [
    lambda loop: loop.call_soon(print),
    lambda loop: loop.call_soon_threadsafe(print),
    lambda loop: loop.call_later(1, print),
    lambda loop: loop.call_at(1, print),
    lambda loop: loop.run_forever(),
    lambda loop: loop.run_until_complete(loop.create_future()),
    lambda loop: loop.run_in_executor(None, print),
    lambda loop: loop.add_reader(0, print),
]


@pytest.mark.parametrize("use", USES)
def test_a_closed_loop_refuses_to_be_used(
    either: asyncio.AbstractEventLoop, use: Callable[[asyncio.AbstractEventLoop], object]
) -> None:
    either.close()
    with pytest.raises(RuntimeError, match="Event loop is closed"):
        use(either)


def test_a_closed_loop_still_takes_what_says_nothing_more(either: asyncio.AbstractEventLoop) -> None:
    timer = either.call_later(10, print)
    either.close()
    timer.cancel()
    either.stop()
    assert not either.is_running()


def qt_objects() -> list[QObject]:
    gc.collect()
    kinds = (QTimer, QSocketNotifier)
    return [each for each in gc.get_objects() if isinstance(each, kinds)]


@pytest.mark.parametrize("is_run", [False, True])
def test_nothing_of_qt_s_is_left_of_a_closed_loop(qapp: QApplication, qtbot: QtBot, is_run: bool) -> None:
    before = len(qt_objects())
    loop = EventLoop(qapp)
    if is_run:
        here, there = socket.socketpair()
        loop.add_reader(here, print)
        loop.run_until_complete(answer())
        loop.remove_reader(here)
        here.close()
        there.close()
    bell, gone = loop._bell, list[str]()
    bell.destroyed.connect(lambda: gone.append("bell"))
    loop._alarm.destroyed.connect(lambda: gone.append("alarm"))
    del bell
    loop.close()
    kept = weakref.ref(loop)
    del loop
    # The instrument holds the loop that it found running until its next beat.
    qtbot.waitUntil(lambda: len(qt_objects()) == before, timeout=HANG_MS)
    assert kept() is None
    assert sorted(gone) == ["alarm", "bell"]


def test_a_hundred_loops_leave_nothing(qapp: QApplication) -> None:
    def one() -> None:
        with qt_runner(qapp) as runner:
            assert runner.run(answer()) == 42

    one()
    before, threads = len(gc.get_objects()), threading.active_count()
    for _ in range(100):
        one()
    assert len(gc.get_objects()) - before < 500
    assert threading.active_count() == threads


@pytest.mark.parametrize("ending", ["stop", "exit"])
def test_qt_s_loop_goes_on_idle_after_the_run(qapp: QApplication, ending: str) -> None:
    """What became ready after the run wakes nobody, again and again, before the next one."""
    loop, reads = EventLoop(qapp), list[str]()
    here, there = socket.socketpair()

    def read() -> None:
        reads.append("read")
        loop.remove_reader(here)

    loop.add_reader(here, read)
    QTimer.singleShot(20, loop.stop if ending == "stop" else qapp.exit)
    loop.run_forever()
    there.send(b"ready")
    loop.call_soon_threadsafe(reads.append, "called")
    rung: list[bool] = []
    loop._bell.rung.connect(lambda: rung.append(True))
    idle = QEventLoop()
    QTimer.singleShot(50, idle.quit)
    idle.exec()
    assert rung == []
    assert reads == []
    loop.run_until_complete(answer())
    assert sorted(reads) == ["called", "read"]
    loop.close()
    here.close()
    there.close()
