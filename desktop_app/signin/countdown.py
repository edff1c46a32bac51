"""Seconds that pass visibly, for a text that says how many are left."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer, Signal

NS_PER_S = 1_000_000_000
NS_PER_MS = 1_000_000


class Countdown(QObject):
    """Counts whole seconds down to 0; a window that was frozen meanwhile finds it where it ought to be.

    Args:
        parent: Its owner.
        clock: Nanoseconds, monotonic.
    """

    ticked = Signal(int)
    """So many seconds are left; 0 is the last."""

    def __init__(self, parent: QObject | None = None, clock: Callable[[], int] = time.monotonic_ns) -> None:
        super().__init__(parent)
        self._clock = clock
        self._ends_at_ns = 0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self, duration_ms: int) -> None:
        """Count down from now; what was under way is forgotten."""
        self._ends_at_ns = self._clock() + duration_ms * NS_PER_MS
        self._wait()

    def stop(self) -> None:
        """Count no more: nothing is left."""
        self._ends_at_ns = 0
        self._timer.stop()

    @property
    def seconds_left(self) -> int:
        """How many seconds are left, a begun one included."""
        return -(-self._left_ns // NS_PER_S)

    @property
    def _left_ns(self) -> int:
        return max(0, self._ends_at_ns - self._clock())

    def _tick(self) -> None:
        self._wait()
        self.ticked.emit(self.seconds_left)

    def _wait(self) -> None:
        """Wake up when a whole number of seconds is left."""
        left_ns = self._left_ns
        if left_ns:
            until_next_ns = left_ns % NS_PER_S or NS_PER_S
            self._timer.start(-(-until_next_ns // NS_PER_MS))
