"""A message with an icon, and where there is something to do about it a button."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app.resources import icon
from desktop_app.signin.labels import plain_label
from desktop_app.signin.theme import Theme

ICON_SIZE = 20


class Banner(QFrame):
    """A title, a text, an icon in the colour of its kind, and a button where it is given a text.

    Args:
        kind: ``error`` or ``warning``: the colour, and what the style sheet knows it as.
        icon_name: Of the assets.
        parent: Its owner.
    """

    action_requested = Signal()
    """The button was pressed."""

    def __init__(self, kind: str, icon_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", f"banner-{kind}")
        self._kind = kind
        self._icon_name = icon_name
        self._icon = QLabel()
        self._icon.setFixedSize(ICON_SIZE, ICON_SIZE)
        self.title = plain_label("banner-title", wraps=True)
        self.text = plain_label("banner-text", wraps=True)
        self.button = QPushButton()
        self.button.setProperty("role", "secondary")
        self.button.clicked.connect(self.action_requested)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.text)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 10, 10, 10)
        layout.setSpacing(12)
        layout.addWidget(self._icon, alignment=Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)
        layout.addWidget(self.button, alignment=Qt.AlignmentFlag.AlignVCenter)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        color = theme.error if self._kind == "error" else theme.warning
        self._icon.setPixmap(icon(self._icon_name, color).pixmap(ICON_SIZE, ICON_SIZE))

    def show_message(self, title: str, text: str = "", button: str = "") -> None:
        """Show a message; the button only where it has a text."""
        self.title.setText(title)
        self.text.setText(text)
        self.text.setVisible(bool(text))
        self.button.setText(button)
        self.button.setVisible(bool(button))
        self.setAccessibleName(f"{title} {text}".strip())
        self.show()
