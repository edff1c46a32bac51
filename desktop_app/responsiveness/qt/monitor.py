"""The monitor: heartbeat, watchdog and what they find, for any PySide6 program."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from desktop_app.responsiveness.arrival import Arrival
from desktop_app.responsiveness.clock import Clock, monotonic_ns
from desktop_app.responsiveness.events import Freeze, Slice
from desktop_app.responsiveness.freezes import FreezeLog
from desktop_app.responsiveness.journal import Journal
from desktop_app.responsiveness.lag import LagHistogram
from desktop_app.responsiveness.probe import ThreadProbe
from desktop_app.responsiveness.watchdog import Pace, Watchdog

if TYPE_CHECKING:
    from PySide6.QtCore import QCoreApplication

    from desktop_app.responsiveness.qt.heartbeat import Heartbeat

BEAT_MS = 50
"""Between two beats: a block of this length or more always delays one. What is shorter the watchdog sees."""
APPEARANCE_S = 0.005
"""Between two looks whether there is an application yet."""


class FreezeMonitor:
    """Sees each freeze of a Qt program's GUI thread while it happens, and says where, why and for how long.

    It attaches to a QApplication that runs already, or to the first that is made. It uses no event filter and no
    ``notify`` override: only a timer in the GUI thread, and a thread that looks at that one from outside.

    Args:
        heartbeat: One that the program has already, in the GUI thread; None: a new one.
        pace: How often it looks, and what counts as a freeze.
        clock: The time, in nanoseconds; never goes back.
    """

    def __init__(
        self, heartbeat: Heartbeat | None = None, pace: Pace | None = None, clock: Clock = monotonic_ns
    ) -> None:
        self.clock = clock
        self.pace = pace or Pace()
        self.log = FreezeLog()
        """The freezes that have ended, those from one place together."""
        self.lag = LagHistogram()
        """The event-loop lag: of the beats, which come evenly over time."""
        self.journal = Journal()
        """What happened, for drawings and traces: each freeze is added to it."""
        self.on_lag: Callable[[int, int], None] | None = None
        """Is called for each beat with when it was served, and how late, in nanoseconds; the GUI thread."""
        self.heartbeat = heartbeat
        """Where the application has appeared."""
        self._owns_heartbeat = heartbeat is None
        self._listeners: tuple[Callable[[Freeze], None], ...] = ()
        self._watchdog: Watchdog | None = None
        self._lock = threading.Lock()
        self._seeker: threading.Thread | None = None
        self._arrival: Arrival | None = None
        self._is_detached = False
        self._has_served = False
        self._pauses = 0

    @property
    def is_attached(self) -> bool:
        """Whether there was an application to attach to; any thread."""
        return self._watchdog is not None

    def attach(self) -> None:
        """Begin to watch, now or as soon as there is an application; any thread, once in a monitor's life.

        Raises:
            RuntimeError: It was attached before.
        """
        if self._watchdog is not None or self._seeker is not None or self._is_detached:
            raise RuntimeError("A FreezeMonitor is attached once: make another one.")
        if _application() is not None:
            self._attach()
            return
        if "PySide6.QtCore" in sys.modules:
            self._make_heartbeat()
        else:
            self._arrival = Arrival("PySide6.QtCore", self._make_heartbeat)
        self._seeker = threading.Thread(target=self._seek, name="freeze-monitor", daemon=True)
        self._seeker.start()

    def detach(self) -> None:
        """Cease to watch, and leave nothing behind; what has ended is reported before this returns.

        The GUI thread, or any other if its event loop goes on. May be called twice.
        """
        with self._lock:
            self._is_detached = True
        if self._arrival is not None:
            self._arrival.cancel()
        if self._seeker is not None:
            self._seeker.join()
        if self._watchdog is not None:
            self._watchdog.stop()
        if self.heartbeat is not None:
            self.heartbeat.on_served = None
            if self._owns_heartbeat:
                self.heartbeat.stop_soon()

    def listen(self, listener: Callable[[Freeze], None]) -> None:
        """Have each freeze told to this: one that lasts once meanwhile, and each when it has ended.

        It is called in the watchdog's thread, which waits for it; it must neither block nor raise.
        """
        self._listeners = (*self._listeners, listener)

    def unlisten(self, listener: Callable[[Freeze], None]) -> None:
        """Cease to tell it; one that is told nothing is ignored."""
        self._listeners = tuple(each for each in self._listeners if each != listener)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Count nothing that the GUI thread does within; in that thread, also one in another."""
        self.pause()
        try:
            yield
        finally:
            self.resume()

    def pause(self) -> None:
        """Count nothing from here on; the GUI thread. What was until here counts, as if an event were served now."""
        self._pauses += 1
        if self._pauses == 1 and self.heartbeat is not None and self._watchdog is not None:
            self.heartbeat.beat()
            self.heartbeat.is_paused = self._watchdog.is_paused = True

    def resume(self) -> None:
        """Count again, when this was called as often as `pause`; the GUI thread."""
        self._pauses -= 1
        if self._pauses == 0 and self.heartbeat is not None and self._watchdog is not None:
            self.heartbeat.restart()
            self.heartbeat.is_paused = self._watchdog.is_paused = False

    def _make_heartbeat(self) -> None:
        """Make the heartbeat before there is an application, on the main thread.

        PySide6 makes its types when they are first used, and crashes where two threads do so at once.
        """
        if self.heartbeat is None and threading.current_thread() is threading.main_thread():
            from desktop_app.responsiveness.qt.heartbeat import Heartbeat

            self.heartbeat = Heartbeat(BEAT_MS, self.clock)

    def _seek(self) -> None:
        while not self._is_there():
            if self._is_detached:
                return
            time.sleep(APPEARANCE_S)
        with self._lock:
            if not self._is_detached:
                self._attach()

    def _is_there(self) -> bool:
        """Tell from another thread whether there is an application."""
        if self.heartbeat is not None:
            # This asks no object, for which a second wrapper would be made while its constructor runs.
            return not sys.modules["PySide6.QtCore"].QCoreApplication.startingUp()
        return _application() is not None

    def _attach(self) -> None:
        if self.heartbeat is None:
            from desktop_app.responsiveness.qt.heartbeat import Heartbeat

            application = _application()
            assert application is not None
            self.heartbeat = Heartbeat(BEAT_MS, self.clock)
            self.heartbeat.moveToThread(application.thread())
        heartbeat = self.heartbeat
        heartbeat.on_served = self._on_served
        # Qt's first thread is the one that the application is made in, and that is Python's main thread.
        main = threading.main_thread()
        assert main.ident is not None
        assert main.native_id is not None
        self._watchdog = Watchdog(
            heartbeat.detector,
            ThreadProbe(main.ident, main.native_id),
            ping=heartbeat.ping,
            idle_place=lambda: heartbeat.idle_place,
            report=self._report,
            clock=self.clock,
            pace=self.pace,
        )
        self._watchdog.start()

    def _on_served(self, found: Slice, lag_ns: int | None) -> None:
        if lag_ns is not None:
            self.lag.add(lag_ns)
            if self.on_lag is not None:
                self.on_lag(found.end_ns, lag_ns)
        is_startup, self._has_served = not self._has_served, True
        if self._watchdog is not None:
            self._watchdog.end_slice(found, is_startup=is_startup)

    def _report(self, freeze: Freeze) -> None:
        if not freeze.is_lasting:
            self.log.add(freeze)
            self.journal.add(freeze)
        for listener in self._listeners:
            listener(freeze)


def _application() -> QCoreApplication | None:
    """Give the application, once it is wholly made.

    While its constructor runs in another thread, ``instance()`` would make a second wrapper for it; so the wrappers
    that there are are asked for first.
    """
    core, shiboken = sys.modules.get("PySide6.QtCore"), sys.modules.get("shiboken6")
    if core is None or shiboken is None or not hasattr(core, "QCoreApplication"):
        return None
    kind = core.QCoreApplication
    if threading.current_thread() is threading.main_thread():
        found: QCoreApplication | None = kind.instance()
        return found
    return next((each for each in shiboken.getAllValidWrappers() if isinstance(each, kind)), None)
