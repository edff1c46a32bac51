"""The monitor: heartbeat, watchdog and what they find, for any PySide6 program."""

from __future__ import annotations

import importlib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from desktop_app.responsiveness.arrival import Arrival
from desktop_app.responsiveness.clock import NS_PER_MS, Clock, monotonic_ns
from desktop_app.responsiveness.detector import Look
from desktop_app.responsiveness.events import Freeze
from desktop_app.responsiveness.freezes import FreezeLog
from desktop_app.responsiveness.here import running_loop_here
from desktop_app.responsiveness.journal import Journal
from desktop_app.responsiveness.lag import LagHistogram
from desktop_app.responsiveness.overrun_watch import OverrunWatch
from desktop_app.responsiveness.overruns import OverrunLog
from desktop_app.responsiveness.ownership import Ownership
from desktop_app.responsiveness.probe import ThreadProbe
from desktop_app.responsiveness.slices import Slice
from desktop_app.responsiveness.tasks import TaskWatch
from desktop_app.responsiveness.watchdog import Pace, Watchdog, tell_exception

if TYPE_CHECKING:
    from PySide6.QtCore import QCoreApplication

    from desktop_app.responsiveness.qt.heartbeat import Heartbeat

BEAT_MS = 100
"""Between two beats of a thread that does nothing. When it does something the watchdog asks for one every 50 ms.

A block of this length or more always delays one. What is shorter the watchdog sees.
"""
HEARTBEAT = "desktop_app.responsiveness.qt.heartbeat"
QT = "PySide6.QtCore"
SOONEST_S, LATEST_S = 0.005, 0.05
"""Between two looks whether there is an application yet, at first and after ten seconds."""


class FreezeMonitor:
    """Sees each freeze of a Qt program's GUI thread while it happens, and says where, why and for how long.

    It attaches to a QApplication that runs already, or to the first that is made. It uses no event filter and no
    ``notify`` override: only a timer in the GUI thread, and a thread that looks at that one from outside. The GUI
    thread is Python's main thread, where Qt wants its application to be made.

    Args:
        heartbeat: One that the program has already, in the GUI thread; None: a new one.
        pace: How often it looks, and what counts as a freeze.
        clock: The time, in nanoseconds; never goes back.
        journal: Where others, too, write what happens; None: a new one.
        follows_tasks: Whether the asyncio tasks that run in the GUI thread are written to the journal, by a task
            factory around that of their loop; a watchdog's look names the task that blocks all the same.
    """

    _attached: ClassVar[tuple[FreezeMonitor, ...]] = ()
    """In the order in which they were attached; see `attached`."""

    def __init__(
        self,
        heartbeat: Heartbeat | None = None,
        pace: Pace | None = None,
        clock: Clock = monotonic_ns,
        journal: Journal | None = None,
        *,
        follows_tasks: bool = False,
    ) -> None:
        self.clock = clock
        self.pace = pace or Pace()
        self.log = FreezeLog()
        """The freezes that have ended, those from one place together."""
        self.overruns = OverrunLog()
        """The callbacks that held a frame by themselves, of an event loop that tells of them."""
        self.lag = LagHistogram()
        """The event-loop lag: of the beats, which come evenly over time."""
        self.journal = Journal() if journal is None else journal
        """What happened, for drawings and traces: each freeze is added to it."""
        self.on_lag: Callable[[int, int], None] | None = None
        """Is called for each beat with when it was served, and how late, in nanoseconds; the GUI thread."""
        self._tasks = TaskWatch(self.journal, clock) if follows_tasks else None
        self.ownership = Ownership()
        """Tells which code is the program's own; another one can be given before it is attached."""
        self.heartbeat = heartbeat
        """Where the application has appeared."""
        self._owns_heartbeat = heartbeat is None
        self._listeners: tuple[Callable[[Freeze], None], ...] = ()
        self._watchdog: Watchdog | None = None
        self._overrun_watch: OverrunWatch | None = None
        self._lock = threading.Lock()
        self._arrival: Arrival | None = None
        self._seeker: threading.Thread | None = None
        self._is_detached = False
        self._has_served = False
        self._pauses = 0

    @classmethod
    def attached(cls) -> FreezeMonitor | None:
        """Give the one that was attached last and is not detached yet; any thread.

        Whoever runs a program under a monitor, as ``desktop-app watch`` does, can hand the program nothing: this is
        how it finds where to write what only it knows of.
        """
        return cls._attached[-1] if cls._attached else None

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
        FreezeMonitor._attached = (*FreezeMonitor._attached, self)
        present = _application()
        if present is not None:
            self._has_served = threading.current_thread() is not threading.main_thread() or _loop_level() > 0
            self._attach_to(present)
            return
        if QT in sys.modules:
            _load_heartbeat()
        else:
            self._arrival = Arrival(QT, _load_heartbeat)
        self._seeker = threading.Thread(target=self._seek, name="freeze-monitor", daemon=True)
        self._seeker.start()

    def detach(self) -> None:
        """Cease to watch, and leave nothing behind; what has ended is reported before this returns.

        The GUI thread, or any other if its event loop goes on. May be called twice.
        """
        with self._lock:
            self._is_detached = True
        FreezeMonitor._attached = tuple(each for each in FreezeMonitor._attached if each is not self)
        if self._arrival is not None:
            self._arrival.cancel()
        if self._seeker is not None:
            self._seeker.join()
        if self._watchdog is not None:
            self._watchdog.stop()
        if self._overrun_watch is not None:
            self._overrun_watch.leave()
        if self._tasks is not None:
            for span in self._tasks.running():
                self.journal.add(span)
            self._tasks.unwatch()
        heartbeat = self.heartbeat
        if heartbeat is not None:
            heartbeat.on_served = None
            if self._owns_heartbeat:
                heartbeat.go()

    def flush(self) -> None:
        """Return when each freeze that has ended is reported; any thread but the watchdog's, some ticks at most."""
        if self._watchdog is not None:
            self._watchdog.flush()

    def listen(self, listener: Callable[[Freeze], None]) -> None:
        """Have each freeze told to this: one that lasts once meanwhile, and each when it has ended.

        It is called in the watchdog's thread, which waits for it. One that raises is told no more; its exception
        goes to `threading.excepthook`.
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
        if self._pauses == 1 and self.heartbeat is not None:
            self.heartbeat.beat()
            self.heartbeat.is_paused = True

    def resume(self) -> None:
        """Count again, when this was called as often as `pause`; the GUI thread."""
        self._pauses -= 1
        if self._pauses == 0 and self.heartbeat is not None:
            self.heartbeat.restart()
            if self._overrun_watch is not None:
                self._overrun_watch.restart(self.clock())
            self.heartbeat.is_paused = False

    def _seek(self) -> None:
        began_s = time.monotonic()
        while (present := _application_seen_from_outside()) is None:
            if self._is_detached:
                return
            time.sleep(min(LATEST_S, max(SOONEST_S, (time.monotonic() - began_s) / 200)))
        with self._lock:
            if not self._is_detached:
                self._attach_to(present)

    def _attach_to(self, present: QCoreApplication) -> None:
        appeared_ns = self.clock()
        from desktop_app.responsiveness.qt.heartbeat import Heartbeat

        if self.heartbeat is None:
            # Before there is an application, it would make its thread the one that Qt takes for the main thread.
            self.heartbeat = Heartbeat(BEAT_MS, self.clock)
            if threading.current_thread() is not threading.main_thread():
                self.heartbeat.moveToThread(present.thread())
        heartbeat = self.heartbeat
        heartbeat.on_served = self._on_served
        heartbeat.is_paused = self._pauses > 0
        if self._owns_heartbeat and threading.current_thread() is threading.main_thread():
            # From elsewhere its timer cannot be started but by the first ping.
            heartbeat.start()
        self._overrun_watch = OverrunWatch(
            self.overruns, self.journal, self.ownership, lambda: self._pauses == 0, self.pace.threshold_ms * NS_PER_MS
        )
        if threading.current_thread() is threading.main_thread():
            self._overrun_watch.follow(running_loop_here())
        probe = _probe_of(threading.main_thread(), heartbeat, self.ownership)
        if not probe.is_exact:
            heartbeat.cpu_ns = probe.cpu_ns
        heartbeat.detector.begin(Look(appeared_ns, probe.cpu_ns()))
        self._watchdog = Watchdog(
            heartbeat.detector,
            probe,
            ping=heartbeat.ping,
            hurry=heartbeat.hurry,
            idle_place=lambda: heartbeat.idle_place,
            is_watched=lambda: heartbeat.is_watched,
            is_counted=lambda: heartbeat.is_counted,
            report=self._report,
            clock=self.clock,
            pace=self.pace,
            ownership=self.ownership,
        )
        self._watchdog.start()

    def _on_served(self, found: Slice, lag_ns: int | None) -> None:
        if lag_ns is not None:
            self.lag.add(lag_ns)
            if self.on_lag is not None:
                self.on_lag(found.end_ns, lag_ns)
        if self._watchdog is None:
            return
        if self._tasks is not None and self.heartbeat is not None and self.heartbeat.running_loop is not None:
            self._tasks.follow_running_loop()
        is_startup, self._has_served = not self._has_served, True
        self._watchdog.end_slice(found, is_startup=is_startup)
        if self._overrun_watch is not None and self.heartbeat is not None:
            self._overrun_watch.settle(found)
            self._overrun_watch.follow(self.heartbeat.running_loop)

    def _report(self, freeze: Freeze) -> None:
        if not freeze.is_lasting:
            self.log.add(freeze)
            self.journal.add(freeze)
        for listener in self._listeners:
            try:
                listener(freeze)
            except BaseException as error:  # noqa: BLE001 - it is the program's, and said where those of threads are
                self.unlisten(listener)
                tell_exception(error)


def _loop_level() -> int:
    """Tell how many event loops run within one another in this thread."""
    from PySide6.QtCore import QThread

    return QThread.currentThread().loopLevel()


def _probe_of(thread: threading.Thread, heartbeat: Heartbeat, ownership: Ownership) -> ThreadProbe:
    assert thread.ident is not None
    assert thread.native_id is not None
    probe = ThreadProbe(thread.ident, thread.native_id, clock=heartbeat.clock)
    probe.ownership = ownership
    probe.running_loop = lambda: heartbeat.running_loop
    return probe


def _load_heartbeat() -> None:
    """Load all that is needed of Qt in the thread that imports Qt.

    PySide6 makes its types when they are first used, and crashes where two threads do so at once.
    """
    importlib.import_module(HEARTBEAT)


def _application() -> QCoreApplication | None:
    """Give the application, once it is wholly made; any thread."""
    if threading.current_thread() is not threading.main_thread():
        return _application_seen_from_outside()
    core: Any = sys.modules.get(QT)
    found: QCoreApplication | None = core.QCoreApplication.instance() if hasattr(core, "QCoreApplication") else None
    return found


def _application_seen_from_outside() -> QCoreApplication | None:
    """Give the application, once it is wholly made, to a thread that is not that of its constructor.

    There ``instance()`` would make a second wrapper for it while the constructor runs; so the wrappers that there are
    are asked for. They are not asked for in vain: one that goes just now would be held, and not be there.
    """
    core: Any = sys.modules.get(QT)
    shiboken: Any = sys.modules.get("shiboken6")
    # The heartbeat is imported after the others; what is being imported just now is not there yet.
    if shiboken is None or not hasattr(sys.modules.get(HEARTBEAT), "Heartbeat"):
        return None
    if core.QCoreApplication.startingUp():
        return None
    kind = core.QCoreApplication
    return next((each for each in shiboken.getAllValidWrappers() if isinstance(each, kind)), None)
