"""The heartbeat of a GUI thread: a timer, and pings from outside, that ask the thread to serve them."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QMetaMethod, QObject, Qt, QTimer, Signal
from shiboken6 import delete, isValid

from desktop_app.overriding import override
from desktop_app.responsiveness.clock import NS_PER_MS, Clock, monotonic_ns
from desktop_app.responsiveness.detector import Detector, Recorder
from desktop_app.responsiveness.here import place_of, running_loop_here
from desktop_app.responsiveness.qt.undisturbed import connect_undisturbed
from desktop_app.responsiveness.slices import Slice

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

PING = QEvent.Type(QEvent.registerEventType())
STOP = QEvent.Type(QEvent.registerEventType())
SLIP_NS = 2 * NS_PER_MS
"""A beat that is later than this has the timer start anew; until then it goes on by itself, which costs nothing."""


class Heartbeat(QObject):
    """Measures the event-loop lag of the thread it lives in by a timer that it asks to be served.

    No event filter and no ``notify`` override: those see every event of every object, and have crashed programs.
    All of it belongs to that thread, but for `ping` and what is read.

    Args:
        interval_ms: Between two beats; also how far a slice's length can be underestimated where no watchdog looks.
        clock: The clock that it measures with.
        parent: Its owner.
    """

    slice_measured = Signal(object)
    """A beat was served: a `Slice`, the lag of this beat."""
    _pinged = Signal()
    """Emitted by another thread, and handed over to `_ping_served` as an event."""
    _ping_served = Signal()

    def __init__(self, interval_ms: int = 20, clock: Clock = monotonic_ns, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.clock = clock
        self.detector = Detector()
        self.idle_place: tuple[int, int] | None = None
        """Which frame runs the event loop, and where; None before it served anything."""
        self.on_served: Callable[[Slice, int | None], None] | None = None
        """Is called for each slice in the thread that it lives in, with the beat's lag unless it was a ping's."""
        self.cpu_ns: Callable[[], int] = time.thread_time_ns
        """Tells what the thread has used of the processor, as whoever looks at it from outside tells it."""
        self.is_paused = False
        """Whether nothing that is served just now counts; the owner says so."""
        self.running_loop: AbstractEventLoop | None = None
        """The asyncio loop that the thread ran when it last served something."""
        self.ask_instead: Callable[[], None] | None = None
        """Asks an event loop that runs in place of Qt's to `beat` as soon as possible; called in any thread."""
        self._is_quitting = False
        self._interval_ms = interval_ms
        self._due_ns: int | None = None
        self._hurried_ms: int | None = None
        self._timer_ms = 0
        self._lag_told_ns = 0
        self._is_heard = False
        self._recorders: list[Recorder] = []
        self._timer: QTimer | None = None
        self._ident = threading.main_thread().ident
        self._disconnect: Callable[[], None] = lambda: None

    @property
    def is_counted(self) -> bool:
        """Whether what the thread does counts; any thread."""
        return not (self.is_paused or self._is_quitting)

    @property
    def is_watched(self) -> bool:
        """Whether the thread can be expected to serve events, and what it does counts; any thread."""
        # Qt's objects end with the application: PySide6 deletes all of them.
        return self.is_counted and isValid(self)

    def start(self) -> None:
        """Begin to measure."""
        application = QCoreApplication.instance()
        if application is not None:
            self._disconnect = connect_undisturbed(application.aboutToQuit, self._on_about_to_quit)
        self._ident = threading.get_ident()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        connect_undisturbed(self._timer.timeout, self._on_timeout)
        self._pinged.connect(self._ping_served, Qt.ConnectionType.QueuedConnection)
        connect_undisturbed(self._ping_served, self._on_pinged)
        self._expect_next()

    def stop(self) -> None:
        """Cease to measure."""
        self._disconnect()
        if self._timer is not None:
            self._timer.stop()

    def go(self) -> None:
        """Cease to measure, and leave nothing behind; any thread, at once in its own."""
        if not isValid(self):
            return
        if self._ident == threading.get_ident():
            self.stop()
            # Else the garbage collector could delete it, and its timer, in whatever thread it happens to run.
            delete(self)
        else:
            QCoreApplication.postEvent(self, QEvent(STOP))

    def set_interval_ms(self, interval_ms: int) -> None:
        """Change the interval from the next beat on."""
        self._interval_ms = interval_ms

    def hurry(self, interval_ms: int | None) -> None:
        """Beat so often from the next beat on, or as before again; any thread.

        The beats that this adds tell no lag but long ones: those that do come evenly over time.
        """
        self._hurried_ms = interval_ms

    def ping(self) -> None:
        """Ask to be served as soon as possible; any thread."""
        if (ask := self.ask_instead) is not None:
            ask()
            return
        with suppress(RuntimeError):  # it was deleted with the application
            if self._timer is None:
                QCoreApplication.postEvent(self, QEvent(PING))
            else:
                self._pinged.emit()

    def record(self) -> Recorder:
        """Make a recorder that is given every slice until `end` is called with it."""
        self.beat()
        recorder = Recorder()
        self._recorders.append(recorder)
        return recorder

    def end(self, recorder: Recorder) -> None:
        """Give the recorder what has passed since the last beat, then no more."""
        self.beat()
        self._recorders.remove(recorder)

    def beat(self) -> None:
        """Take the time now, whether the timer asked for it or somebody who wants the present state."""
        self._beat(is_timeout=False)

    def restart(self) -> None:
        """Count nothing that was before, and ask to be served at once: what is busy from now on counts from now."""
        self.detector.restart(self.clock(), self.cpu_ns())
        self._expect_next(0)

    def _on_about_to_quit(self, _running: FrameType | None) -> None:
        """Expect nothing more to be served, until something is: the event loop ends.

        Where a slot calls ``quit()``, Qt says so within that call; what the slot does after it does not count.
        """
        if not isValid(self):
            # Where it was deleted before the application, which still calls it.
            return
        self.beat()
        self.detector.restart(self.clock(), self.cpu_ns())
        self._is_quitting = True

    @override
    def customEvent(self, event: QEvent) -> None:
        if event.type() == PING:
            self._take_place(sys._getframe().f_back)  # noqa: SLF001 - there is no other way
            self.beat()
            if self._timer is None:
                self.start()
        elif event.type() == STOP:
            self.stop()
            self.deleteLater()

    @override
    def connectNotify(self, signal: QMetaMethod) -> None:
        # To emit it costs as much as the rest of a beat, and most have nobody connected.
        self._is_heard = self._is_heard or signal.name() == b"slice_measured"

    def _on_timeout(self, running: FrameType | None) -> None:
        self._take_place(running)
        self._beat(is_timeout=True)

    def _on_pinged(self, running: FrameType | None) -> None:
        self._take_place(running)
        self._beat(is_timeout=False)

    def _take_place(self, running: FrameType | None) -> None:
        """Note which frame runs the event loop: the one under what Qt has called."""
        self.idle_place = place_of(running)

    def _beat(self, *, is_timeout: bool) -> None:
        self.running_loop = running_loop_here()
        if self._is_quitting:
            self._is_quitting = False
            self.restart()
            return
        now_ns, due_ns = self.clock(), self._due_ns
        found = self.detector.beat(now_ns, self.cpu_ns())
        lag_ns = None if due_ns is None else max(0, now_ns - due_ns)
        interval_ms = self._present_interval_ms()
        if lag_ns is not None:
            # A beat is never quite as long after the other as it should be.
            is_added = now_ns - self._lag_told_ns < (self._interval_ms - interval_ms / 2) * NS_PER_MS
            if is_added and lag_ns < self._interval_ms * NS_PER_MS / 2:
                lag_ns = None
            else:
                self._lag_told_ns = now_ns
        if is_timeout and due_ns is not None and 0 <= now_ns - due_ns <= SLIP_NS and self._timer_ms == interval_ms:
            self._expect(due_ns + self._timer_ms * NS_PER_MS)
        else:
            self._expect_next()
        if found is None or self.is_paused:
            return
        for recorder in self._recorders:
            recorder.add(found)
        if self.on_served is not None:
            self.on_served(found, lag_ns)
        if self._is_heard:
            self.slice_measured.emit(found)

    def _expect_next(self, after_ms: int | None = None) -> None:
        """Ask to be served so long after now, from then on at each interval."""
        self._timer_ms = self._present_interval_ms() if after_ms is None else after_ms
        self._expect(self.clock() + self._timer_ms * NS_PER_MS)
        if self._timer is not None:
            self._timer.start(self._timer_ms)

    def _present_interval_ms(self) -> int:
        return self._interval_ms if self._hurried_ms is None else min(self._interval_ms, self._hurried_ms)

    def _expect(self, due_ns: int) -> None:
        self._due_ns = due_ns
        self.detector.expect(due_ns)
