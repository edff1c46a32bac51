"""The toggle that chooses how the program waits."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget

from desktop_app.overriding import override
from desktop_app.signin.state import Mode

BUTTON_WIDTH = 104


class ModeToggle(QWidget):
    """Blocking | Async, with Alt+B and Alt+A; its size does not depend on the language."""

    mode_requested = Signal(object)
    """The person wants the next load to wait in this `Mode`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "segmented")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._group = QButtonGroup(self)
        self.buttons = {mode: QPushButton() for mode in Mode}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(3, 3, 3, 3)
        layout.setSpacing(2)
        for mode, button in self.buttons.items():
            button.setCheckable(True)
            # Neither a click nor its shortcut takes the focus from where somebody is typing.
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setFixedWidth(BUTTON_WIDTH)
            button.setProperty("role", "segment")
            button.clicked.connect(lambda _checked, mode=mode: self.mode_requested.emit(mode))
            self._group.addButton(button)
            layout.addWidget(button)
        self.setSizePolicy(self.sizePolicy().Policy.Fixed, self.sizePolicy().Policy.Fixed)
        self._retranslate()

    def show_mode(self, mode: Mode) -> None:
        """Show which mode the next load will use."""
        self.buttons[mode].setChecked(True)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self._retranslate()
        super().changeEvent(event)

    def _retranslate(self) -> None:
        # The mnemonics are Alt+B and Alt+A in every language.
        self.buttons[Mode.BLOCKING].setText(self.tr("&Blocking"))
        self.buttons[Mode.BLOCKING].setAccessibleName(self.tr("Wait blocking"))
        self.buttons[Mode.ASYNC].setText(self.tr("&Async"))
        self.buttons[Mode.ASYNC].setAccessibleName(self.tr("Wait async"))
