"""The chart of the panel: the lag of the last minutes, and the freezes in it as blocks that can be clicked."""

from __future__ import annotations

import html

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QHelpEvent, QHideEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QToolTip, QWidget

from desktop_app.overriding import override
from desktop_app.responsiveness.clock import NS_PER_MS, Clock
from desktop_app.responsiveness.events import Freeze
from desktop_app.responsiveness.qt.freeze_words import cause_in_words, length_of, place_in_words
from desktop_app.responsiveness.qt.lag_strip import GRID_MS, REDRAW_MS, StripColors
from desktop_app.responsiveness.recent import Block, RecentFreezes, block_at
from desktop_app.responsiveness.timeline import LagHistory, height_share

HEIGHT = 124
LANE_HEIGHT = 24
AXIS_HEIGHT = 16
TICK_MS = 30_000


class FreezeChart(QWidget):
    """Paints what `LagHistory` and `RecentFreezes` lay out, the present at the right edge.

    How bad a freeze was its block says by its colour, by its height, and where there is room in numbers.

    Args:
        history: The lag; as long as the chart is.
        recent: The freezes.
        clock: What both are on.
        parent: Its owner.
    """

    freeze_chosen = Signal(object)
    """A block was clicked: its `Freeze`."""

    def __init__(
        self, history: LagHistory, recent: RecentFreezes, clock: Clock, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._history = history
        self._recent = recent
        self._clock = clock
        self._colors: StripColors | None = None
        self._text_color = ""
        self._selected: Freeze | None = None
        self._redraw = 0
        self.setFixedHeight(HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._retranslate()

    def set_colors(self, colors: StripColors, text_color: str) -> None:
        """Take the colours of a theme."""
        self._colors, self._text_color = colors, text_color
        self.update()

    def select(self, freeze: Freeze | None) -> None:
        """Show which one is looked at."""
        self._selected = freeze
        said = "" if freeze is None else f"{length_of(freeze.duration_ns)}, {place_in_words(freeze)}"
        self.setAccessibleDescription(said)
        self.update()

    def blocks(self) -> list[Block]:
        """Lay the freezes out as they are drawn, in the widget's coordinates."""
        span_ns = self._history.span_ms * NS_PER_MS
        top = self.height() - AXIS_HEIGHT - LANE_HEIGHT
        laid_out = self._recent.blocks(self._clock(), span_ns, self.width(), LANE_HEIGHT)
        return [Block(each.x, each.y + top, each.width, each.height, each.freeze) for each in laid_out]

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._colors is None:
            return
        painter = QPainter(self)
        lag_height = self.height() - AXIS_HEIGHT - LANE_HEIGHT - 6
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._colors.background))
        painter.drawRoundedRect(QRectF(0, 0, self.width(), self.height() - AXIS_HEIGHT), 6, 6)
        for bar in self._history.bars(self._clock(), self.width(), lag_height - 2):
            painter.fillRect(QRectF(bar.x, bar.y + 1, bar.width, bar.height), QColor(self._colors.bands[bar.band]))
        font = painter.font()
        font.setPixelSize(10)
        painter.setFont(font)
        self._paint_grid(painter, self._colors, lag_height)
        for block in self.blocks():
            self._paint_block(painter, self._colors, block)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._text_color), 1, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(QRectF(0.5, 0.5, self.width() - 1, self.height() - AXIS_HEIGHT - 1), 6, 6)

    def _paint_grid(self, painter: QPainter, colors: StripColors, lag_height: int) -> None:
        for grid_ms in GRID_MS:
            y = round(lag_height * (1 - height_share(grid_ms * NS_PER_MS)))
            painter.setPen(QPen(QColor(colors.grid), 1, Qt.PenStyle.DotLine))
            painter.drawLine(0, y, self.width(), y)
            painter.setPen(QColor(colors.muted))
            painter.drawText(4, y - 2, f"{grid_ms} ms" if grid_ms < 1000 else f"{grid_ms // 1000} s")
        painter.setPen(QPen(QColor(colors.grid), 1, Qt.PenStyle.SolidLine))
        painter.drawLine(QPointF(0, lag_height + 2.5), QPointF(self.width(), lag_height + 2.5))
        painter.setPen(QColor(colors.muted))
        for back_ms in range(0, self._history.span_ms + 1, TICK_MS):
            x = round(self.width() * (1 - back_ms / self._history.span_ms))
            text = f"−{back_ms // 1000} s" if back_ms else self.tr("now")
            width = painter.fontMetrics().horizontalAdvance(text)
            painter.drawText(min(max(0, x - width // 2), self.width() - width), self.height() - 3, text)

    def _paint_block(self, painter: QPainter, colors: StripColors, block: Block) -> None:
        rectangle = QRectF(block.x, block.y, block.width, block.height)
        freeze = block.freeze
        is_fault = freeze.cause.is_of_the_program
        color = QColor(colors.bands[freeze.band] if is_fault else colors.muted)
        painter.setPen(Qt.PenStyle.NoPen if is_fault else QPen(color, 1))
        painter.setBrush(QBrush(color) if is_fault else QBrush(color, Qt.BrushStyle.BDiagPattern))
        painter.drawRect(rectangle)
        text = length_of(freeze.duration_ns)
        if is_fault and painter.fontMetrics().horizontalAdvance(text) + 4 <= block.width and block.height >= 12:
            painter.setPen(QColor(colors.background))
            painter.drawText(rectangle, Qt.AlignmentFlag.AlignCenter, text)
        if freeze is self._selected:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self._text_color), 2))
            painter.drawRect(rectangle.adjusted(-2, -2, 2, 2))

    def _block_at(self, place: QPointF) -> Block | None:
        is_in_lane = self.height() - AXIS_HEIGHT - LANE_HEIGHT - 6 <= place.y() <= self.height() - AXIS_HEIGHT
        return block_at(self.blocks(), place.x()) if is_in_lane else None

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        block = self._block_at(event.position())
        if block is not None and event.button() == Qt.MouseButton.LeftButton:
            self.freeze_chosen.emit(block.freeze)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        is_over = self._block_at(event.position()) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if is_over else Qt.CursorShape.ArrowCursor)

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            block = self._block_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), _tip(block.freeze) if block else "", self)
            return True
        return super().event(event)

    @override
    def timerEvent(self, event: QEvent) -> None:
        self.update()

    @override
    def showEvent(self, event: QShowEvent) -> None:
        if not self._redraw:
            self._redraw = self.startTimer(REDRAW_MS)
        super().showEvent(event)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        if self._redraw:
            self.killTimer(self._redraw)
            self._redraw = 0
        super().hideEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Event-loop lag and freezes of the last minutes"))


def _tip(freeze: Freeze) -> str:
    # Marked as rich text, in which what it consists of is escaped: Qt would guess otherwise.
    lines = (length_of(freeze.duration_ns), cause_in_words(freeze.cause), place_in_words(freeze))
    return "<qt>" + "<br>".join(html.escape(line) for line in lines) + "</qt>"
