"""The strip that shows the event-loop lag: the last 30 s as a chart, its present value, the longest freeze."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from PySide6.QtCore import QEvent, QLocale, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from desktop_app.overriding import override
from desktop_app.resources import icon
from desktop_app.responsiveness.clock import NS_PER_MS, Clock, monotonic_ns
from desktop_app.responsiveness.slices import Band, Slice
from desktop_app.responsiveness.timeline import LagHistory, height_share

REDRAW_MS = 200
GRID_MS = (50, 250, 1000)
CHEVRON_SIZE = 12
SHORTCUT = "Alt+F"


class StripColors(NamedTuple):
    """The colours of the strip, as ``#rrggbb``; those of the bands must be legible as text."""

    background: str
    grid: str
    muted: str
    bands: Mapping[Band, str]


LIGHT_BANDS = {
    Band.SMOOTH: "#2a7a3a",
    Band.LONG_TASK: "#77700a",
    Band.NOTICEABLE: "#9a5b00",
    Band.HANG: "#b84410",
    Band.LONG_HANG: "#b3261e",
    Band.NOT_RESPONDING: "#8a1250",
}
DARK_BANDS = {
    Band.SMOOTH: "#79cc8a",
    Band.LONG_TASK: "#d8cf5e",
    Band.NOTICEABLE: "#f5bb5c",
    Band.HANG: "#ff9f6b",
    Band.LONG_HANG: "#ff8178",
    Band.NOT_RESPONDING: "#ff8cc6",
}


class LagChart(QWidget):
    """Paints the bars that a `LagHistory` lays out."""

    def __init__(self, history: LagHistory, clock: Clock, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = history
        self._clock = clock
        self._colors: StripColors | None = None
        self._fills: dict[Band, QColor] = {}
        self.setMinimumHeight(40)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self._redraw = self.startTimer(REDRAW_MS)

    def set_colors(self, colors: StripColors) -> None:
        """Take the colours of a theme."""
        self._colors = colors
        self._fills = {band: QColor(color) for band, color in colors.bands.items()}
        self.update()

    @override
    def timerEvent(self, event: QEvent) -> None:
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._colors is None:
            return
        painter = QPainter(self)
        width, height = self.width(), self.height()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colors.background))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        for bar in self._history.bars(self._clock(), width, height - 2):
            painter.fillRect(QRectF(bar.x, bar.y + 1, bar.width, bar.height), self._fills[bar.band])
        font = painter.font()
        font.setPixelSize(9)
        painter.setFont(font)
        for grid_ms in GRID_MS:
            y = round(height * (1 - height_share(grid_ms * NS_PER_MS)))
            painter.setPen(QPen(QColor(self._colors.grid), 1, Qt.PenStyle.DotLine))
            painter.drawLine(0, y, width, y)
            painter.setPen(QColor(self._colors.muted))
            painter.drawText(4, y - 2, f"{grid_ms} ms" if grid_ms < 1000 else f"{grid_ms // 1000} s")


class LagStrip(QWidget):
    """Chart, present lag, and the longest freeze of the present or last load.

    Give it every slice the monitor measures; the present value is the worst since it was last redrawn.
    """

    freezes_requested = Signal()
    """The person wants to see the freezes."""

    def __init__(self, clock: Clock = monotonic_ns, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history = LagHistory()
        self._colors: StripColors | None = None
        self._worst_ns = 0
        self._present_ns = 0
        self._longest_ns: int | None = None
        self._is_loading = False
        self._freeze_count = 0
        self.freezes = QPushButton()
        self.freezes.setProperty("role", "strip")
        # As elsewhere in the window, a click does not take the focus from where somebody is typing.
        self.freezes.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        # The chevron behind the text.
        self.freezes.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.freezes.setIconSize(QSize(CHEVRON_SIZE, CHEVRON_SIZE))
        self.freezes.clicked.connect(self.freezes_requested)
        self.title, self.present, self.longest = QLabel(), QLabel(), QLabel()
        for label in (self.title, self.present, self.longest):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.title.setProperty("role", "panel-title")
        self.present.setProperty("role", "lag")
        self.longest.setProperty("role", "lag")
        self.present.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.chart = LagChart(self._history, clock)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setVerticalSpacing(6)
        layout.addWidget(self.title, 0, 0)
        layout.addWidget(self.present, 0, 1)
        layout.addWidget(self.chart, 1, 0, 1, 2)
        bottom = QHBoxLayout()
        bottom.addWidget(self.longest, 1)
        bottom.addWidget(self.freezes)
        layout.addLayout(bottom, 2, 0, 1, 2)
        layout.setColumnStretch(0, 3)
        layout.setColumnStretch(1, 2)
        self._redraw = self.startTimer(REDRAW_MS)
        self._retranslate()

    def set_colors(self, colors: StripColors) -> None:
        """Take the colours of a theme."""
        self._colors = colors
        self.chart.set_colors(colors)
        self.freezes.setIcon(icon("chevron-down", colors.muted, CHEVRON_SIZE))
        self._show_values()

    def add(self, found: Slice) -> None:
        """Show a slice."""
        self._history.add(found)
        self._worst_ns = max(self._worst_ns, found.duration_ns)
        if self._is_loading:
            self._longest_ns = max(self._longest_ns or 0, found.duration_ns)

    def begin_load(self) -> None:
        """Show the longest freeze from now on."""
        self._longest_ns, self._is_loading = 0, True
        self._show_values()

    def end_load(self, longest_ns: int) -> None:
        """Show the longest freeze of the load that has ended."""
        self._longest_ns, self._is_loading = longest_ns, False
        self._show_values()

    def show_freeze_count(self, count: int) -> None:
        """Show how many freezes there have been."""
        self._freeze_count = count
        self._show_freezes()

    @override
    def timerEvent(self, event: QEvent) -> None:
        self._present_ns, self._worst_ns = self._worst_ns, 0
        self._show_values()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def _retranslate(self) -> None:
        self.title.setText(self.tr("Event-loop lag"))
        self.longest.setToolTip(self.tr("The longest freeze of this load"))
        self.chart.setAccessibleName(self.tr("Event-loop lag of the last 30 seconds"))
        self.freezes.setToolTip(self.tr("Show the freezes: where each was, and why (Alt+F)"))
        self._show_freezes()
        self._show_values()

    def _show_freezes(self) -> None:
        text = self.tr("Freezes ({count})").format(count=QLocale().toString(self._freeze_count))
        # Setting a button's text takes its shortcut away where the text has no mnemonic.
        self.freezes.setText(text)
        self.freezes.setShortcut(SHORTCUT)

    def _show_values(self) -> None:
        locale = QLocale()
        _show(self.present, format_ms(self._present_ns / NS_PER_MS, locale), self._color(self._present_ns))
        if self._longest_ns is None:
            text = self.tr("Longest freeze: –")
        else:
            length = format_ms(self._longest_ns / NS_PER_MS, locale)
            text = self.tr("Longest freeze: {length}").format(length=length)
            # In a small window: what it is, its tooltip and the chart say, too.
            if self.isVisible() and self.longest.fontMetrics().horizontalAdvance(text) > self.longest.width():
                text = length
        _show(self.longest, text, self._color(self._longest_ns or 0))

    def _color(self, duration_ns: int) -> str:
        return self._colors.bands[Band.of(duration_ns)] if self._colors else ""


def _show(label: QLabel, text: str, color: str) -> None:
    if label.text() != text:
        label.setText(text)
    style = f"color: {color}" if color else ""
    if label.styleSheet() != style:
        label.setStyleSheet(style)


def format_ms(duration_ms: float, locale: QLocale) -> str:
    """Write a duration as a person reads it: ``12 ms``, ``1.75 s``."""
    if duration_ms < 1000:
        return f"{locale.toString(round(duration_ms))} ms"
    return f"{locale.toString(duration_ms / 1000, 'f', 2)} s"
