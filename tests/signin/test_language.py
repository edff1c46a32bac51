"""The window in the language of the customer, and in English again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QLocale, QTranslator
from PySide6.QtGui import QAction, QFont, QFontMetrics, QKeySequence
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.conditions.presets import PRESETS
from desktop_app.errors import DeadlineExceeded
from desktop_app.preferences.model import Preferences, Session
from desktop_app.signin.failures import described
from desktop_app.signin.home import HomePage
from desktop_app.signin.mode_toggle import ModeToggle
from desktop_app.signin.state import Arrived, Degraded, Failure, Mode, StillLoading
from desktop_app.signin.window import Window

SESSION = Session("a token", datetime(2030, 1, 1, tzinfo=UTC))
ICON_GAP, BORDER = 8, 4
LANGUAGES = pytest.mark.parametrize("language", ["en", "de"])


@pytest.fixture
def home(qtbot: QtBot) -> HomePage:
    return HomePage()


@pytest.fixture
def window(qtbot: QtBot, home: HomePage) -> Iterator[Window]:
    """A window in English, which is English again for the next test."""
    window = Window(QWidget())
    qtbot.addWidget(window)
    window.add_home(home)
    window.show_conditions(PRESETS["slow"])
    window.show()
    yield window
    speak(window, "en")


def speak(window: Window, language: str) -> None:
    for step in window.appearance.steps_to(language=language):
        step()
    QApplication.processEvents()


def texts(widget: QWidget) -> list[str]:
    """Give all that stands on the labels and buttons."""
    return [part.text() for part in widget.findChildren(QWidget) if isinstance(part, QLabel | QAbstractButton)]


def mnemonics(window: Window, page: QWidget) -> list[str]:
    """Give the keys that do something while a page is shown."""
    labels_and_buttons = texts(window.toggle) + texts(window.activity) + texts(page)
    keys = [QKeySequence.mnemonic(text).toString() for text in labels_and_buttons]
    keys += [action.shortcut().toString() for action in page.findChildren(QAction)]
    return sorted(key for key in keys if key)


@pytest.mark.parametrize("language", ["de", "de-AT", "de_CH", "DE"])
def test_the_form_is_german(window: Window, language: str) -> None:
    speak(window, language)
    form = window.form
    shown = form.heading, form.email_label, form.password_label, form.sign_in, form.demo
    assert [part.text() for part in shown] == [
        "Anmelden",
        "&E-Mail-Adresse",
        "&Passwort",
        "Anmelden",
        "Demokonto verwenden",
    ]


def test_the_greeting_is_german(window: Window, home: HomePage) -> None:
    speak(window, "de")
    next(home.steps_to_show("ada@example.com", Preferences(display_name="Ada", language="de")))()
    assert home.greeting.text() == "Willkommen zurück, Ada"


def test_the_cards_are_german(window: Window, home: HomePage) -> None:
    speak(window, "de")
    for step in home.steps_to_show("ada@example.com", Preferences(language="de", currency="EUR")):
        step()
    assert home.grid.cards[0].accessibleName() == "Bücher, Neue Taschenbücher, 13,90\N{NO-BREAK SPACE}€"


def test_the_conditions_are_german(window: Window) -> None:
    speak(window, "de")
    assert window.top_bar.conditions_text.text() == "Das Netz verzögert jede Antwort um 800\N{NO-BREAK SPACE}ms."


def test_a_failure_is_german(window: Window) -> None:
    speak(window, "de")
    assert described(Failure(DeadlineExceeded(), 1500)) == (
        "Der Dienst hat nicht rechtzeitig geantwortet.",
        "Es wurde 1,50\u00a0s lang versucht.",
    )


@LANGUAGES
def test_the_toggle_has_the_same_shortcuts_in_every_language(window: Window, language: str) -> None:
    speak(window, language)
    shortcuts = {mode: button.shortcut().toString() for mode, button in window.toggle.buttons.items()}
    assert shortcuts == {Mode.BLOCKING: "Alt+B", Mode.ASYNC: "Alt+A"}


@LANGUAGES
def test_no_key_of_the_form_has_two_meanings(window: Window, language: str) -> None:
    speak(window, language)
    assert mnemonics(window, window.form) == ["Alt+A", "Alt+B", "Alt+E", "Alt+P", "Alt+S"]


@LANGUAGES
@pytest.mark.parametrize("late", [None, StillLoading(1), Arrived(Preferences())])
def test_no_key_of_the_home_page_has_two_meanings(
    window: Window, home: HomePage, language: str, late: StillLoading | Arrived | None
) -> None:
    speak(window, language)
    home.show_degraded(Degraded("ada@example.com", SESSION, Failure(DeadlineExceeded(), 1500), late=late))
    keys = mnemonics(window, home)
    assert len(set(keys)) == len(keys) == 5


@LANGUAGES
def test_a_text_fits_on_its_button(window: Window, language: str) -> None:
    speak(window, language)
    fixed = [
        button
        for button in window.findChildren(QPushButton)
        if button.text() and button.minimumWidth() == button.maximumWidth()
    ]
    too_wide = []
    for button in fixed:
        font = QFont(button.font())
        font.setWeight(QFont.Weight.DemiBold)  # as the style sheet has the chosen one of the toggle
        metrics = QFontMetrics(font)
        icon_width = 0 if button.icon().isNull() else button.iconSize().width() + ICON_GAP
        if metrics.horizontalAdvance(button.text().replace("&", "")) + icon_width > button.width() - 2 * BORDER:
            too_wide.append(button.text())
    assert len(fixed) == 6
    assert not too_wide


def test_numbers_are_german(window: Window) -> None:
    speak(window, "de")
    assert QLocale().toString(1.5, "f", 2) == "1,50"


def test_english_is_restored(window: Window) -> None:
    before = texts(window)
    speak(window, "de")
    speak(window, "en")
    assert texts(window) == before


def test_a_language_that_was_left_takes_its_translators_along(window: Window) -> None:
    for language in ("de", "en"):
        speak(window, language)
    # It does when its event loop is left to run; here there is none.
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert window.findChildren(QTranslator) == []


@pytest.mark.parametrize("language", ["xx", "../../etc", "", "de/../de"])
def test_an_unknown_language_means_english(window: Window, language: str) -> None:
    before = texts(window)
    speak(window, "de")
    speak(window, language)
    assert (texts(window), QLocale().name()) == (before, QLocale("en").name())


def test_a_part_that_is_made_later_is_german_too(window: Window, qtbot: QtBot) -> None:
    speak(window, "de")
    toggle = ModeToggle()
    qtbot.addWidget(toggle)
    assert toggle.buttons[Mode.BLOCKING].text() == "&Blockierend"
