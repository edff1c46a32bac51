"""The bar at the top: how the program waits, and under which conditions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_app.overriding import override
from desktop_app.signin.conditions_control import ConditionsControl
from desktop_app.signin.conditions_words import summary_of
from desktop_app.signin.labels import ElidedLabel, plain_label
from desktop_app.signin.mode_toggle import ModeToggle
from desktop_app.signin.state import Mode
from desktop_app.signin.theme import Theme

if TYPE_CHECKING:
    from desktop_app.conditions.presets import Conditions

APP_ICON_SIZE = 28
NARROW_BELOW = 760


class TopBar(QFrame):
    """Name of the program, conditions and mode, and a line that says what the two mean.

    Args:
        app_icon: The program's.
        parent: Its owner.
    """

    def __init__(self, app_icon: QIcon, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mode = Mode.ASYNC
        self.setProperty("role", "bar")
        self.conditions = ConditionsControl()
        self.toggle = ModeToggle()
        self.conditions_text = ElidedLabel("muted")
        self.mode_text = plain_label("muted")
        self._title = plain_label("title")
        self._title.setText("Desktop App")
        picture = QLabel()
        picture.setPixmap(app_icon.pixmap(APP_ICON_SIZE, APP_ICON_SIZE))
        first, second = QHBoxLayout(), QHBoxLayout()
        first.setSpacing(12)
        first.addWidget(picture)
        first.addWidget(self._title)
        first.addStretch()
        first.addWidget(self.conditions)
        first.addWidget(self.toggle)
        second.setSpacing(24)
        second.addWidget(self.conditions_text, 1)
        second.addWidget(self.mode_text)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(24, 10, 24, 10)
        rows.setSpacing(6)
        rows.addLayout(first)
        rows.addLayout(second)
        self._retranslate()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.conditions.set_theme(theme)

    def show_mode(self, mode: Mode) -> None:
        """Show how the next load will wait."""
        self._mode = mode
        self.toggle.show_mode(mode)
        self._retranslate()

    def show_conditions(
        self, conditions: Conditions, *, requested: Conditions | None = None, problem: str = ""
    ) -> None:
        """Show what the network and the database are like, and what becomes of a change."""
        self.conditions.show_conditions(conditions, requested=requested, problem=problem)
        role = "field-error" if problem and requested is None else "muted"
        if role != self.conditions_text.property("role"):
            self.conditions_text.setProperty("role", role)
            self.conditions_text.style().polish(self.conditions_text)
        self._retranslate()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        # The window's own title says it too.
        self._title.setVisible(event.size().width() >= NARROW_BELOW)
        super().resizeEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def _retranslate(self) -> None:
        if self._mode is Mode.BLOCKING:
            self.mode_text.setText(self.tr("The window freezes until the answer is there."))
        else:
            self.mode_text.setText(self.tr("The window goes on answering while it waits."))
        if self.conditions.in_force is not None:
            self.conditions_text.setText(self._conditions_said())
            self.conditions_text.setToolTip(self.conditions_text.text())

    def _conditions_said(self) -> str:
        control = self.conditions
        if control.requested is not None:
            return self.tr("Changing to {name}…").format(name=control.requested.name)
        if control.problem:
            return self.tr("Not changed: {problem}").format(problem=control.problem)
        return summary_of(control.in_force) if control.in_force is not None else ""
