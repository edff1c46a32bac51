"""Work on the window in small pieces, so that it answers in between."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer, Signal


class Steps(QObject):
    """Runs one step per turn of the event loop, the newest work in place of what is left of the older."""

    finished = Signal()
    """The last step was run."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._left: deque[Callable[[], None]] = deque()
        self._turn = QTimer(self)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._run_next)

    def run(self, steps: Iterable[Callable[[], None]]) -> None:
        """Run these steps, from the next turn on; drop those that are left of an earlier call."""
        self._left = deque(steps)
        self._turn.start()

    @property
    def is_running(self) -> bool:
        """Whether there is a step left to be run."""
        return self._turn.isActive()

    def _run_next(self) -> None:
        if self._left:
            self._left.popleft()()
        else:
            self._turn.stop()
            self.finished.emit()
