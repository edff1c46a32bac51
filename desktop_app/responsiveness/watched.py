"""The time of a test that is watched: where events are delivered, or a block asks for it."""

from __future__ import annotations

import sys
import threading
import weakref
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from desktop_app.responsiveness.delivering import ASYNCIO, DELIVERING, Detour
from desktop_app.responsiveness.events import Freeze
from desktop_app.responsiveness.judging import pace_for

if TYPE_CHECKING:
    import asyncio

    from PySide6.QtCore import QCoreApplication

    from desktop_app.responsiveness.qt.monitor import FreezeMonitor
    from desktop_app.responsiveness.watchdog import Pace

MOST_FREEZES = 1000
"""That are kept of one test, the newest."""
MOST_CUTS = 100_000


class WatchedTime:
    """Knows the freezes of the present test, and in which time each of them was. The GUI thread's.

    The monitor is kept from test to test, as to detach one takes up to a tick of its watchdog. Another one takes its
    place where the application is another one, or where it has to look more often.
    """

    def __init__(self) -> None:
        self._monitor: FreezeMonitor | None = None
        self._application: weakref.ref[QCoreApplication] | None = None
        self._pace: Pace = pace_for(None)
        self._freezes: deque[Freeze] = deque(maxlen=MOST_FREEZES)
        self._cuts: deque[tuple[int, bool]] = deque(maxlen=MOST_CUTS)
        self._detours: list[Detour] = []
        self._counts = False
        self._is_delivering = False
        self._blocks = 0
        self._is_watching = False
        self._ask: Callable[[], None] | None = None

    def begin(self, budget_ms: float | None) -> None:
        """Forget the test before, and look as often as a budget needs it."""
        if self._pace != (pace := pace_for(budget_ms)):
            self._drop()
            self._pace = pace
        self._blocks = 0
        self._cut()
        self._freezes.clear()

    def need(self, budget_ms: float) -> None:
        """Look as often as this budget needs it, or more often."""
        pace = pace_for(budget_ms)
        if pace.threshold_ms < self._pace.threshold_ms:
            self._drop()
            self._pace = pace
            self._cut()

    @contextmanager
    def delivering(self, *, also_asyncio: bool) -> Iterator[None]:
        """Count the time within in which Qt delivers events, or also one of asyncio's own loops.

        The calls are still made through this object afterwards, until `let_go`.
        """
        self._detours = [
            Detour(self._deliver, DELIVERING),
            Detour(self._run_asyncio, ASYNCIO if also_asyncio else {}),
        ]
        for detour in self._detours:
            detour.make()
        self._counts = True
        try:
            yield
        finally:
            self._counts = False

    def let_go(self) -> None:
        """Leave all calls as they were; when the test's fixtures have put back what they found."""
        for detour in self._detours:
            detour.undo()
        self._detours = []

    def begin_block(self) -> int:
        """Count all of the time from here on; gives what `end_block` wants."""
        self._blocks += 1
        self._cut()
        return self._now_ns()

    def end_block(self, begun_ns: int) -> tuple[Freeze, ...]:
        """Cease to, and give the freezes since then."""
        self._blocks -= 1
        self._cut()
        ended_ns = self._now_ns()
        return tuple(each for each in self._flushed() if begun_ns <= _middle_ns(each) <= ended_ns)

    @property
    def has_application(self) -> bool:
        """Whether there is anything to watch."""
        return _application() is not None

    def freezes(self) -> tuple[Freeze, ...]:
        """Give those of the present test that have ended."""
        return tuple(self._flushed())

    def freezes_while_delivering(self) -> tuple[Freeze, ...]:
        """Give those of the present test that were while Qt delivered events."""
        cuts = tuple(self._cuts)
        found = []
        for freeze in self._flushed():
            at = bisect_right(cuts, (_middle_ns(freeze), True)) - 1
            if at >= 0 and cuts[at][1]:
                found.append(freeze)
        return tuple(found)

    def close(self) -> None:
        """Leave nothing behind."""
        self._drop()

    def _deliver(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        if not self._counts or self._is_delivering or threading.get_ident() != threading.main_thread().ident:
            return call(*args, **kwargs)
        self._is_delivering = True
        self._cut()
        try:
            return call(*args, **kwargs)
        finally:
            self._is_delivering = False
            self._cut()

    def _run_asyncio(self, run: Callable[[], Any]) -> Any:
        """Run one of asyncio's loops, and have it serve the heartbeat, which lives in Qt's."""
        __tracebackhide__ = True
        if not self._counts or self._is_delivering:
            return run()
        loop: asyncio.AbstractEventLoop = run.__self__  # type: ignore[attr-defined]  # it is bound to it

        def ask() -> None:
            with suppress(RuntimeError):  # it has just been closed
                loop.call_soon_threadsafe(self._beat)

        self._ask_instead(ask)
        try:
            return self._deliver(run)
        finally:
            self._ask_instead(None)

    def _ask_instead(self, ask: Callable[[], None] | None) -> None:
        self._ask = ask
        if self._monitor is not None and self._monitor.heartbeat is not None:
            self._monitor.heartbeat.ask_instead = ask

    def _beat(self) -> None:
        if self._monitor is not None and self._monitor.heartbeat is not None:
            self._monitor.heartbeat.beat()

    def _cut(self) -> None:
        """End what was watched until now, and go on with what is to be from now on."""
        self._attach()
        monitor = self._monitor
        if monitor is None:
            return
        if self._is_watching:
            monitor.pause()
        self._is_watching = self._is_delivering or self._blocks > 0
        self._cuts.append((monitor.clock(), self._is_delivering))
        if self._is_watching:
            monitor.resume()

    def _attach(self) -> None:
        """Have a monitor at the application that there is now, if any."""
        application = _application()
        known = self._application() if self._application is not None else None
        if application is known and (known is not None or self._monitor is None):
            return
        self._drop()
        if application is None:
            return
        from desktop_app.responsiveness.qt.monitor import FreezeMonitor

        # Not a strong one: a test that deletes its application has it deleted.
        self._application = weakref.ref(application)
        self._monitor = FreezeMonitor(pace=self._pace)
        self._monitor.listen(self._on_freeze)
        self._monitor.attach()
        self._monitor.pause()
        self._ask_instead(self._ask)

    def _drop(self) -> None:
        monitor, self._monitor, self._application = self._monitor, None, None
        if monitor is not None:
            monitor.detach()
        self._is_watching = False

    def _on_freeze(self, freeze: Freeze) -> None:
        """Keep it; the watchdog's thread."""
        if not freeze.is_lasting:
            self._freezes.append(freeze)

    def _flushed(self) -> list[Freeze]:
        if self._monitor is not None:
            self._monitor.flush()
        return list(self._freezes)

    def _now_ns(self) -> int:
        return self._monitor.clock() if self._monitor is not None else 0


def _application() -> QCoreApplication | None:
    """Give the application, if there is one; imports nothing."""
    core = sys.modules.get("PySide6.QtCore")
    found: QCoreApplication | None = core.QCoreApplication.instance() if core is not None else None
    return found


def _middle_ns(freeze: Freeze) -> int:
    return (freeze.start_ns + freeze.end_ns) // 2
