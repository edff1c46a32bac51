"""Something to feel a freeze with: a field, a counter, and an indicator that never rests."""

from __future__ import annotations

import math

from PySide6.QtCore import QElapsedTimer, QEvent, QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.overriding import override
from desktop_app.signin.labels import ElidedLabel
from desktop_app.signin.spinner import frame_ms
from desktop_app.signin.theme import Theme

COUNTER_WIDTH = 96
ROUND_TRIP_MS = 2400
BALL_SIZE = 12


class MovingIndicator(QWidget):
    """A ball that rolls to and fro at the screen's rate for as long as the GUI thread lets it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._surface = self._track = self._ball = QColor()
        self._running = QElapsedTimer()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.update)
        self.setFixedHeight(BALL_SIZE + 4)
        # Else each frame would paint all that lies behind it, up to the window.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme; it lies on a surface."""
        self._surface, self._track, self._ball = QColor(theme.surface), QColor(theme.border), QColor(theme.accent)
        self.update()

    def start(self) -> None:
        """Roll."""
        self._running.start()
        self._timer.start(frame_ms(self))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        elapsed_ms = self._running.elapsed() if self._running.isValid() else 0
        share = (1 - math.cos(2 * math.pi * elapsed_ms / ROUND_TRIP_MS)) / 2
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._surface)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._track)
        painter.drawRoundedRect(QRectF(0, self.height() / 2 - 2, self.width(), 4), 2, 2)
        painter.setBrush(self._ball)
        left = share * (self.width() - BALL_SIZE)
        painter.drawEllipse(QRectF(left, (self.height() - BALL_SIZE) / 2, BALL_SIZE, BALL_SIZE))


class FeelPanel(QWidget):
    """Field, counter and indicator; no size in it depends on the language."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.count = 0
        self.title = ElidedLabel("panel-title")
        self.typing = QLineEdit()
        self.typing.setMaxLength(10_000)
        self.typing.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.counter = QPushButton()
        self.counter.setProperty("role", "secondary")
        self.counter.setFixedWidth(COUNTER_WIDTH)
        # A click must not take the focus from the field: one types and clicks at the same time.
        self.counter.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.counter.clicked.connect(self._on_counter_clicked)
        self.indicator = MovingIndicator()
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.counter)
        row.addWidget(self.indicator, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self.title)
        layout.addWidget(self.typing)
        layout.addLayout(row)
        layout.addStretch()
        self._retranslate()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.indicator.set_theme(theme)

    def _on_counter_clicked(self) -> None:
        self.count += 1
        self._show_count()

    def _show_count(self) -> None:
        self.counter.setText(f"+1  {self.count}")
        self.counter.setAccessibleName(self.tr("Count up, now {count}").format(count=self.count))

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def _retranslate(self) -> None:
        self.title.setText(self.tr("Try it while it loads"))
        self.typing.setPlaceholderText(self.tr("Type here…"))
        self.typing.setAccessibleName(self.tr("Field to type in"))
        self.indicator.setAccessibleName(self.tr("Moves while the window answers"))
        self._show_count()
