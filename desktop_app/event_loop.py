"""The qasync event loop that the program runs on."""

from __future__ import annotations

import math
import sys
import threading
from asyncio import Handle
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import ParamSpec, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop, _SimpleTimer  # type: ignore[import-untyped]

from desktop_app.overriding import override

P = ParamSpec("P")
T = TypeVar("T")


class EventLoop(QEventLoop):  # type: ignore[misc]  # qasync has no type hints
    """qasync's loop: timers never early, an executor that never holds up the exit, generators closed."""

    def __init__(self, app: QApplication, *, already_running: bool = False) -> None:
        super().__init__(app, already_running=already_running)
        self._timer = _PreciseTimer()
        self.set_default_executor(DaemonExecutor())
        self._hooks_before = sys.get_asyncgen_hooks()
        if already_running:
            self._watch_asyncgens()

    @override
    def run_forever(self) -> int:
        self._watch_asyncgens()
        try:
            return super().run_forever()  # type: ignore[no-any-return]
        finally:
            sys.set_asyncgen_hooks(*self._hooks_before)

    @override
    def close(self) -> None:
        sys.set_asyncgen_hooks(*self._hooks_before)
        super().close()
        self._timer.kill_all()

    def _watch_asyncgens(self) -> None:
        """Have async generators that are dropped half-way closed, as asyncio's own loops do and qasync's does not."""
        sys.set_asyncgen_hooks(self._asyncgen_firstiter_hook, self._asyncgen_finalizer_hook)


class _PreciseTimer(_SimpleTimer):  # type: ignore[misc]  # qasync has no type hints
    """qasync 0.28 starts coarse timers and cuts off fractions of a millisecond: ``sleep(1)`` took 0.95 s.

    It also leaves cancelled timers running until they are due, after the loop was closed, too. Can go when qasync's
    own timers are precise and end with their loop.
    """

    def __init__(self) -> None:
        super().__init__()
        self._running: set[int] = set()

    @override
    def add_callback(self, handle: Handle, delay: float = 0) -> Handle:
        # Half a millisecond more than whole ones survives qasync's own conversion, which cuts off.
        delay_s = (math.ceil(delay * 1000) + 0.5) / 1000 if delay > 0 else 0
        return super().add_callback(handle, delay_s)  # type: ignore[no-any-return]

    @override
    def startTimer(self, interval_ms: int, timer_type: Qt.TimerType = Qt.TimerType.PreciseTimer) -> int:
        timer_id: int = super().startTimer(interval_ms, timer_type)
        self._running.add(timer_id)
        return timer_id

    @override
    def killTimer(self, timer_id: int) -> None:
        self._running.discard(timer_id)
        super().killTimer(timer_id)

    def kill_all(self) -> None:
        """End what is still running."""
        for timer_id in list(self._running):
            self.killTimer(timer_id)


class DaemonExecutor(Executor):
    """Runs each call in a daemon thread of its own.

    A name lookup can hang for minutes and cannot be interrupted; the standard executor, and qasync's, wait for it
    at the program's end. The program makes few such calls, so a thread each is cheap enough.
    """

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

        threading.Thread(target=work, name="executor", daemon=True).start()
        return future

    @override
    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Do nothing: there is no queue, and the threads end with the process at the latest."""
