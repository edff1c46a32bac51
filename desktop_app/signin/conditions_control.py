"""The control that says what the network and the database are like, and offers to make them otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from desktop_app.overriding import override
from desktop_app.resources import icon
from desktop_app.signin.labels import ElidedLabel, plain_label
from desktop_app.signin.theme import Theme

if TYPE_CHECKING:
    from desktop_app.conditions.presets import Conditions
    from desktop_app.signin.conditions_panel import ConditionsPanel

WIDTH = 272
CHEVRON_SIZE = 14
SHORTCUT = "Alt+C"


class ConditionsControl(QPushButton):
    """A button that names the conditions in force; its size depends neither on them nor on the language."""

    conditions_requested = Signal(object)
    """The person wants these `Conditions` to be in force."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.in_force: Conditions | None = None
        self.requested: Conditions | None = None
        self.problem = ""
        self.panel: ConditionsPanel | None = None
        self._has_own_service = True
        self._theme: Theme | None = None
        self.clicked.connect(self.open_panel)
        self.setProperty("role", "secondary")
        self.setFixedWidth(WIDTH)
        # As with the toggle, neither a click nor the shortcut takes the focus from where somebody is typing.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setShortcut(SHORTCUT)
        self.caption = plain_label("muted")
        self.value = ElidedLabel("value")
        self._chevron = QLabel()
        self._chevron.setFixedSize(CHEVRON_SIZE, CHEVRON_SIZE)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 10, 0)
        row.setSpacing(6)
        for part in (self.caption, self.value, self._chevron):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            row.addWidget(part, int(part is self.value))
        self._retranslate()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        if self.panel is not None:
            self.panel.set_theme(theme)
        self._chevron.setPixmap(icon("chevron-down", theme.muted, CHEVRON_SIZE).pixmap(CHEVRON_SIZE, CHEVRON_SIZE))

    def set_own_service(self, has_own_service: bool) -> None:
        """Say whether the program's own service runs, which some conditions are made in."""
        self._has_own_service = has_own_service
        if self.panel is not None:
            self.panel.set_own_service(has_own_service)

    def show_conditions(
        self, conditions: Conditions, *, requested: Conditions | None = None, problem: str = ""
    ) -> None:
        """Show what is in force, what is about to be, and why the last change came to nothing."""
        self.in_force, self.requested, self.problem = conditions, requested, problem
        if self.panel is not None:
            self.panel.show_conditions(conditions, requested, problem)
        self._retranslate()

    def open_panel(self) -> None:
        """Offer what conditions there are, below the button."""
        if self.panel is None:
            self.panel = self._make_panel()
        self.panel.open_below_owner()

    def close_panel(self) -> None:
        """Offer nothing more, as if the person had turned elsewhere."""
        if self.panel is not None:
            self.panel.close()

    def _make_panel(self) -> ConditionsPanel:
        # The first paint must not wait for what few ever open.
        from desktop_app.signin.conditions_panel import ConditionsPanel

        panel = ConditionsPanel(self)
        panel.conditions_chosen.connect(self._on_conditions_chosen)
        panel.set_own_service(self._has_own_service)
        panel.show_conditions(self.in_force, self.requested, self.problem)
        if self._theme is not None:
            panel.set_theme(self._theme)
        return panel

    def _on_conditions_chosen(self, conditions: Conditions) -> None:
        if conditions != (self.requested or self.in_force) or self.problem:
            self.conditions_requested.emit(conditions)

    @override
    def sizeHint(self) -> QSize:
        return QSize(WIDTH, super().sizeHint().height())

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def _retranslate(self) -> None:
        self.caption.setText(self.tr("Conditions:"))
        self.value.setText(self.in_force.name if self.in_force else "")
        self.setAccessibleName(f"{self.caption.text()} {self.value.text()}")
        # The whole of it: part of it may still be as it was under the pointer, which a popup has taken away since.
        self.update()
        self.setToolTip(self.tr("Change what the network and the database are like (Alt+C)"))
