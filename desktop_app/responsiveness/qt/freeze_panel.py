"""The panel "Freezes": lag and freezes of the last minutes, and all that is known of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_app.overriding import override
from desktop_app.responsiveness.clock import Clock, monotonic_ns
from desktop_app.responsiveness.events import Freeze
from desktop_app.responsiveness.freezes import FreezeLog
from desktop_app.responsiveness.overruns import OverrunLog, RepeatedOverrun
from desktop_app.responsiveness.qt.freeze_chart import FreezeChart
from desktop_app.responsiveness.qt.freeze_detail import FreezeDetail
from desktop_app.responsiveness.qt.freeze_list import FreezeList, Order, Row
from desktop_app.responsiveness.qt.freeze_words import time_in_words
from desktop_app.responsiveness.qt.lag_strip import StripColors
from desktop_app.responsiveness.recent import RecentFreezes
from desktop_app.responsiveness.timeline import LagHistory

SMALLEST = QSize(640, 480)
USUAL = QSize(1000, 720)
SEGMENT_PADDING = 20
STEPS: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


@dataclass(frozen=True, slots=True)
class PanelLook:
    """What the panel looks like; colours as ``#rrggbb``."""

    style_sheet: str
    colors: StripColors
    text: str
    mark: str
    """The background of a line that is marked."""


class FreezePanel(QDialog):
    """A window beside the one that freezes. It shows a freeze when that is over, as it freezes itself until then.

    It is made, given its look, and told to `show_freezes` before it is shown, each in a turn of the event loop of its
    own: all at once would be a freeze on a slow machine.

    Args:
        log: The freezes by place.
        recent: The last ones one by one.
        history: The lag.
        clock: What all three are on.
        now: The time of day.
        parent: The window it belongs to.
        overruns: The callbacks that held a frame, by place; None: nobody tells of any.
    """

    def __init__(
        self,
        log: FreezeLog,
        recent: RecentFreezes,
        history: LagHistory,
        clock: Clock = monotonic_ns,
        now: Callable[[], datetime] = datetime.now,
        parent: QWidget | None = None,
        overruns: OverrunLog | None = None,
    ) -> None:
        super().__init__(parent)
        self._log, self._recent = log, recent
        self._overruns = OverrunLog() if overruns is None else overruns
        self._clock, self._now = clock, now
        self._order = Order.NEWEST
        self.setMinimumSize(SMALLEST)
        self.resize(USUAL.boundedTo(self.screen().availableSize()))
        self.heading = QLabel()
        self.heading.setTextFormat(Qt.TextFormat.PlainText)
        self.heading.setProperty("role", "title")
        self.chart = FreezeChart(history, recent, clock)
        self.list = FreezeList(self._time_text)
        self.detail = FreezeDetail()
        self.orders = {order: _Segment() for order in Order}
        self.views = (_Segment(), _Segment())
        self.close_button = QPushButton()
        self.close_button.setProperty("role", "secondary")
        self.close_button.setAutoDefault(False)
        self.pages = QStackedWidget()
        self._lay_out()
        self._connect_own()
        self.orders[self._order].setChecked(True)
        self._retranslate()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.heading, 1)
        self._view_switch = _switch(self, self.views)
        self._view_switch.hide()
        top.addWidget(self._view_switch)
        top.addWidget(self.close_button)
        self._left = QWidget()
        column = QVBoxLayout(self._left)
        column.setContentsMargins(0, 0, 4, 0)
        column.setSpacing(8)
        column.addWidget(_switch(self, tuple(self.orders.values())))
        column.addWidget(self.list, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(8)
        self.splitter.addWidget(self._left)
        self.splitter.addWidget(self.detail)
        self._left.setMinimumWidth(220)
        self.detail.setMinimumWidth(280)
        self.splitter.setSizes([290, 640])
        self.splitter.setStretchFactor(1, 1)
        page = QWidget()
        freezes = QVBoxLayout(page)
        freezes.setContentsMargins(0, 0, 0, 0)
        freezes.setSpacing(10)
        freezes.addWidget(self.chart)
        freezes.addWidget(self.splitter, 1)
        self.pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(10)
        layout.addLayout(top)
        layout.addWidget(self.pages, 1)

    def _connect_own(self) -> None:
        self.close_button.clicked.connect(self.reject)
        self.chart.freeze_chosen.connect(self._select)
        self.list.row_chosen.connect(self._on_row_chosen)
        for order, button in self.orders.items():
            button.clicked.connect(partial(self._on_order_clicked, order))
        for i, button in enumerate(self.views):
            button.clicked.connect(partial(self._on_view_clicked, i))

    def set_look(self, look: PanelLook) -> None:
        """Take the style and the colours of a theme."""
        self.setStyleSheet(look.style_sheet)
        self.chart.set_colors(look.colors, look.text)
        self.list.set_colors(look.colors)
        self.detail.set_mark_color(look.mark)
        self._show_rows()

    def show_freezes(self) -> None:
        """Show what freezes there are, and the newest of them in full."""
        newest = self._recent.newest
        self.chart.select(newest)
        self.detail.show_freeze(newest)
        self._show_rows()
        (self.list if newest is not None else self.chart).setFocus()

    def set_timeline(self, timeline: QWidget) -> None:
        """Take the execution timeline, which is shown in place of the freezes when the person switches to it."""
        assert self.pages.count() == 1, "there is one timeline"
        self.pages.addWidget(timeline)
        self._view_switch.show()
        self.views[0].setChecked(True)

    def show_ended(self, freeze: Freeze) -> None:
        """Show that a freeze has ended, which the log and the recent ones have by now.

        What the person looks at stays.
        """
        if self.selected is None and self.detail.overrun is None:
            self._select(freeze)
        self._show_rows()
        self.chart.update()

    def show_overruns(self) -> None:
        """Show that there are more callbacks that held a frame; what the person looks at stays."""
        self._show_rows()

    @property
    def selected(self) -> Freeze | None:
        """The freeze whose details are shown."""
        return self.detail.freeze

    def _select(self, freeze: Freeze | None) -> None:
        self.list.show_selected(freeze)
        self.chart.select(freeze)
        self._show_detail(freeze)

    def _select_overrun(self, overrun: RepeatedOverrun) -> None:
        self.list.show_selected(overrun)
        self.chart.select(None)
        self.detail.show_overrun(overrun, self._time_text(overrun.longest.start_ns))

    def _show_detail(self, freeze: Freeze | None) -> None:
        if freeze is None:
            self.detail.show_freeze(None)
        else:
            self.detail.show_freeze(freeze, self.list.repeated_of(freeze), self._time_text(freeze.start_ns))

    def _show_rows(self) -> None:
        rows, held, overrun = self._log.repeated(), self._overruns.repeated(), self.detail.overrun
        self._left.setVisible(bool(rows or held))
        self.list.show_freezes(rows, held, self._order, overrun or self.selected)
        if overrun is None:
            self._show_detail(self.selected)
        else:
            self._select_overrun(self.list.overrun_like(overrun) or overrun)

    def _time_text(self, start_ns: int) -> str:
        return time_in_words(start_ns, self._clock(), self._now())

    def _on_row_chosen(self, row: Row) -> None:
        if isinstance(row, RepeatedOverrun):
            self._select_overrun(row)
        else:
            self._select(row.longest)

    def _on_order_clicked(self, order: Order) -> None:
        self._order = order
        self._show_rows()

    def _on_view_clicked(self, index: int) -> None:
        self.pages.setCurrentIndex(index)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = STEPS.get(event.key()) if self.pages.currentIndex() == 0 else None
        if step is None:
            super().keyPressEvent(event)
            return
        beside = self._recent.beside(self.selected, step)
        if beside is not None:
            self._select(beside)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
            self._show_rows()
        super().changeEvent(event)

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Freezes"))
        self.heading.setText(self.tr("Freezes of this window"))
        self.close_button.setText(self.tr("&Close"))
        self.orders[Order.NEWEST].setText(self.tr("Newest first"))
        self.orders[Order.WORST].setText(self.tr("Worst first"))
        self.views[0].setText(self.tr("Freezes"))
        self.views[1].setText(self.tr("Execution timeline"))
        self.list.setAccessibleName(self.tr("Freezes by place and cause"))


class _Segment(QPushButton):
    """One of several that exclude one another; has room for its text in the bold font of the chosen one."""

    def __init__(self) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setProperty("role", "segment")

    @override
    def sizeHint(self) -> QSize:
        font = self.font()
        font.setWeight(QFont.Weight.DemiBold)
        width = QFontMetrics(font).horizontalAdvance(self.text()) + SEGMENT_PADDING
        return QSize(width, super().sizeHint().height())


def _switch(owner: QWidget, buttons: tuple[_Segment, ...]) -> QWidget:
    switch = QWidget()
    switch.setProperty("role", "segmented")
    switch.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    group = QButtonGroup(owner)
    row = QHBoxLayout(switch)
    row.setContentsMargins(3, 3, 3, 3)
    row.setSpacing(2)
    for button in buttons:
        group.addButton(button)
        row.addWidget(button, 1)
    return switch
