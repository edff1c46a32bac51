"""The spinner, and when it is to be seen."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from desktop_app.overriding import override
from desktop_app.signin.theme import Theme

SHOW_AFTER_MS = 150
SHOW_FOR_MS = 350
TURN_MS = 1000
PULSE_MS = 2000
ARC_DEGREES = 90


class SpinnerSchedule:
    """Decides when a spinner is shown: not for a short wait, and never for a flash.

    Pure; all times are milliseconds on one clock of the caller's. The two numbers are React's and epicreact.dev's
    rule for pending states.
    """

    def __init__(self) -> None:
        self._shows_at_ms: int | None = None
        self._hides_at_ms: int | None = None

    def begin(self, now_ms: int, *, at_once: bool) -> None:
        """A wait begins; one that will freeze the window must show its spinner before it does."""
        if not self.is_shown(now_ms):
            self._shows_at_ms = now_ms if at_once else now_ms + SHOW_AFTER_MS
        self._hides_at_ms = None

    def end(self, now_ms: int) -> None:
        """The wait is over."""
        if self._shows_at_ms is None or now_ms < self._shows_at_ms:
            self._shows_at_ms = None
        else:
            self._hides_at_ms = max(now_ms, self._shows_at_ms + SHOW_FOR_MS)

    def is_shown(self, now_ms: int) -> bool:
        """Tell whether the spinner is to be seen now."""
        if self._shows_at_ms is None or now_ms < self._shows_at_ms:
            return False
        return self._hides_at_ms is None or now_ms < self._hides_at_ms

    def changes_in_ms(self, now_ms: int) -> int | None:
        """Tell after how long `is_shown` will answer otherwise; None when nothing is due."""
        due = [at for at in (self._shows_at_ms, self._hides_at_ms) if at is not None and at > now_ms]
        return min(due) - now_ms if due else None


class Spinner(QWidget):
    """A ring that turns once a second at the screen's rate; with reduced motion it fades in and out instead."""

    def __init__(self, size: int = 24, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reduced_motion = False
        self._size = size
        self._surface = self._track = self._arc = QColor()
        self._running = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.update)
        self.setFixedSize(size, size)
        # Else each frame would paint all that lies behind it, up to the window.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme; it lies on a surface."""
        self._surface, self._track, self._arc = QColor(theme.surface), QColor(theme.border), QColor(theme.accent)
        self.update()

    def start(self) -> None:
        """Turn."""
        if not self._timer.isActive():
            self._running.start()
            self._timer.start(frame_ms(self))
            self.update()

    def stop(self) -> None:
        """Stand still."""
        self._timer.stop()

    @override
    def sizeHint(self) -> QSize:
        return QSize(self._size, self._size)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        elapsed_ms = self._running.elapsed() if self._running.isValid() else 0
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._surface)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = self._size / 8
        ring = QRectF(self.rect()).adjusted(width, width, -width, -width)
        painter.setPen(QPen(self._track, width))
        painter.drawEllipse(ring)
        arc = QColor(self._arc)
        if self.reduced_motion:
            phase = elapsed_ms % PULSE_MS / PULSE_MS
            arc.setAlphaF(0.25 + 1.5 * abs(0.5 - phase))
            start, span = 90.0, -360.0
        else:
            start, span = 90 - elapsed_ms % TURN_MS * 360 / TURN_MS, -ARC_DEGREES
        painter.setPen(QPen(arc, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawArc(ring, round(start * 16), round(span * 16))


def frame_ms(widget: QWidget) -> int:
    """Tell how long one frame of the widget's screen lasts, in whole milliseconds."""
    rate_hz = widget.screen().refreshRate() or 60
    return max(1, int(1000 / rate_hz))
