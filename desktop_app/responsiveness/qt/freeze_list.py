"""The list of the panel: the freezes by where they were and why, and apart from these what only held a frame.

Those that are not the program's fault stand apart, too.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from typing import TypeAlias

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QWidget

from desktop_app.overriding import override
from desktop_app.responsiveness.events import Freeze
from desktop_app.responsiveness.freezes import RepeatedFreeze, place_of
from desktop_app.responsiveness.overruns import RepeatedOverrun, place_of_overrun
from desktop_app.responsiveness.qt.freeze_words import overrun_row_in_words, row_in_words
from desktop_app.responsiveness.qt.lag_strip import StripColors
from desktop_app.responsiveness.recent import height_share
from desktop_app.responsiveness.slices import Band

SWATCH = QSize(10, 28)
DOT = 8
Row: TypeAlias = RepeatedFreeze | RepeatedOverrun


class Order(enum.Enum):
    """Which freezes come first."""

    NEWEST = enum.auto()
    WORST = enum.auto()
    """Those that took the most time in all."""

    def key(self, row: Row) -> int:
        """Give what is greater the earlier a row comes."""
        return row.last_start_ns if self is Order.NEWEST else row.total_ns


class FreezeList(QListWidget):
    """Shows a row for each place and cause.

    Args:
        time_text: Writes at what time something on the monitor's clock was.
        parent: Its owner.
    """

    row_chosen = Signal(object)
    """The person went to the row of this `RepeatedFreeze` or `RepeatedOverrun`."""

    def __init__(self, time_text: Callable[[int], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._time_text = time_text
        self._rows: list[Row | None] = []
        """None stands for a heading."""
        self._colors: StripColors | None = None
        self._swatches: dict[Band | None, QIcon] = {}
        self._dot: QIcon | None = None
        self.setProperty("role", "freezes")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setIconSize(SWATCH)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QListWidget.ScrollMode.ScrollPerPixel)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setUniformItemSizes(True)
        self.currentRowChanged.connect(self._on_current_row_changed)

    def set_colors(self, colors: StripColors) -> None:
        """Take the colours of a theme; the rows have them once they are shown again."""
        self._colors = colors
        self._swatches.clear()
        self._dot = None

    def show_freezes(
        self,
        repeated: Iterable[RepeatedFreeze],
        held: Iterable[RepeatedOverrun],
        order: Order,
        selected: Freeze | RepeatedOverrun | None,
    ) -> None:
        """Show these, the row of the selected one as the current one."""
        rows = sorted(repeated, key=order.key, reverse=True)
        held = sorted(held, key=order.key, reverse=True)
        own = [each for each in rows if each.longest.cause.is_of_the_program]
        foreign = [each for each in rows if not each.longest.cause.is_of_the_program]
        self.blockSignals(True)
        scrolled = self.verticalScrollBar().value()
        self.clear()
        self._rows = []
        for heading, part in (
            ("", own),
            (self.tr("Held the frame"), held),
            (self.tr("Not the program's fault"), foreign),
        ):
            if heading and part:
                self._rows.append(None)
                self.addItem(self._heading(heading))
            for row in part:
                self._rows.append(row)
                self.addItem(self._item(row))
        self.verticalScrollBar().setValue(scrolled)
        self._make_current(selected)
        self.blockSignals(False)

    def show_selected(self, selected: Freeze | RepeatedOverrun | None) -> None:
        """Make the row of this one the current one, silently."""
        self.blockSignals(True)
        self._make_current(selected)
        self.blockSignals(False)

    def repeated_of(self, freeze: Freeze) -> RepeatedFreeze | None:
        """Find what is known of the place that a freeze was at."""
        freezes = (row for row in self._rows if isinstance(row, RepeatedFreeze))
        return next((row for row in freezes if place_of(row.longest) == place_of(freeze)), None)

    def overrun_like(self, repeated: RepeatedOverrun) -> RepeatedOverrun | None:
        """Find what is known by now of the place of this one."""
        place = place_of_overrun(repeated.longest)
        held = (row for row in self._rows if isinstance(row, RepeatedOverrun))
        return next((row for row in held if place_of_overrun(row.longest) == place), None)

    def _make_current(self, selected: Freeze | RepeatedOverrun | None) -> None:
        repeated: Row | None
        match selected:
            case Freeze():
                repeated = self.repeated_of(selected)
            case RepeatedOverrun():
                repeated = self.overrun_like(selected)
            case None:
                repeated = None
        if repeated is not None:
            self.setCurrentRow(self._rows.index(repeated))
        else:
            self.setCurrentRow(-1)

    def _item(self, row: Row) -> QListWidgetItem:
        time_text = self._time_text(row.last_start_ns)
        if isinstance(row, RepeatedOverrun):
            item = QListWidgetItem(overrun_row_in_words(row, time_text))
            if self._colors is not None:
                item.setIcon(self._dotted(self._colors))
            return item
        item = QListWidgetItem(row_in_words(row, time_text))
        if self._colors is not None:
            is_fault = row.longest.cause.is_of_the_program
            item.setIcon(self._swatch(row.longest.band if is_fault else None, self._colors))
            if not is_fault:
                item.setForeground(QColor(self._colors.muted))
        return item

    def _heading(self, text: str) -> QListWidgetItem:
        item = QListWidgetItem(text)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        if self._colors is not None:
            item.setForeground(QColor(self._colors.muted))
        font = item.font()
        font.setBold(True)
        item.setFont(font)
        return item

    def _swatch(self, band: Band | None, colors: StripColors) -> QIcon:
        """Draw a block as the chart has it; None: hatched, as one that is not the program's fault."""
        if band not in self._swatches:
            pixmap = self._empty_pixmap()
            painter = QPainter(pixmap)
            height = SWATCH.height() * height_share(band if band is not None else Band.HANG)
            rectangle = QRectF(0, SWATCH.height() - height, SWATCH.width(), height)
            if band is None:
                color = QColor(colors.muted)
                painter.fillRect(rectangle, QBrush(color, Qt.BrushStyle.BDiagPattern))
                painter.setPen(color)
                painter.drawRect(rectangle.adjusted(0.5, 0.5, -0.5, -0.5))
            else:
                painter.fillRect(rectangle, QColor(colors.bands[band]))
            painter.end()
            self._swatches[band] = _icon(pixmap)
        return self._swatches[band]

    def _dotted(self, colors: StripColors) -> QIcon:
        """Draw a dot: what held a frame is no block of the chart."""
        if self._dot is None:
            pixmap = self._empty_pixmap()
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colors.bands[Band.NOTICEABLE]))
            painter.drawEllipse(QRectF((SWATCH.width() - DOT) / 2, (SWATCH.height() - DOT) / 2, DOT, DOT))
            painter.end()
            self._dot = _icon(pixmap)
        return self._dot

    def _empty_pixmap(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap((SWATCH.toSizeF() * ratio).toSize())
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        return pixmap

    def _on_current_row_changed(self, index: int) -> None:
        row = self._rows[index] if 0 <= index < len(self._rows) else None
        if row is not None:
            self.row_chosen.emit(row)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            # Whoever it belongs to steps through the single freezes with these.
            event.ignore()
        else:
            super().keyPressEvent(event)


def _icon(pixmap: QPixmap) -> QIcon:
    """Make one that looks the same in rows that are selected, which Qt would tint otherwise."""
    made = QIcon(pixmap)
    made.addPixmap(pixmap, QIcon.Mode.Selected)
    return made
