"""What opens below the conditions control: all conditions there are, and sliders for those of one's own."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QLocale, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QMouseEvent, QShortcut
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from desktop_app.conditions.presets import CUSTOM, PRESETS, Conditions, custom_conditions
from desktop_app.overriding import override
from desktop_app.signin.conditions_control import SHORTCUT
from desktop_app.signin.conditions_list import ConditionsList, Row
from desktop_app.signin.conditions_words import summary_of
from desktop_app.signin.labels import plain_label
from desktop_app.signin.theme import Theme
from desktop_app.signin.value_slider import ValueSlider

WIDTH = 480
MARGIN, BORDER = 10, 1
GAP = 4
LATENCIES_MS = tuple(range(0, 3001, 50))
UNLIMITED = 0
RATES_KB_PER_S = (
    *(1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50, 70, 100, 150, 200, 300, 400, 500, 700),
    *(1000, 1500, 2000, 3000, 5000, 7000, 10_000),
    UNLIMITED,
)
FIRST_LATENCY_MS = 500
FIRST_RATE_KB_PER_S = 100
KB_PER_MB = 1000


class ConditionsPanel(QFrame):
    """A popup: made when it is first opened, it closes by itself when the person turns elsewhere.

    Args:
        owner: The control that it opens below.
    """

    conditions_chosen = Signal(object)
    """The person wants these `Conditions`."""

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner, Qt.WindowType.Popup)
        self._owner = owner
        self._in_force: Conditions | None = None
        self._requested: Conditions | None = None
        self._has_own_service = True
        self.setProperty("role", "popup")
        self.heading = plain_label("panel-title")
        self.problem = plain_label("field-error", wraps=True)
        self.list = ConditionsList(WIDTH - 2 * (MARGIN + BORDER))
        self.list.row_chosen.connect(self._on_row_chosen)
        self.latency, self.rate = ValueSlider(LATENCIES_MS), ValueSlider(RATES_KB_PER_S)
        self.latency.show_value(FIRST_LATENCY_MS)
        self.rate.show_value(FIRST_RATE_KB_PER_S)
        for slider in (self.latency, self.rate):
            slider.value_moved.connect(self._show_choices)
            slider.value_settled.connect(self._choose_custom)
        # The control's own key closes it again.
        QShortcut(SHORTCUT, self, self.close)
        rule = QFrame()
        rule.setProperty("role", "rule")
        rule.setFixedHeight(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, 12, MARGIN, 14)
        column.setSpacing(8)
        for part, indent in (
            (self.heading, 8),
            (self.list, 0),
            (rule, 0),
            (self.latency, 10),
            (self.rate, 10),
            (self.problem, 8),
        ):
            part.setContentsMargins(indent, 0, indent, 0)
            column.addWidget(part, int(part is self.list))
        self._retranslate()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.list.set_theme(theme)

    def set_own_service(self, has_own_service: bool) -> None:
        """Offer what is made in the program's own service, or say why not."""
        self._has_own_service = has_own_service
        self._retranslate()

    def show_conditions(self, in_force: Conditions | None, requested: Conditions | None, problem: str) -> None:
        """Show what is in force, what is about to be, and why the last change came to nothing."""
        self._in_force, self._requested = in_force, requested
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        wanted = requested or in_force
        if wanted is not None and wanted.name == CUSTOM:
            self.latency.show_value(wanted.values["latency_ms"])
            self.rate.show_value(wanted.values["rate_kb_per_s"])
        self._retranslate()

    def open_below_owner(self) -> None:
        """Open with the focus on what is in force, or about to be."""
        self._fit()
        wanted = self._requested or self._in_force
        names = [conditions.name for conditions in self._offered()]
        if wanted is not None and wanted.name in names:
            self.list.setCurrentRow(names.index(wanted.name))
        self.show()
        self.list.setFocus()
        self.list.scrollToItem(self.list.currentItem())

    def _fit(self) -> None:
        """Be as high as everything in it, below the owner, and within its screen."""
        screen = self._owner.screen().availableGeometry()
        self.ensurePolished()
        size = QSize(WIDTH, min(self.sizeHint().height(), screen.height()))
        place = QRect(self._owner.mapToGlobal(QPoint(0, self._owner.height() + GAP)), size)
        place.moveLeft(max(screen.left(), min(place.left(), screen.right() + 1 - place.width())))
        place.moveTop(max(screen.top(), min(place.top(), screen.bottom() + 1 - place.height())))
        self.setGeometry(place)

    def _offered(self) -> Sequence[Conditions]:
        return (*PRESETS.values(), custom_conditions(self.latency.value, self.rate.value))

    def _on_row_chosen(self, row: int) -> None:
        chosen = self._offered()[row]
        self.close()
        self.conditions_chosen.emit(chosen)

    def _choose_custom(self) -> None:
        self.conditions_chosen.emit(custom_conditions(self.latency.value, self.rate.value))

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        # A press on the owner closes the popup; played to the owner once more it would open it again.
        at = self._owner.mapFromGlobal(event.globalPosition().toPoint())
        self.setAttribute(Qt.WidgetAttribute.WA_NoMouseReplay, self._owner.rect().contains(at))
        super().mousePressEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        for slider in (self.latency, self.rate):
            slider.settle()
        super().hideEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def _retranslate(self) -> None:
        self.setAccessibleName(self.tr("Conditions"))
        self.heading.setText(self.tr("What the network and the database are like"))
        self.list.setAccessibleName(self.tr("Conditions"))
        self._show_choices()
        if self.isVisible():
            self._fit()

    def _show_choices(self) -> None:
        """Show what can be chosen, the sliders' present values included; nothing moves under the hand."""
        self.latency.show_texts(self.tr("&Latency"), self._latency_text())
        self.rate.show_texts(self.tr("Band&width"), self._rate_text())
        self.list.show_rows([self._row_of(conditions) for conditions in self._offered()])

    def _row_of(self, conditions: Conditions) -> Row:
        is_enabled = self._has_own_service or not conditions.needs_own_service
        text = summary_of(conditions)
        if not is_enabled:
            text += " " + self.tr("Only the program's own service can do that, and it runs elsewhere (--server).")
        is_requested = self._requested is not None and self._requested.name == conditions.name
        is_in_force = self._in_force is not None and self._in_force.name == conditions.name
        note = self.tr("changing…") if is_requested else self.tr("in force") if is_in_force else ""
        return Row(conditions.name, text, note, is_in_force, is_enabled)

    def _latency_text(self) -> str:
        return self.tr("{number} ms").format(number=QLocale().toString(self.latency.value))

    def _rate_text(self) -> str:
        rate = self.rate.value
        if rate == UNLIMITED:
            return self.tr("unlimited")
        if rate < KB_PER_MB:
            return self.tr("{number} KB/s").format(number=rate)
        return self.tr("{number} MB/s").format(number=QLocale().toString(rate / KB_PER_MB, "g", 3))
