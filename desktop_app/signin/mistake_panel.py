"""The panel "Common mistake": an unmanaged load beside the managed one."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPaintEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop_app.overriding import override
from desktop_app.resources import style_template
from desktop_app.signin import mistake_texts as texts
from desktop_app.signin.banner import Banner
from desktop_app.signin.labels import plain_label
from desktop_app.signin.mistake import MANAGED, VARIANTS, Outcome, Variant
from desktop_app.signin.mistake_column import LoadColumn
from desktop_app.signin.theme import Theme, style_sheet

SMALLEST = QSize(640, 480)
USUAL = QSize(1160, 820)


class MistakePanel(QDialog):
    """Has a variant picked, and shows what came of it; holds no decision, network or clock.

    Args:
        parent: The window it belongs to, beside which it stands.
    """

    run_requested = Signal(object)
    """The person wants this `Variant` to be run, beside the managed load."""
    painted = Signal()
    """The panel is on the screen for the first time."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(SMALLEST)
        self.resize(USUAL.boundedTo(self.screen().availableSize()))
        self._template = style_template() + style_template("panel")
        self.variant = VARIANTS[0]
        self.announcement = ""
        self._is_painted = False
        self.heading = plain_label("title", wraps=True)
        self.explanation = plain_label(wraps=True)
        self.types_text = plain_label("muted", wraps=True)
        self.types_text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.notice = Banner("warning", "alert")
        self.unmanaged = LoadColumn(self.variant)
        self.managed = LoadColumn(MANAGED)
        self.choices = {variant: QPushButton() for variant in VARIANTS}
        self.again = QPushButton()
        self.again.setProperty("role", "secondary")
        self.again.setAutoDefault(False)
        self.again.clicked.connect(lambda: self.run_requested.emit(self.variant))
        self.close_button = QPushButton()
        self.close_button.setProperty("role", "secondary")
        self.close_button.setAutoDefault(False)
        self.close_button.clicked.connect(self.reject)
        self._group = QButtonGroup(self)
        self._lay_out()
        self.choices[self.variant].setChecked(True)
        self.choices[self.variant].setFocus()
        self._retranslate()

    def _lay_out(self) -> None:
        columns = QHBoxLayout()
        columns.setSpacing(12)
        columns.addWidget(self.unmanaged, 1)
        columns.addWidget(self.managed, 1)
        body = QWidget()
        content = QVBoxLayout(body)
        content.setContentsMargins(20, 4, 20, 12)
        content.setSpacing(8)
        content.addWidget(self.explanation)
        content.addWidget(self.types_text)
        content.addWidget(self.notice)
        content.addLayout(columns, 1)
        self.scroller = QScrollArea()
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setWidgetResizable(True)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroller.setWidget(body)
        top, second = QHBoxLayout(), QHBoxLayout()
        top.addWidget(self.heading, 1)
        top.addWidget(self.again)
        top.addWidget(self.close_button)
        second.addWidget(self._picker())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.setSpacing(8)
        for row in (top, second):
            row.setContentsMargins(20, 0, 20, 0)
            layout.addLayout(row)
        layout.addWidget(self.scroller, 1)
        # The variants come first, then what can be done with them.
        for before, after in pairwise((*self.choices.values(), self.again, self.close_button)):
            QWidget.setTabOrder(before, after)

    def _picker(self) -> QWidget:
        picker = QWidget()
        picker.setProperty("role", "segmented")
        picker.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(picker)
        row.setContentsMargins(3, 3, 3, 3)
        row.setSpacing(2)
        for variant, button in self.choices.items():
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setProperty("role", "segment")
            button.clicked.connect(lambda _checked, variant=variant: self.run_requested.emit(variant))
            self._group.addButton(button)
            row.addWidget(button, 1)
        return picker

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.setStyleSheet(style_sheet(self._template, theme))
        self.notice.set_theme(theme)
        # The style sheet decides how large the text is.
        self.types_text.ensurePolished()
        self.types_text.setMinimumHeight(self.types_text.fontMetrics().lineSpacing() * 2)
        for column in (self.unmanaged, self.managed):
            column.set_theme(theme)

    def show_run(self, variant: Variant) -> None:
        """Show a run that is about to begin."""
        self.variant = variant
        self.choices[variant].setChecked(True)
        self.notice.hide()
        self.unmanaged.show_variant(variant)
        self.managed.show_variant(MANAGED)
        self._retranslate()

    def show_outcome(self, variant: Variant, outcome: Outcome) -> None:
        """Show what has come of the run of this variant, or of the managed load."""
        column = self.managed if variant is MANAGED else self.unmanaged
        before = column.verdict.text
        column.show_outcome(outcome)
        if column.verdict.text not in ("", before):
            self._announce(column.verdict.text)

    def show_signed_out(self, variant: Variant) -> None:
        """Say that nobody is signed in for whom anything could be loaded."""
        self.show_run(variant)
        self.notice.show_message(self.tr("Nobody is signed in."), self.tr("Sign in, and then run it again."))
        self._announce(self.notice.accessibleName())

    def _announce(self, text: str) -> None:
        """Tell a screen reader."""
        self.announcement = text
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, text))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._is_painted:
            self._is_painted = True
            # Once the frame has gone out.
            QTimer.singleShot(0, self, self.painted.emit)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def _retranslate(self) -> None:
        self.setWindowTitle(self.tr("Common mistake"))
        self.heading.setText(self.tr("Common mistake: using data before it is there"))
        self.again.setText(self.tr("&Run again"))
        self.close_button.setText(self.tr("&Close"))
        for variant, button in self.choices.items():
            button.setText(texts.name_of(variant))
        self.explanation.setText(texts.explanation_of(self.variant))
        self.types_text.setText(texts.types_on(self.variant))
