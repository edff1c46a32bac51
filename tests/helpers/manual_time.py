"""Time that passes when a test says so, for all that goes by a clock: the event loop, timers, sleeps, the disk."""

from __future__ import annotations

import heapq
import itertools
from asyncio import TimerHandle
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextvars import Context
from datetime import UTC, datetime, timedelta
from typing import Any, Final, ParamSpec, TypeVar

from PySide6.QtCore import QObject, Qt, Signal

from desktop_app.app import Application
from desktop_app.event_loop import EventLoop
from desktop_app.overriding import override

P = ParamSpec("P")
T = TypeVar("T")
NS_PER_MS: Final = 1_000_000
NS_PER_S: Final = 1_000_000_000
BEGIN: Final = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


class ManualTime:
    """What time it is, and what is due when."""

    def __init__(self) -> None:
        self.now_ns = 1000 * NS_PER_S
        self._due: list[tuple[int, int, Callable[[], object]]] = []
        self._number = itertools.count()

    def monotonic_ns(self) -> int:
        """As ``time.monotonic_ns``."""
        return self.now_ns

    def wall(self) -> datetime:
        """Tell date and time; they go on as the monotonic clock does."""
        return BEGIN + timedelta(microseconds=self.now_ns // 1000)

    def sleep(self, duration_s: float) -> None:
        """As ``time.sleep``: time passes, and nobody is served meanwhile."""
        self.now_ns += round(duration_s * NS_PER_S)

    def call_in(self, duration_ns: int, call: Callable[[], object]) -> None:
        """Have something called once that much time has passed, in the order in which it is due."""
        heapq.heappush(self._due, (self.now_ns + duration_ns, next(self._number), call))

    def next_due_ns(self) -> int | None:
        """Tell when something is due next."""
        return self._due[0][0] if self._due else None

    def run_due(self) -> bool:
        """Call what is due by now; tell whether anything was."""
        has_run = False
        while self._due and self._due[0][0] <= self.now_ns:
            _, _, call = heapq.heappop(self._due)
            call()
            has_run = True
        return has_run

    def forget(self) -> None:
        """Have nothing called any more."""
        self._due.clear()


class ManualTimer(QObject):
    """What the program uses of a QTimer; it goes by manual time."""

    timeout = Signal()
    """It is time."""

    def __init__(self, time: ManualTime, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._time = time
        self._is_single_shot = False
        self._running: object = None

    def setSingleShot(self, is_single_shot: bool) -> None:  # noqa: N802 - Qt's name
        """As QTimer's."""
        assert is_single_shot, "one that repeats is not needed yet"
        self._is_single_shot = is_single_shot

    def setTimerType(self, timer_type: Qt.TimerType) -> None:  # noqa: N802 - Qt's name
        """As QTimer's; this one is always precise."""

    def start(self, interval_ms: int) -> None:
        """As QTimer's."""
        self._running = running = object()
        self._time.call_in(interval_ms * NS_PER_MS, lambda: self._fire(running))

    def stop(self) -> None:
        """As QTimer's."""
        self._running = None

    def _fire(self, running: object) -> None:
        if running is self._running:
            self._running = None
            self.timeout.emit()


class ManualLoop(EventLoop):
    """The program's event loop: what can go on does so by Qt's events, and what has to wait goes by manual time."""

    def __init__(self, app: Application, time: ManualTime) -> None:
        self._manual_time = time
        super().__init__(app, already_running=True)

    @override
    def time(self) -> float:
        return self._manual_time.now_ns / NS_PER_S

    @override
    def call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> TimerHandle:
        # To a microsecond: a float holds no nanoseconds, and nothing may be early.
        due_ns = -(-round(when * NS_PER_S) // 1000) * 1000
        while due_ns / NS_PER_S < when:
            due_ns += 1000
        self._manual_time.call_in(max(0, due_ns - self._manual_time.now_ns), self._wake)
        return super().call_at(when, callback, *args, context=context)

    @override
    def _set_alarm(self) -> None:
        self._alarm.stop()


class ManualExecutor(Executor):
    """Does at once, on this thread, what it is given; unless it hangs, as a disk may, until it goes on."""

    def __init__(self) -> None:
        self.is_hanging = False
        self._left: list[Callable[[], None]] = []

    @override
    def submit(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()

        def work() -> None:
            if future.set_running_or_notify_cancel():
                try:
                    result = call(*args, **kwargs)
                except BaseException as error:  # noqa: BLE001 - all of it belongs to whoever awaits the future
                    future.set_exception(error)
                else:
                    future.set_result(result)

        self._left.append(work)
        if not self.is_hanging:
            self._do_all(self._left)
        return future

    def hang(self) -> None:
        """Do nothing from now on."""
        self.is_hanging = True

    def go_on(self, *, newest_first: bool = False) -> None:
        """Do what there is to do, in either order: threads promise none."""
        self.is_hanging = False
        self._do_all(self._left[::-1] if newest_first else self._left[:])

    def _do_all(self, work: list[Callable[[], None]]) -> None:
        self._left = []
        for each in list(work):
            each()

    @override
    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Do nothing: there is no thread."""
