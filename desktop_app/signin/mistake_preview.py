"""The home page, small: its greeting and its cards, or nothing at all."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.preferences.model import DEFAULT_PREFERENCES, Preferences
from desktop_app.resources import style_template
from desktop_app.signin.home import HomePage
from desktop_app.signin.theme import Theme, style_sheet, themed

SMALLEST_HEIGHT = 156


class PagePreview(QFrame):
    """The real page's parts, of which nothing can be pressed; blank until it is shown preferences."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "page")
        self.setMinimumHeight(SMALLEST_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self.preferences: Preferences | None = None
        self._theme: Theme | None = None
        self._template = style_template() + style_template("panel")
        # The page itself stays hidden, and lends its parts.
        self._page = HomePage(self)
        self._page.hide()
        self.greeting = self._page.greeting
        self.cards = self._page.scroller
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 8, 4, 8)
        for part in (self.greeting, self.cards):
            layout.addWidget(part)
            part.hide()

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing to be seen."""
        return self.greeting.isHidden() and self.cards.isHidden()

    def set_theme(self, theme: Theme) -> None:
        """Take the window's theme, which a page has that says ``system``."""
        self._theme = theme
        self.show_page(self.preferences)

    def show_page(self, preferences: Preferences | None) -> None:
        """Show the page with these preferences; blank without any."""
        self.preferences = preferences
        if self._theme is not None:
            self._dress(self._theme, preferences)
        # A blank page forgets whose it was, too.
        for step in self._page.steps_to_show("", preferences or DEFAULT_PREFERENCES):
            step()
        for part in (self.greeting, self.cards):
            part.setVisible(preferences is not None)

    def _dress(self, theme: Theme, preferences: Preferences | None) -> None:
        if preferences is not None:
            is_dark = theme.is_dark if preferences.theme == "system" else preferences.theme == "dark"
            theme = themed(is_dark=is_dark, accent=preferences.accent)
        self._page.set_theme(theme)
        self.setStyleSheet(style_sheet(self._template, theme))
