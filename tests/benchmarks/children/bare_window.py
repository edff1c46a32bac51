"""The peer of the program: the smallest PySide6 window, of the same size, on the same platform.

It says on stdout when its first paint has ended and when it has been idle for a second, each as a line of JSON with
a stamp of the system-wide monotonic clock, and goes on when it is sent a line: meanwhile its memory can be read.
"""

from __future__ import annotations

import sys
import time

from PySide6.QtCore import QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

WIDTH, HEIGHT = 1040, 760
IDLE_MS = 1000


class BareWindow(QWidget):
    """Fills itself with a colour."""

    def __init__(self, close_after_ms: int) -> None:
        super().__init__()
        self._close_after_ms = close_after_ms
        self._is_painted = False
        self.resize(WIDTH, HEIGHT)

    # It says no `override`, for it imports nothing that a window can do without.
    def paintEvent(self, event: QPaintEvent) -> None:  # type: ignore[explicit-override]  # noqa: N802
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor("#f4f5f8"))
        painter.end()
        if not self._is_painted:
            self._is_painted = True
            tell("painted")
            QTimer.singleShot(self._close_after_ms, self._end)

    def _end(self) -> None:
        if self._close_after_ms:
            tell("idle")
        self.close()


def tell(event: str) -> None:
    """Tell what has just happened, and wait until it was noted."""
    print(f'{{"event": "{event}", "at_ns": {time.monotonic_ns()}}}', flush=True)
    sys.stdin.readline()


def main(until: str) -> int:
    """Open the window, and close it after its first paint (``painted``) or once it was idle (``idle``)."""
    app = QApplication(["bare-window"])
    window = BareWindow(IDLE_MS if until == "idle" else 0)
    window.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
