"""What Qt has to do is done between slices, however much is ready, and what it does keeps nobody waiting."""

from __future__ import annotations

import asyncio
import socket
import threading
from itertools import pairwise
from typing import Final

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.event_loop import EventLoop
from desktop_app.event_loop_slices import FRAME_BUDGET_S
from desktop_app.overriding import override
from tests.helpers.manual_time import ManualTime
from tests.helpers.polling import eventually

HANG_S: Final = 30.0
READY: Final = 50_000
CALLBACK_S: Final = FRAME_BUDGET_S / 40
PER_SLICE: Final = 40
FILLS: Final = pytest.mark.responsive(budget_ms=None, reason="one callback makes all of the others ready")


class Witness(QWidget):
    """Tells when it was reached."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = asyncio.Event()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        self.reached.set()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.reached.set()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        self.reached.set()


class Flood:
    """Callbacks that are ready at all times, until it ends."""

    def __init__(self, width: int = 1000) -> None:
        self.is_over = False
        self._loop = asyncio.get_running_loop()
        for _ in range(width):
            self._loop.call_soon(self._again)

    def _again(self) -> None:
        if not self.is_over:
            self._loop.call_soon(self._again)


def one_shot(interval_ms: int) -> QTimer:
    """Make a timer; `QTimer.singleShot` at 0 ms is none, but a posted event."""
    timer = QTimer()
    timer.setSingleShot(True)
    timer.setInterval(interval_ms)
    return timer


async def reached(event: asyncio.Event) -> None:
    async with asyncio.timeout(HANG_S):
        await event.wait()


def key_press() -> QEvent:
    return QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, "a")


def mouse_press() -> QEvent:
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    at = QPointF(5, 5)
    return QMouseEvent(QEvent.Type.MouseButtonPress, at, at, left, left, none)


@FILLS
@pytest.mark.parametrize("make_input", [key_press, mouse_press])
@pytest.mark.parametrize("posted_at", [0, 1, 17, 39, 40, 1000, READY - 2 * PER_SLICE])
def test_input_amid_ready_callbacks_is_served_before_another_slice_is(
    runner: asyncio.Runner, time: ManualTime, qtbot: QtBot, make_input: type, posted_at: int
) -> None:
    witness = Witness()
    qtbot.addWidget(witness)
    before_served: list[int] = []

    async def main() -> None:
        done = asyncio.Event()

        def work(number: int) -> None:
            time.sleep(CALLBACK_S)
            if number == posted_at:
                QCoreApplication.postEvent(witness, make_input())
            if not witness.reached.is_set():
                before_served.append(number)
            if number == READY - 1:
                done.set()

        for number in range(READY):
            asyncio.get_running_loop().call_soon(work, number)
        await reached(done)

    runner.run(main())
    assert witness.reached.is_set()
    assert len(before_served) - posted_at <= PER_SLICE


@FILLS
def test_a_slice_is_what_the_budget_holds(runner: asyncio.Runner, time: ManualTime) -> None:
    """Counted by a Qt timer at 0 ms, which has its turn between any two."""
    counts: list[int] = []

    async def main() -> None:
        done, so_far = asyncio.Event(), 0

        def work(number: int) -> None:
            nonlocal so_far
            time.sleep(CALLBACK_S)
            so_far += 1
            if number == READY - 1:
                done.set()

        for number in range(READY):
            asyncio.get_running_loop().call_soon(work, number)
        timer = QTimer()
        timer.timeout.connect(lambda: counts.append(so_far))
        timer.start(0)
        await reached(done)
        timer.stop()

    runner.run(main())
    most = max(later - earlier for earlier, later in pairwise(counts))
    # A slice begun amid what was ready, and one more, at the most.
    assert most <= 2 * PER_SLICE


@pytest.mark.parametrize("interval_ms", [0, 1, 20])
def test_a_flood_of_callbacks_starves_no_qt_timer(runner: asyncio.Runner, interval_ms: int) -> None:
    async def main() -> None:
        fired = asyncio.Event()
        flood, timer = Flood(), one_shot(interval_ms)
        timer.timeout.connect(fired.set)
        timer.start()
        await reached(fired)
        flood.is_over = True

    runner.run(main())


def test_a_flood_of_callbacks_starves_no_paint(runner: asyncio.Runner, qtbot: QtBot) -> None:
    witness = Witness()
    qtbot.addWidget(witness)

    async def main() -> None:
        flood = Flood()
        witness.show()
        for _ in range(3):
            await reached(witness.reached)
            witness.reached.clear()
            witness.update()
        flood.is_over = True

    runner.run(main())


@pytest.mark.parametrize("interval_ms", [0, 20])
@pytest.mark.parametrize("is_begun_by_a_slot", [False, True])
def test_a_flood_of_ready_sockets_starves_no_qt_timer(
    runner: asyncio.Runner, is_begun_by_a_slot: bool, interval_ms: int
) -> None:
    async def main(loop: EventLoop) -> None:
        timer = one_shot(interval_ms)
        fired, here, there = asyncio.Event(), *socket.socketpair()
        number_of_reads = 0

        def read() -> None:
            nonlocal number_of_reads
            number_of_reads += 1
            # Otherwise Qt would run a slice for the socket and one more in the same turn.
            assert loop._notifier is not None
            assert not loop._notifier.isEnabled()

        def begin() -> None:
            there.send(b"never read, so that it stays ready")
            loop.call_soon(loop.add_reader, here, read)
            timer.timeout.connect(fired.set)
            timer.start()

        if is_begun_by_a_slot:
            # While the loop sleeps, and Qt watches sockets for it.
            QTimer.singleShot(50, begin)
        else:
            begin()
        await reached(fired)
        loop.remove_reader(here)
        here.close()
        there.close()
        assert number_of_reads > 0
        assert not unhandled

    unhandled: list[dict[str, object]] = []
    loop = runner.get_loop()
    assert isinstance(loop, EventLoop)
    loop.set_exception_handler(lambda _loop, context: unhandled.append(context))
    runner.run(main(loop))


def test_a_ready_socket_starves_no_callback_and_no_timer(runner: asyncio.Runner) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        here, there = socket.socketpair()
        there.send(b"never read")
        loop.add_reader(here, lambda: None)
        async with asyncio.timeout(HANG_S):
            for _ in range(100):
                await asyncio.sleep(0)
            await asyncio.sleep(0.01)
        loop.remove_reader(here)
        here.close()
        there.close()

    runner.run(main())


def test_a_qt_timer_that_is_always_due_starves_no_coroutine(runner: asyncio.Runner) -> None:
    async def main() -> None:
        timer = QTimer()
        timer.timeout.connect(lambda: None)
        timer.start(0)
        async with asyncio.timeout(HANG_S):
            for _ in range(100):
                await asyncio.sleep(0)
            for _ in range(5):
                await asyncio.sleep(0.001)
        timer.stop()

    runner.run(main())


def when_asleep(loop: EventLoop) -> bool:
    return eventually(lambda: loop._is_asleep)


def test_another_thread_wakes_a_sleeping_loop(runner: asyncio.Runner) -> None:
    async def main(loop: EventLoop) -> None:
        for _ in range(20):
            woken = asyncio.Event()

            def wake(woken: asyncio.Event = woken) -> None:
                if when_asleep(loop):
                    loop.call_soon_threadsafe(woken.set)

            thread = threading.Thread(target=wake)
            thread.start()
            # Without a limit: its timer would wake the loop.
            await woken.wait()
            thread.join()

    loop = runner.get_loop()
    assert isinstance(loop, EventLoop)
    runner.run(main(loop))


def test_many_threads_lose_no_call(runner: asyncio.Runner) -> None:
    each, number_of_threads = 2000, 4

    async def main() -> None:
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        came: list[tuple[int, int]] = []

        def come(thread: int, number: int) -> None:
            came.append((thread, number))
            if len(came) == each * number_of_threads:
                done.set()

        def call(thread: int) -> None:
            for number in range(each):
                loop.call_soon_threadsafe(come, thread, number)

        threads = [threading.Thread(target=call, args=(number,)) for number in range(number_of_threads)]
        for thread in threads:
            thread.start()
        await reached(done)
        for thread in threads:
            thread.join()
        for which in range(number_of_threads):
            assert [number for of, number in came if of == which] == list(range(each))

    runner.run(main())


@pytest.mark.parametrize("way", ["call_soon", "call_later", "call_at", "create_task", "set_result"])
@pytest.mark.parametrize("sleeps_on", [None, 3600.0])
def test_a_slot_wakes_a_sleeping_loop(runner: asyncio.Runner, way: str, sleeps_on: float | None) -> None:
    async def main(loop: EventLoop) -> None:
        woken, future = asyncio.Event(), loop.create_future()
        was_asleep: list[bool] = []

        async def wake() -> None:
            woken.set()

        def slot() -> None:
            was_asleep.append(loop._is_asleep)
            match way:
                case "call_soon":
                    loop.call_soon(woken.set)
                case "call_later":
                    loop.call_later(0.01, woken.set)
                case "call_at":
                    loop.call_at(loop.time() + 0.01, woken.set)
                case "create_task":
                    slot.task = loop.create_task(wake())  # type: ignore[attr-defined]
                case "set_result":
                    future.set_result(None)

        future.add_done_callback(lambda _: woken.set())
        timer = None if sleeps_on is None else loop.call_later(sleeps_on, lambda: None)
        QTimer.singleShot(50, slot)
        # Without a limit: its timer would be what the loop sleeps on.
        await woken.wait()
        assert was_asleep == [True]
        if timer is not None:
            timer.cancel()

    loop = runner.get_loop()
    assert isinstance(loop, EventLoop)
    runner.run(main(loop))
