"""The event loop that the program runs on: asyncio on Qt's loop, with a budget for each frame."""

from __future__ import annotations

import asyncio
import heapq
import math
import selectors
import signal
import sys
import threading
import time
from asyncio import BaseEventLoop, Handle, TimerHandle
from asyncio.base_events import _format_handle as format_handle  # type: ignore[attr-defined]
from asyncio.log import logger
from collections.abc import Callable
from contextvars import Context
from typing import Any, Final

from PySide6.QtCore import QObject, QSocketNotifier, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication
from qasync import QEventLoop  # type: ignore[import-untyped]

from desktop_app.catching_slot import CatchingSlot
from desktop_app.daemon_executor import DaemonExecutor
from desktop_app.overriding import override

FRAME_BUDGET_S: Final = 0.004
"""A quarter of a frame at 60 Hz: the rest is for input, layout and painting."""
LONGEST_SLEEP_S: Final = 24 * 3600.0
"""Before it looks again whether a timer is due: Qt's intervals are limited; as in asyncio."""
SPIN_S: Final = 0.00025
"""So much before a timer is due, the loop looks again and again: Qt wakes it at whole milliseconds only."""
NS_PER_S: Final = 1_000_000_000
FEWEST_TIMERS: Final = 100
"""Of cancelled timers, so many are not worth being looked for; as in asyncio."""


class _Bell(QObject):
    """Hands over what Qt tells: signals are emitted in C++, so that no Python code runs before the slot."""

    rung = Signal()
    rung_elsewhere = Signal()
    """In another thread."""


class EventLoop(QEventLoop):  # type: ignore[misc]  # qasync has no type hints
    """asyncio on Qt's event loop, which never keeps a frame longer than its budget.

    qasync gives each callback a Qt timer of its own and each socket a notifier: all that is ready is served before
    Qt sees to input and paint. Here ready callbacks wait in asyncio's own queue, timers in its heap, and sockets in
    its selector, whose descriptor is the only one that Qt watches. A *slice* runs what is ready, in asyncio's order,
    until the budget is used; then Qt serves input, timers and paint, and the next slice goes on. A single callback
    that takes longer cannot be interrupted: `on_overrun` is told of it.

    A callback may run a Qt event loop of its own, a modal dialog's say: other tasks go on meanwhile.

    Everything belongs to the GUI thread but `call_soon_threadsafe`. On Windows sockets stay qasync's.

    Args:
        app: The application, whose loop this one runs on.
        already_running: Whether Qt's loop is run by somebody else, who will call `stop` and `close`.
        frame_budget_s: The longest slice in seconds, as far as single callbacks allow it.
    """

    def __init__(
        self, app: QApplication, *, already_running: bool = False, frame_budget_s: float = FRAME_BUDGET_S
    ) -> None:
        self.frame_budget_s = frame_budget_s
        self.on_overrun: Callable[[Handle, int, int], None] | None = None
        """Is told of each callback that took longer than the budget by itself: from when to when, in nanoseconds."""
        self._app = app
        self._is_guest = already_running
        self._is_asleep = False
        self._left_in_round = 0
        self._error: BaseException | None = None
        self._is_over = False
        self._was_within_ns = 0
        self._held: tuple[Context, ...] = ()
        self._kept_back: list[Any] = []
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
        super().__init__(app, already_running=already_running)
        self._default_executor = DaemonExecutor()
        self._current_handle: Any = None
        if sys.platform != "win32":
            self._watch_selector()
        if already_running:
            self._begin()

    # Of asyncio, not of qasync: what they are made of is here.
    call_later = BaseEventLoop.call_later
    call_soon_threadsafe = BaseEventLoop.call_soon_threadsafe
    run_until_complete = BaseEventLoop.run_until_complete
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
            RuntimeError: This or another loop runs in this thread already, or this one is closed.
        """
        self._check_closed()
        self._check_running()
        self._begin()
        wakes_for_signals = self._wake_for_signals()
        try:
            super().run_forever()
        finally:
            self._end()
            if wakes_for_signals and not self._signal_handlers:
                signal.set_wakeup_fd(-1)
        error, self._error = self._error, None
        if error is not None:
            raise error

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
        super().close()

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

    def _wake_for_signals(self) -> bool:
        """Have each signal of the system wake Qt, so that Python runs its handler; tell whether this is new."""
        if threading.current_thread() is not threading.main_thread() or sys.platform == "win32":
            return False
        previous_fd = signal.set_wakeup_fd(self._csock.fileno(), warn_on_full_buffer=False)
        if previous_fd != -1:
            # Somebody wakes Qt already.
            signal.set_wakeup_fd(previous_fd)
        return previous_fd == -1

    if sys.platform == "win32":

        def _write_to_self(self) -> None:
            """Wake the loop from any thread; elsewhere asyncio does so by a socket."""
            self._bell.rung_elsewhere.emit()

    @override
    def remove_signal_handler(self, sig: int) -> bool:
        is_removed: bool = super().remove_signal_handler(sig)
        if self.is_running() and not self._is_guest:
            # asyncio has nothing woken after the last one.
            self._wake_for_signals()
        return is_removed

    def _begin(self) -> None:
        self._set_coroutine_origin_tracking(self._debug)
        self._thread_id = threading.get_ident()
        self._hooks_before = sys.get_asyncgen_hooks()
        sys.set_asyncgen_hooks(self._asyncgen_firstiter_hook, self._asyncgen_finalizer_hook)
        self._wake()

    def _end(self) -> None:
        self._alarm.stop()
        self._stop_sleeping()
        self._stopping = self._is_over = False
        # Where a callback's error or Qt ended the run amid a round, the next run begins with a new one.
        self._left_in_round = 0
        if self._thread_id is not None:
            self._thread_id = None  # type: ignore[assignment]
            self._set_coroutine_origin_tracking(False)
            sys.set_asyncgen_hooks(*self._hooks_before)

    def _end_with(self, error: BaseException) -> None:
        if self._is_guest:
            sys.excepthook(type(error), error, error.__traceback__)
        else:
            self._error = error
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
            self._notifier.setEnabled(True)
        self._set_alarm()

    def _set_alarm(self) -> None:
        if self._scheduled:
            left_s = min(self._scheduled[0]._when - self.time(), LONGEST_SLEEP_S)
            self._alarm.start(math.ceil(max(0.0, left_s - SPIN_S) * 1000))
        else:
            self._alarm.stop()

    def _run_slice(self) -> None:
        """Run what is ready for as long as the budget allows; sleep if nothing is."""
        if self._is_over or not self.is_running():
            return
        # Even now, for an event loop that a callback runs within this slice.
        self._wake()
        outer = self._current_handle
        try:
            has_run = self._run_ready() if outer is None else self._run_ready_within(outer)
        finally:
            # Also after what Ctrl+C or an exit raised: otherwise the next run would wait for its context for ever.
            self._current_handle = outer
            if outer is None and self._kept_back:
                self._put_back()
        if not has_run:
            self._sleep()
        elif self._is_asleep:
            self._wake()

    def _run_ready_within(self, outer: Any) -> bool:
        """Run what is ready within a callback that runs an event loop of its own.

        asyncio lets no task run while another does, and no context be entered twice: the outer task is left
        meanwhile, and what shares its context waits.
        """
        held, task = self._held, asyncio.current_task(self)
        self._held = (*held, outer._context)
        if task is not None:
            asyncio.tasks._leave_task(self, task)
        try:
            return self._run_ready()
        finally:
            if task is not None:
                asyncio.tasks._enter_task(self, task)
            self._held = held
            self._was_within_ns = time.monotonic_ns()

    def _run_ready(self) -> bool:
        """Run what is ready, in asyncio's rounds, until nothing is or the budget is used; tell whether anything was.

        A round is what was ready when it began: what its callbacks make ready belongs to the next one.
        """
        ready, clock = self._ready, time.monotonic_ns
        before_ns = now_ns = clock()
        budget_ns = round(self.frame_budget_s * NS_PER_S)
        end_ns = now_ns + budget_ns
        handle = None
        # At least one callback, however small the budget.
        while handle is None or now_ns < end_ns:
            if not self._left_in_round:
                self._gather_due()
                # That was no callback's time.
                before_ns = now_ns = clock()
                self._left_in_round = len(ready)
            if not (self._left_in_round or self._stopping):
                break
            while self._left_in_round and (handle is None or now_ns < end_ns):
                self._left_in_round -= 1
                handle = self._current_handle = ready.popleft()
                if handle._cancelled:
                    continue
                if self._held and self._is_held(handle):
                    self._kept_back.append(handle)
                    continue
                before_ns = now_ns
                if self._debug:
                    self._run_timed(handle)
                else:
                    handle._run()
                now_ns = clock()
                if self._kept_back:
                    self._put_back()
            if self._stopping and not self._left_in_round:
                self._is_over = True
                self._app.exit()
                break
        if now_ns - before_ns > budget_ns and handle is not None and self._was_within_ns < before_ns:
            self._tell_overrun(handle, before_ns, now_ns)
        return handle is not None or self._left_in_round > 0

    def _gather_due(self) -> None:
        """Have everything ready whose socket is, or whose time has come; as in asyncio."""
        if self._notifier is not None:
            self._process_events(self._selector.select(0))
        scheduled = self._scheduled
        if len(scheduled) > FEWEST_TIMERS and 2 * self._timer_cancelled_count > len(scheduled):
            for handle in scheduled:
                handle._scheduled = not handle._cancelled
            scheduled[:] = [handle for handle in scheduled if not handle._cancelled]
            heapq.heapify(scheduled)
            self._timer_cancelled_count: int = 0
        while scheduled and scheduled[0]._cancelled:
            heapq.heappop(scheduled)._scheduled = False
            self._timer_cancelled_count -= 1
        if not scheduled:
            return
        now_s = self.time()
        # A time that is not a number has come, as in asyncio; it must not be in the way of the others. As there, those
        # that were cancelled stay counted: of equal times, which fires first depends on when the heap is made anew.
        while scheduled and not scheduled[0]._when > now_s:
            handle = heapq.heappop(scheduled)
            handle._scheduled = False
            self._ready.append(handle)

    def _is_held(self, handle: Any) -> bool:
        """Tell whether its context has been entered already. Contexts are equal if their values are."""
        return any(handle._context is each for each in self._held)

    def _put_back(self) -> None:
        """Go on with what waited for a context that has been left."""
        free = [handle for handle in self._kept_back if not self._is_held(handle)]
        self._kept_back = [handle for handle in self._kept_back if self._is_held(handle)]
        self._ready.extendleft(reversed(free))
        self._left_in_round += len(free)

    def _run_timed(self, handle: Any) -> None:
        """Run a callback, and warn of a slow one: asyncio's debug mode."""
        before_s = self.time()
        handle._run()
        passed_s = self.time() - before_s
        if passed_s >= self.slow_callback_duration:
            logger.warning("Executing %s took %.3f seconds", format_handle(handle), passed_s)

    def _tell_overrun(self, handle: Handle, start_ns: int, end_ns: int) -> None:
        if self.on_overrun is None:
            return
        try:
            self.on_overrun(handle, start_ns, end_ns)
        except Exception as error:  # noqa: BLE001 - whoever is told has failed, not the loop
            self.call_exception_handler({"message": "on_overrun failed", "exception": error, "handle": handle})
