"""The conditions to choose from: each with its name, its summary, and what there is to say about it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from desktop_app.overriding import override
from desktop_app.resources import icon_renderer
from desktop_app.signin.theme import Theme

NAME_SIZE_PX = 14
TEXT_SIZE_PX = 12
CHECK_SIZE = 16
TEXT_LEFT = 36
MARGIN_RIGHT = 22
"""With room for a scroll bar, so that no text is wrapped anew when there is one."""
MARGIN_Y = 7
ROW_ROLE = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex
WRAPPED = int(Qt.TextFlag.TextWordWrap)


@dataclass(frozen=True, slots=True)
class Row:
    """One of the conditions, in the person's language."""

    name: str
    text: str
    note: str
    """What there is to say beside the name: that they are in force, or are about to be."""
    is_in_force: bool
    is_enabled: bool


class ConditionsList(QListWidget):
    """A list that is chosen from like a menu: by a click, Enter or Space; arrows choose nothing yet.

    Args:
        width: In pixels; how high it has to be depends on it, and is asked before it is laid out.
        parent: Its owner.
    """

    row_chosen = Signal(int)
    """The person wants what this row offers."""

    def __init__(self, width: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(width)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self._delegate = _RowDelegate(self)
        self.setItemDelegate(self._delegate)
        self.itemClicked.connect(lambda item: self._choose(item))

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._delegate.theme = theme
        # Rather than through viewport(): to give out a widget that Qt has made, PySide makes all classes that it
        # might be of, which takes longer than a frame.
        self.scheduleDelayedItemsLayout()

    def show_rows(self, rows: list[Row]) -> None:
        """Show these, in place of what was shown; the one the person has gone to stays so."""
        while self.count() < len(rows):
            self.addItem(QListWidgetItem())
        for i, row in enumerate(rows):
            item = self.item(i)
            item.setData(ROW_ROLE, row)
            item.setText(row.name)
            spoken = ". ".join(filter(None, (row.name, row.note, row.text)))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
            enabled = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            item.setFlags(enabled if row.is_enabled else Qt.ItemFlag.NoItemFlags)
        self.scheduleDelayedItemsLayout()
        self.updateGeometry()

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None and item.flags() & Qt.ItemFlag.ItemIsEnabled:
            self.row_chosen.emit(self.row(item))

    @override
    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), sum(self.sizeHintForRow(i) for i in range(self.count())))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHintForRow(0))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(self.currentItem())
        else:
            super().keyPressEvent(event)


class _RowDelegate(QStyledItemDelegate):
    """Paints a `Row`: a check mark where it is in force, the name, and the summary below."""

    def __init__(self, view: ConditionsList) -> None:
        super().__init__(view)
        self._view = view
        self.theme: Theme | None = None

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row = index.data(ROW_ROLE)
        width = self._view.width()
        if not isinstance(row, Row):
            return QSize(width, 0)
        name = QFontMetrics(self._font(NAME_SIZE_PX, QFont.Weight.DemiBold)).height()
        return QSize(width, 2 * MARGIN_Y + name + 1 + self._text_height(row.text))

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, theme = index.data(ROW_ROLE), self.theme
        if not isinstance(row, Row) or theme is None:
            return
        area, state = QRect(option.rect), option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.is_enabled:
            self._paint_background(painter, area, state, theme)
        if row.is_in_force:
            check = QRect(area.left() + 11, area.top() + MARGIN_Y + 1, CHECK_SIZE, CHECK_SIZE)
            icon_renderer("check", theme.accent).render(painter, check.toRectF())
        inside = QRect(area.left() + TEXT_LEFT, area.top() + MARGIN_Y, self._text_width, area.height() - 2 * MARGIN_Y)
        painter.setFont(self._font(NAME_SIZE_PX, QFont.Weight.DemiBold))
        painter.setPen(QColor(theme.text if row.is_enabled else theme.muted))
        painter.drawText(inside, int(Qt.AlignmentFlag.AlignTop), row.name)
        name_height = painter.fontMetrics().height()
        painter.setFont(self._font(TEXT_SIZE_PX, QFont.Weight.DemiBold))
        painter.setPen(QColor(theme.accent))
        painter.drawText(inside, int(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight), row.note)
        painter.setFont(self._font(TEXT_SIZE_PX))
        painter.setPen(QColor(theme.muted))
        painter.drawText(inside.adjusted(0, name_height + 1, 0, 0), WRAPPED, row.text)
        painter.restore()

    def _paint_background(self, painter: QPainter, area: QRect, state: QStyle.StateFlag, theme: Theme) -> None:
        is_current = bool(state & QStyle.StateFlag.State_Selected)
        is_hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        if not is_current and not is_hovered:
            return
        has_focus = is_current and self._view.hasFocus()
        painter.setPen(QPen(QColor(theme.accent), 2) if has_focus else Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent_soft if is_current else theme.raised))
        painter.drawRoundedRect(area.toRectF().adjusted(1, 1, -1, -1), 8, 8)

    @property
    def _text_width(self) -> int:
        return self._view.width() - TEXT_LEFT - MARGIN_RIGHT

    def _text_height(self, text: str) -> int:
        metrics = QFontMetrics(self._font(TEXT_SIZE_PX))
        return metrics.boundingRect(QRect(0, 0, self._text_width, 10_000), WRAPPED, text).height()

    def _font(self, size_px: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        font = QFont(self._view.font())
        font.setPixelSize(size_px)
        font.setWeight(weight)
        return font
