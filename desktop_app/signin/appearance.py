"""Theme, accent and language of the window, changed in steps that are each shorter than a frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QObject, Qt, QTranslator, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop_app.resources import style_template, translation
from desktop_app.signin.theme import DEFAULT_ACCENT, Theme, style_sheet, themed

DEFAULT_THEME = "system"
DEFAULT_LANGUAGE = "en"


class Appearance(QObject):
    """What the window looks like, and in which language it speaks.

    A style sheet for the whole window takes longer than a frame to change, so each part has its own copy.

    Args:
        parts: The parts of the window that get a style sheet.
        parent: Its owner.
    """

    theme_changed = Signal(object)
    """What paints itself paints in this `Theme` from now on."""

    def __init__(self, parts: Sequence[QWidget], parent: QObject) -> None:
        super().__init__(parent)
        self._parts = list(parts)
        self._template = style_template()
        self._choice: tuple[str, str] | None = None
        self._is_outdated = False
        self._language = DEFAULT_LANGUAGE
        self._translators: list[QTranslator] = []
        QLocale.setDefault(QLocale(DEFAULT_LANGUAGE))
        self.theme = _theme_of(DEFAULT_THEME, DEFAULT_ACCENT)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_color_scheme_changed)

    def add(self, part: QWidget) -> None:
        """Dress one more part of the window, from now on with the others."""
        self._parts.insert(0, part)
        part.setStyleSheet(style_sheet(self._template, self.theme))

    def steps_to(
        self, theme: str = DEFAULT_THEME, accent: str = DEFAULT_ACCENT, language: str = DEFAULT_LANGUAGE
    ) -> Iterator[Callable[[], None]]:
        """Yield what changes to these: nothing where that is how it is already.

        Until `reveal` is called, parts that are changed already stay as they were on the screen.
        """
        if language != self._language:
            yield partial(self._speak, language)
        if (theme, accent) != self._choice:
            yield from self._steps_to_restyle(theme, accent)

    def _steps_to_restyle(self, theme: str, accent: str) -> Iterator[Callable[[], None]]:
        chosen = _theme_of(theme, accent)
        sheet = style_sheet(self._template, chosen)
        yield self._begin
        for part in self._parts:
            yield partial(part.setStyleSheet, sheet)
        yield partial(self._finish, (theme, accent), chosen)

    def _begin(self) -> None:
        # Whoever is interrupted after this step finds that nothing chosen is in force.
        self._choice = None
        for part in self._parts:
            part.setUpdatesEnabled(False)

    def _finish(self, choice: tuple[str, str], theme: Theme) -> None:
        self._choice = choice
        self.theme = theme
        self.theme_changed.emit(theme)

    def reveal(self) -> None:
        """Paint what was changed, all at once."""
        for part in self._parts:
            part.setUpdatesEnabled(True)
        if self._is_outdated:
            self._on_color_scheme_changed()

    def _on_color_scheme_changed(self) -> None:
        # In the midst of a change, the steps that are left would undo it: then once they are run.
        self._is_outdated = self._choice is None
        if self._choice is not None:
            for step in self._steps_to_restyle(*self._choice):
                step()
            self.reveal()

    def _speak(self, language: str) -> None:
        """Translate the window; a language that the program does not have is the default one."""
        path = translation(language)
        QLocale.setDefault(QLocale(language if path else DEFAULT_LANGUAGE))
        self._language = language
        for translator in self._translators:
            QCoreApplication.removeTranslator(translator)
            translator.deleteLater()
        self._translators.clear()
        if path is not None:
            # Qt's own texts, such as a field's context menu, and then the program's.
            own_texts = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
            for name, directory in ((f"qtbase_{path.stem[-2:]}", own_texts), (path.name, str(path.parent))):
                translator = QTranslator(self)
                if translator.load(name, directory):
                    self._translators.append(translator)
                    QCoreApplication.installTranslator(translator)


def _theme_of(theme: str, accent: str) -> Theme:
    system_is_dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return themed(is_dark=theme == "dark" or (theme == "system" and system_is_dark), accent=accent)
