"""A message with an icon, and where there is something to do about it a button."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app.overriding import override
from desktop_app.resources import icon
from desktop_app.signin.countdown import Countdown
from desktop_app.signin.labels import plain_label
from desktop_app.signin.theme import Theme

ICON_SIZE = 20
BUTTON_WIDTH = 128
Kind = Literal["error", "warning", "news"]


class Banner(QFrame):
    """A title, a text, an icon in the colour of its kind, and a button where it is given a text.

    Args:
        kind: The colour, and what the style sheet knows it as.
        icon_name: Of the assets.
        parent: Its owner.
    """

    action_requested = Signal()
    """The button was pressed."""

    def __init__(self, kind: Kind, icon_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._usual: tuple[Kind, str] = (kind, icon_name)
        self._look = self._usual
        self._theme: Theme | None = None
        self._words: Callable[[int], tuple[str, str]] | None = None
        self._about: object = None
        self._countdown = Countdown(self)
        self._countdown.ticked.connect(self._on_second_passed)
        self._icon = QLabel()
        self._icon.setFixedSize(ICON_SIZE, ICON_SIZE)
        self.title = plain_label("banner-title", wraps=True)
        self.text = plain_label("banner-text", wraps=True)
        self.button = QPushButton()
        self.button.setMinimumWidth(BUTTON_WIDTH)
        self.button.clicked.connect(self.action_requested)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch()
        words.addWidget(self.title)
        words.addWidget(self.text)
        words.addStretch()
        self._row = layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 10, 10, 10)
        layout.setSpacing(12)
        layout.addWidget(self._icon)
        layout.addLayout(words, 1)
        layout.addWidget(self.button, alignment=Qt.AlignmentFlag.AlignVCenter)
        self._wear_look()
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._color_icon()

    def show_message(self, title: str, text: str = "", button: str = "") -> None:
        """Show a message; the button only where it has a text."""
        self.setMinimumHeight(0)
        self._show(self._usual, title, text, button)

    def show_news(self, icon_name: str, title: str, text: str, button: str) -> None:
        """Show something welcome in place of a message; what lies below does not move up for it."""
        if not self.isHidden():
            self.setMinimumHeight(self.height())
        self._show(("news", icon_name), title, text, button)

    def count_down(self, seconds: int, words: Callable[[int], tuple[str, str]], about: object) -> None:
        """Have title and text of what is shown follow the seconds that are left, down to 0.

        Args:
            seconds: How many there are at first; 0: nothing is counted.
            words: Gives both for so many seconds left.
            about: What it is that passes; when it is shown once more, it is counted on.
        """
        if not seconds:
            return
        if about is not self._about:
            self._about = about
            self._countdown.start(seconds * 1000)
        self._words = words
        self._say(*words(self._countdown.seconds_left))

    def _on_second_passed(self, seconds_left: int) -> None:
        if self._words is not None:
            # The last text may be shorter by a line: what lies below stays where it is.
            self.setMinimumHeight(self.height())
            self._say(*self._words(seconds_left))

    def _show(self, look: tuple[Kind, str], title: str, text: str, button: str) -> None:
        self._words = None
        self._say(title, text)
        if look != self._look:
            self._look = look
            self._wear_look()
        if button != self.button.text():
            # Whoever is pressing it means what stood on it before.
            self.button.setDown(False)
        self.button.setText(button)
        self.button.setVisible(bool(button))
        self.show()

    def _say(self, title: str, text: str) -> None:
        self.title.setText(title)
        self.text.setText(text)
        self.text.setVisible(bool(text))
        self.setAccessibleName(f"{title} {text}".strip())

    def _wear_look(self) -> None:
        kind, _ = self._look
        self.setProperty("role", f"banner-{kind}")
        self.button.setProperty("role", "primary" if kind == "news" else "secondary")
        # Beside the first line of a long text, and in the middle of a short one that has the room of a long one.
        middle, top = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignTop
        self._row.setAlignment(self._icon, middle if kind == "news" else top)
        for part in (self, self.button):
            # One that has not been shown yet will be polished then.
            if part.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
                part.style().polish(part)
        self._color_icon()

    def _color_icon(self) -> None:
        if self._theme is not None:
            kind, icon_name = self._look
            colors = {"error": self._theme.error, "warning": self._theme.warning, "news": self._theme.accent}
            self._icon.setPixmap(icon(icon_name, colors[kind]).pixmap(ICON_SIZE, ICON_SIZE))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            # Wrapped anew, the text needs another height.
            self.setMinimumHeight(0)
        super().resizeEvent(event)
