"""Theme, accent and language of the window, changed in steps that are each shorter than a frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QCoreApplication, QLocale, QObject, Qt, QTranslator, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop_app.resources import style_template, translation
from desktop_app.signin.theme import DEFAULT_ACCENT, Theme, style_sheet, themed

DEFAULT_THEME = "system"
DEFAULT_LANGUAGE = "en"


class Appearance(QObject):
    """What the window looks like, and in which language it speaks.

    Args:
        window: Gets the style sheet.
    """

    theme_changed = Signal(object)
    """What paints itself paints in this `Theme` from now on."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._template = style_template()
        self._choice: tuple[str, str] | None = None
        self._language = DEFAULT_LANGUAGE
        self._translator: QTranslator | None = None
        QLocale.setDefault(QLocale(DEFAULT_LANGUAGE))
        self.theme = _theme_of(DEFAULT_THEME, DEFAULT_ACCENT)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_color_scheme_changed)

    def steps_to(
        self, theme: str = DEFAULT_THEME, accent: str = DEFAULT_ACCENT, language: str = DEFAULT_LANGUAGE
    ) -> Iterator[Callable[[], None]]:
        """Yield what changes to these: nothing where that is how it is already."""
        if language != self._language:
            yield partial(self._speak, language)
        if (theme, accent) != self._choice:
            chosen = _theme_of(theme, accent)
            yield partial(self._restyle, chosen)
            yield partial(self._repaint, (theme, accent), chosen)

    def _restyle(self, theme: Theme) -> None:
        # Whoever is interrupted after this step finds that nothing chosen is in force.
        self._choice = None
        self._window.setStyleSheet(style_sheet(self._template, theme))

    def _repaint(self, choice: tuple[str, str], theme: Theme) -> None:
        self._choice = choice
        self.theme = theme
        self.theme_changed.emit(theme)

    def _on_color_scheme_changed(self) -> None:
        choice = self._choice or (DEFAULT_THEME, DEFAULT_ACCENT)
        theme = _theme_of(*choice)
        self._restyle(theme)
        self._repaint(choice, theme)

    def _speak(self, language: str) -> None:
        """Translate the window; a language that the program does not have is the default one."""
        path = translation(language)
        QLocale.setDefault(QLocale(language if path else DEFAULT_LANGUAGE))
        self._language = language
        if self._translator is not None:
            QCoreApplication.removeTranslator(self._translator)
            self._translator = None
        if path is not None:
            translator = QTranslator(self)
            if translator.load(str(path)):
                self._translator = translator
                QCoreApplication.installTranslator(translator)


def _theme_of(theme: str, accent: str) -> Theme:
    system_is_dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return themed(is_dark=theme == "dark" or (theme == "system" and system_is_dark), accent=accent)
