"""The form: by keyboard, and with what is wrong told at the field."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.errors import ExchangeError, ServiceUnreachable, TooManyAttempts
from desktop_app.signin.countdown import Countdown
from desktop_app.signin.form import DEMO_EMAIL, DEMO_PASSWORD, SignInForm
from desktop_app.signin.home import HomePage
from desktop_app.signin.state import Failure, SignedOut
from desktop_app.signin.window import Window


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    window = Window(QWidget())
    qtbot.addWidget(window)
    window.add_home(HomePage())
    window.show()
    qtbot.waitExposed(window)
    return window


@pytest.fixture
def submitted(window: Window) -> list[tuple[str, str]]:
    """Every email and password that the form asked to sign in with."""
    seen: list[tuple[str, str]] = []
    window.form.sign_in_requested.connect(lambda email, password: seen.append((email, password)))
    return seen


def controls(window: Window) -> Iterator[QWidget]:
    for widget in window.findChildren(QWidget):
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and isinstance(widget, QAbstractButton | QLineEdit):
            yield widget


def test_the_email_has_the_focus_at_the_start(window: Window) -> None:
    assert window.focusWidget() is window.form.email


def test_tab_goes_from_email_to_password_to_sign_in(window: Window) -> None:
    seen = []
    for _ in range(3):
        seen.append(window.focusWidget())
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
    assert seen == [window.form.email, window.form.password, window.form.sign_in]


@pytest.mark.parametrize("field", ["email", "password"])
def test_enter_in_either_field_signs_in(window: Window, submitted: list[tuple[str, str]], field: str) -> None:
    window.form.email.setText("ada@example.com")
    window.form.password.setText("a password")
    QTest.keyClick(getattr(window.form, field), Qt.Key.Key_Return)
    assert submitted == [("ada@example.com", "a password")]


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_the_demo_account_is_signed_in_by_the_next_key(
    window: Window, submitted: list[tuple[str, str]], key: Qt.Key
) -> None:
    QTest.mouseClick(window.form.demo, Qt.MouseButton.LeftButton)
    QTest.keyClick(window.focusWidget(), key)
    assert submitted == [(DEMO_EMAIL, DEMO_PASSWORD)]


@pytest.mark.parametrize("email", ["", "   ", "ada", "@", "ada@", "@example.com", "a b@example.com", "a@b@c"])
def test_an_email_that_cannot_be_one_is_told_at_the_field(
    window: Window, submitted: list[tuple[str, str]], email: str
) -> None:
    window.form.email.setText(email)
    window.form.password.setText("a password")
    QTest.mouseClick(window.form.sign_in, Qt.MouseButton.LeftButton)
    assert (submitted, bool(window.form.email_error.text()), window.form.email.hasFocus()) == ([], True, True)


def test_a_missing_password_is_told_at_the_field(window: Window, submitted: list[tuple[str, str]]) -> None:
    window.form.email.setText("ada@example.com")
    QTest.mouseClick(window.form.sign_in, Qt.MouseButton.LeftButton)
    assert (submitted, window.form.password_error.text()) == ([], "Enter your password.")


def test_what_was_wrong_at_a_field_goes_when_it_is_edited(window: Window) -> None:
    QTest.mouseClick(window.form.sign_in, Qt.MouseButton.LeftButton)
    QTest.keyClicks(window.form.email, "a")
    assert window.form.email_error.isHidden()


def test_spaces_around_an_email_are_not_part_of_it(window: Window, submitted: list[tuple[str, str]]) -> None:
    window.form.email.setText("  ada@example.com ")
    window.form.password.setText(" a password ")
    QTest.keyClick(window.form.password, Qt.Key.Key_Return)
    assert submitted == [("ada@example.com", " a password ")]


def test_the_password_is_hidden_until_it_is_to_be_shown(window: Window) -> None:
    modes = [window.form.password.echoMode()]
    window.form.reveal.trigger()
    modes.append(window.form.password.echoMode())
    assert modes == [QLineEdit.EchoMode.Password, QLineEdit.EchoMode.Normal]


def test_every_label_is_the_buddy_of_its_field(window: Window) -> None:
    buddies = [label.buddy() for label in window.form.findChildren(QLabel) if label.buddy() is not None]
    assert buddies == [window.form.email, window.form.password]


def test_every_control_has_an_accessible_name(window: Window) -> None:
    nameless = {
        widget
        for widget in controls(window)
        if not widget.accessibleName() and not (isinstance(widget, QAbstractButton) and widget.text())
    }
    # A banner's button has its text when the banner has something to say.
    assert window.home is not None
    assert nameless == {banner.button for banner in (window.form.banner, window.notice, window.home.banner)}


def test_the_title_begins_with_the_programs_name(window: Window) -> None:
    assert window.windowTitle().startswith("Desktop App")


@pytest.mark.parametrize("size", [(640, 480), (1040, 760), (1920, 1080)])
def test_the_whole_form_can_be_seen(window: Window, qtbot: QtBot, size: tuple[int, int]) -> None:
    window.resize(*size)
    form: SignInForm = window.form
    qtbot.waitUntil(lambda: window.pages.rect().contains(form.geometry().translated(0, 0), True))


def test_clearing_forgets_what_undo_would_bring_back(window: Window) -> None:
    QTest.keyClicks(window.form.password, "a password")
    window.form.clear()
    window.form.password.undo()
    assert window.form.password.text() == ""


def signed_out_because(window: Window, qtbot: QtBot, error: ExchangeError) -> None:
    with qtbot.waitSignal(window.state_painted):
        window.show_state(SignedOut("ada@example.com", Failure(error, 100)))


def test_too_many_attempts_count_down_and_then_one_can_try_again(window: Window, qtbot: QtBot) -> None:
    seen = []

    def title() -> str:
        seen.append((window.form.banner.title.text(), window.form.sign_in.isEnabled()))
        return seen[-1][0]

    window.show_state(SignedOut("ada@example.com", Failure(TooManyAttempts(seconds=2), 100)))
    qtbot.waitUntil(lambda: title() == "You can try again now.")
    assert ("Too many attempts. Try again in 1 s.", True) in seen
    assert all(enabled for _, enabled in seen)


def test_the_end_of_the_countdown_moves_nothing(window: Window, qtbot: QtBot) -> None:
    signed_out_because(window, qtbot, TooManyAttempts(seconds=1))
    form = window.form
    before = form.sign_in.mapTo(window, QPoint(0, 0))
    qtbot.waitUntil(lambda: form.banner.title.text() == "You can try again now.")
    window.grab()  # lays out what changed
    assert form.sign_in.mapTo(window, QPoint(0, 0)) == before


def test_the_countdown_ends_with_the_message_it_belongs_to(window: Window, qtbot: QtBot) -> None:
    signed_out_because(window, qtbot, TooManyAttempts(seconds=1))
    signed_out_because(window, qtbot, ServiceUnreachable())
    other = Countdown()
    with qtbot.waitSignal(other.ticked):
        other.start(1100)
    assert window.form.banner.title.text() == "The service can't be reached."


def test_a_message_has_the_heading_s_room_in_the_smallest_window(window: Window, qtbot: QtBot) -> None:
    window.resize(640, 480)
    signed_out_because(window, qtbot, TooManyAttempts(seconds=60))
    form = window.form
    button = QRect(form.sign_in.mapTo(window.pages, QPoint(0, 0)), form.sign_in.size())
    assert window.pages.rect().contains(button)
    with qtbot.waitSignal(window.state_painted):
        window.show_state(SignedOut())
    assert form.heading.isVisible()
