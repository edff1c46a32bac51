"""The event loop that the program runs on: asyncio on Qt's loop, with a budget for each frame."""

from __future__ import annotations

import asyncio
import math
import selectors
import sys
import threading
from asyncio import BaseEventLoop, Handle, TimerHandle
from collections.abc import Callable
from contextvars import Context
from typing import Any, Final

from PySide6.QtCore import QObject, QSocketNotifier, Qt, QThread, QTimer, Signal
from PySide6.QtWidgets import QApplication
from shiboken6 import isValid

from desktop_app.catching_slot import CatchingSlot
from desktop_app.daemon_executor import DaemonExecutor
from desktop_app.event_loop_signals import SignalWaking
from desktop_app.event_loop_slices import FRAME_BUDGET_S, SlicedLoop
from desktop_app.overriding import override

LONGEST_SLEEP_S: Final = 24 * 3600.0
"""Before it looks again whether a timer is due: Qt's intervals are limited; as in asyncio."""
LOOK_AGAIN_S: Final = 0.01
"""At the sockets, as long as one is ready whose callback cannot run: Qt would be woken by it without end.

So late can sockets, threads and signals be meanwhile.
"""
MOST_WITHIN: Final = 20
"""Slices within one another: callbacks that each have Qt process events would use up Python's stack."""
SPIN_S: Final = 0.00025
"""So much before a timer is due, the loop looks again and again: Qt wakes it at whole milliseconds only."""
FINISHING: Final = (BaseEventLoop.shutdown_asyncgens.__code__, BaseEventLoop.shutdown_default_executor.__code__)
"""What `asyncio.Runner.close` runs, besides what waits for the tasks that it has cancelled."""


class _Bell(QObject):
    """Hands over what Qt tells: signals are emitted in C++, so that no Python code runs before the slot."""

    rung = Signal()
    rung_elsewhere = Signal()
    """In another thread."""


class EventLoop(SignalWaking, SlicedLoop):
    """asyncio on Qt's event loop, which never keeps a frame longer than its budget.

    qasync gives each callback a Qt timer of its own and each socket a notifier: all that is ready is served before
    Qt sees to input and paint. Here ready callbacks wait in asyncio's own queue, timers in its heap, and sockets in
    its selector, whose descriptor is the only one that Qt watches. A *slice* runs what is ready, in asyncio's order,
    until the budget is used; then Qt serves input, timers and paint, and the next slice goes on. A single callback
    that takes longer cannot be interrupted: `on_overrun` is told of it.

    A callback may run a Qt event loop of its own, a modal dialog's say: other tasks go on meanwhile.

    Everything belongs to the GUI thread but `call_soon_threadsafe`. On Windows sockets stay qasync's. Signals wake a
    loop that `run_forever` runs; with ``already_running``, that is up to whoever runs Qt's.

    Args:
        app: The application, whose loop this one runs on.
        already_running: Whether Qt's loop is run by somebody else, who will call `stop` and `close`.
        frame_budget_s: The longest slice in seconds, as far as single callbacks allow it.
    """

    def __init__(
        self, app: QApplication, *, already_running: bool = False, frame_budget_s: float = FRAME_BUDGET_S
    ) -> None:
        self._app = app
        self._is_guest = already_running
        self._is_asleep = False
        self._error: BaseException | None = None
        self._is_finishing = False
        self._hooks_before = sys.get_asyncgen_hooks()
        self._bell = _Bell()
        self._alarm = QTimer(self._bell)
        self._alarm.setSingleShot(True)
        self._alarm.setTimerType(Qt.TimerType.PreciseTimer)
        self._alarm.timeout.connect(self._bell.rung)
        self._notifier: QSocketNotifier | None = None
        self._slot = CatchingSlot(self._run_slice, self._end_with)
        self._bell.rung.connect(self._slot.emitted)
        self._bell.rung_elsewhere.connect(self._bell.rung, Qt.ConnectionType.QueuedConnection)
        super().__init__(app, already_running=already_running, frame_budget_s=frame_budget_s)
        self._default_executor = DaemonExecutor()
        if sys.platform != "win32":
            self._watch_selector()
        if already_running:
            self._begin()

    # Of asyncio, not of qasync: what they are made of is here. Its own have no types beneath their public names.
    call_later = BaseEventLoop.call_later
    call_soon_threadsafe = BaseEventLoop.call_soon_threadsafe
    run_in_executor = BaseEventLoop.run_in_executor
    set_exception_handler = BaseEventLoop.set_exception_handler
    default_exception_handler = BaseEventLoop.default_exception_handler
    call_exception_handler = BaseEventLoop.call_exception_handler
    _add_callback = BaseEventLoop._add_callback  # type: ignore[attr-defined]
    if sys.platform != "win32":
        _add_reader = asyncio.SelectorEventLoop._add_reader  # type: ignore[attr-defined]
        _add_writer = asyncio.SelectorEventLoop._add_writer  # type: ignore[attr-defined]
        _remove_reader = asyncio.SelectorEventLoop._remove_reader  # type: ignore[attr-defined]
        _remove_writer = asyncio.SelectorEventLoop._remove_writer  # type: ignore[attr-defined]

    @override
    def run_forever(self) -> None:
        """Run Qt's loop, and this one on it, until `stop` is called, or Qt's loop is ended.

        Raises:
            KeyboardInterrupt, SystemExit: A callback raised it, or a signal's handler.
            RuntimeError: This, another or Qt's loop runs in this thread already, or this one is closed.
        """
        self._check_closed()
        self._check_running()
        if QThread.currentThread().loopLevel() > 0:
            raise RuntimeError("Qt's event loop runs already: run this one instead, or with already_running=True.")
        self._error = None
        try:
            self._begin()
            self._wake_for_signals()
            super().run_forever()
            while self._is_finishing and not self._is_over:
                # Somebody has quit Qt's loop, which ends what runs. That is being ended already.
                super().run_forever()
        finally:
            self._end()
            self._wake_no_more()
        error, self._error = self._error, None
        if error is not None:
            raise error

    @override
    def run_until_complete(self, future: Any) -> Any:
        """Run until a future, or a coroutine, is done, and give its result; as in asyncio.

        Where Qt's loop is quit before, this is a RuntimeError. What `asyncio.Runner.close` runs then, or at any end,
        is not ended by Qt: if it were, tasks would be destroyed amid their clean-up.
        """
        if asyncio.iscoroutine(future):
            self._is_finishing = getattr(future, "cr_code", None) in FINISHING
        elif not isinstance(future, asyncio.Task):
            tasks = asyncio.all_tasks(self)
            self._is_finishing = bool(tasks) and all(task.cancelling() for task in tasks)
        try:
            return BaseEventLoop.run_until_complete(self, future)
        finally:
            self._is_finishing = False

    @override
    def stop(self) -> None:
        """Have `run_forever` return when what is ready now has run, as asyncio does."""
        if self._is_guest:
            super().stop()
            self._end()
            return
        self._stopping = True
        if self._is_asleep:
            self._wake()

    @override
    def close(self) -> None:
        """Release everything; the loop cannot be used again. May be called twice."""
        if not (self.is_running() or self.is_closed()):
            self._end()
            self._slot.close()
            if self._is_guest and asyncio._get_running_loop() is self:
                asyncio._set_running_loop(None)
        if isValid(self._bell):
            super().close()
        else:
            # Qt's objects have gone with the application, and qasync would ask for them.
            asyncio.SelectorEventLoop.close(self)

    @override
    def call_soon(self, callback: Callable[..., object], *args: Any, context: Context | None = None) -> Handle:
        if self._closed or self._debug:
            self._check_closed()
            self._check_thread()
            self._check_callback(callback, "call_soon")
        handle: Any = Handle(callback, args, self, context)
        if handle._source_traceback:
            del handle._source_traceback[-1]
        self._ready.append(handle)
        if self._is_asleep:
            self._wake()
        return handle  # type: ignore[no-any-return]

    @override
    def call_at(
        self, when: float, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> TimerHandle:
        handle: Any = BaseEventLoop.call_at(self, when, callback, *args, context=context)
        if handle._source_traceback:
            del handle._source_traceback[-1]
        if self._is_asleep and self._scheduled[0] is handle:
            self._set_alarm()
        return handle  # type: ignore[no-any-return]

    @override
    def set_default_executor(self, executor: Any) -> None:
        """Take what `run_in_executor` uses where it is given none; as with qasync, anything with ``submit``."""
        self._default_executor = executor

    def _watch_selector(self) -> None:
        """Give sockets to a selector of asyncio's own, and have Qt watch that one."""
        of_qasync: Any = self._selector
        self._selector: Any = selectors.DefaultSelector()
        for key in list(of_qasync.get_map().values()):
            of_qasync.unregister(key.fileobj)
            self._selector.register(key.fileobj, key.events, key.data)
        of_qasync.close()
        self._notifier = QSocketNotifier(self._selector.fileno(), QSocketNotifier.Type.Read, self._bell)
        self._notifier.setEnabled(False)
        self._notifier.activated.connect(self._bell.rung)

    if sys.platform == "win32":

        def _write_to_self(self) -> None:
            """Wake the loop from any thread; elsewhere asyncio does so by a socket."""
            self._bell.rung_elsewhere.emit()

    def _begin(self) -> None:
        self._set_coroutine_origin_tracking(self._debug)
        self._thread_id = threading.get_ident()
        self._hooks_before = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(self._asyncgen_firstiter_hook, self._asyncgen_finalizer_hook)
        self._is_over = False
        self._wake()

    def _end(self) -> None:
        if isValid(self._bell):
            self._alarm.stop()
            self._stop_sleeping()
        self._stopping, self._is_over = False, True
        # Where a callback's error or Qt ended the run amid a round, the next run begins with a new one.
        self._left_in_round = 0
        if self._thread_id is not None:
            self._thread_id = None  # type: ignore[assignment]
            self._set_coroutine_origin_tracking(False)
            sys.set_asyncgen_hooks(*self._hooks_before)

    def _end_with(self, error: BaseException) -> None:
        if self._is_guest:
            sys.excepthook(type(error), error, error.__traceback__)
            if self._is_asleep:
                # What waited for its context goes on.
                self._wake()
        else:
            self._error = self._error or error
            self._end_run()

    @override
    def _end_run(self) -> None:
        self._is_over = True
        self._app.exit()

    def _wake(self) -> None:
        """Have the next slice run as soon as Qt has served what is there."""
        if self._is_asleep:
            self._stop_sleeping()
        self._alarm.start(0)

    def _stop_sleeping(self) -> None:
        self._is_asleep = False
        if self._notifier is not None:
            # While there is work, it goes by the alarm: Qt serves no timer as long as a socket is ready.
            self._notifier.setEnabled(False)

    def _sleep(self) -> None:
        """Let Qt wait for a socket, the next timer, or another thread."""
        self._is_asleep = True
        if self._notifier is not None:
            self._notifier.setEnabled(not self._leaves_some_out)
        self._set_alarm()

    def _set_alarm(self) -> None:
        if self._scheduled or self._leaves_some_out:
            left_s = LOOK_AGAIN_S if self._leaves_some_out else LONGEST_SLEEP_S
            if self._scheduled:
                left_s = min(self._scheduled[0]._when - self.time(), left_s)
            self._alarm.start(math.ceil(max(0.0, left_s - SPIN_S) * 1000))
        else:
            self._alarm.stop()

    def _run_slice(self) -> None:
        """Run what is ready for as long as the budget allows; sleep if nothing is."""
        if self._is_over:
            return
        if len(self._held) >= MOST_WITHIN:
            self._is_asleep = True
            self._alarm.start(round(LOOK_AGAIN_S * 1000))
            return
        # Even now, for an event loop that a callback runs within this slice.
        self._wake()
        if not self._run_within_budget():
            self._sleep()
        elif self._is_asleep:
            self._wake()
