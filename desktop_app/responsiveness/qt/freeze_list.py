"""The list of the panel: the freezes by where they were and why, those that are not the program's fault apart."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QBrush, QColor, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QWidget

from desktop_app.overriding import override
from desktop_app.responsiveness.events import Freeze
from desktop_app.responsiveness.freezes import Place, RepeatedFreeze, place_of
from desktop_app.responsiveness.qt.freeze_words import row_in_words
from desktop_app.responsiveness.qt.lag_strip import StripColors
from desktop_app.responsiveness.recent import height_share
from desktop_app.responsiveness.slices import Band

SWATCH = QSize(10, 28)


class Order(enum.Enum):
    """Which freezes come first."""

    NEWEST = enum.auto()
    WORST = enum.auto()
    """Those that took the most time in all."""


class FreezeList(QListWidget):
    """Shows a row for each place and cause.

    Args:
        time_text: Writes at what time something on the monitor's clock was.
        parent: Its owner.
    """

    row_chosen = Signal(object)
    """The person went to the row of this `RepeatedFreeze`."""

    def __init__(self, time_text: Callable[[int], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._time_text = time_text
        self._rows: list[RepeatedFreeze | None] = []
        self._colors: StripColors | None = None
        self._swatches: dict[Band | None, QIcon] = {}
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

    def show_freezes(self, repeated: Iterable[RepeatedFreeze], order: Order, selected: Freeze | None) -> None:
        """Show these, the row of the selected one as the current one."""
        key = (lambda each: each.last_start_ns) if order is Order.NEWEST else (lambda each: each.total_ns)
        rows = sorted(repeated, key=key, reverse=True)
        own = [each for each in rows if each.longest.cause.is_of_the_program]
        foreign = [each for each in rows if not each.longest.cause.is_of_the_program]
        self.blockSignals(True)
        scrolled = self.verticalScrollBar().value()
        self.clear()
        self._rows = [*own, *([None, *foreign] if foreign else [])]
        for row in self._rows:
            self.addItem(self._heading() if row is None else self._item(row))
        self.verticalScrollBar().setValue(scrolled)
        self._make_current(selected)
        self.blockSignals(False)

    def show_selected(self, selected: Freeze | None) -> None:
        """Make the row of this one the current one, silently."""
        self.blockSignals(True)
        self._make_current(selected)
        self.blockSignals(False)

    def repeated_of(self, freeze: Freeze) -> RepeatedFreeze | None:
        """Find what is known of the place that a freeze was at."""
        return next((row for row in self._rows if row is not None and _place(row) == place_of(freeze)), None)

    def _make_current(self, selected: Freeze | None) -> None:
        repeated = self.repeated_of(selected) if selected is not None else None
        if repeated is not None:
            self.setCurrentRow(self._rows.index(repeated))
        else:
            self.setCurrentRow(-1)

    def _item(self, row: RepeatedFreeze) -> QListWidgetItem:
        item = QListWidgetItem(row_in_words(row, self._time_text(row.last_start_ns)))
        if self._colors is not None:
            is_fault = row.longest.cause.is_of_the_program
            item.setIcon(self._swatch(row.longest.band if is_fault else None, self._colors))
            if not is_fault:
                item.setForeground(QColor(self._colors.muted))
        return item

    def _heading(self) -> QListWidgetItem:
        item = QListWidgetItem(self.tr("Not the program's fault"))
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
            ratio = self.devicePixelRatioF()
            pixmap = QPixmap((SWATCH.toSizeF() * ratio).toSize())
            pixmap.setDevicePixelRatio(ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
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
            # Also for rows that are selected, which Qt would tint otherwise.
            made = QIcon(pixmap)
            made.addPixmap(pixmap, QIcon.Mode.Selected)
            self._swatches[band] = made
        return self._swatches[band]

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


def _place(row: RepeatedFreeze) -> Place:
    return place_of(row.longest)
