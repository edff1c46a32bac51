"""What becomes of the input that is made while the window is frozen: events posted as the platform's are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QKeyEvent, QPixmap, QWindow

from desktop_app.comparison.person import centre_of, click, press_key
from desktop_app.comparison.scenario import screenshot
from desktop_app.signin.state import Home, Mode, SignedOut, SigningIn
from tests.helpers.deliberate import FREEZES
from tests.signin.conftest import EMAIL, PASSWORD, SLOW, Running, Start

pytestmark = FREEZES


@pytest.fixture
def frozen(start: Start) -> Running:
    """A program that is about to be frozen by the next sign-in."""
    return start(SLOW, "blocking")


def while_frozen(running: Running, act: Callable[[], None]) -> None:
    """Sign in, act in the very end of the freeze, and wait for the home page."""
    running.window.wait_ended.connect(act)
    running.sign_in()
    running.wait_for(Home)


def press_with_alt(window: QWindow, key: Qt.Key) -> None:
    """Post a shortcut as the platform does."""
    for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QCoreApplication.postEvent(window, QKeyEvent(kind, key, Qt.KeyboardModifier.AltModifier))


def test_what_is_typed_into_the_field_arrives_afterwards(frozen: Running) -> None:
    window = frozen.window
    frozen.click(window.feel.typing)

    def type_word() -> None:
        window.feel.typing.setFocus()
        for letter in "still here":
            press_key(window.windowHandle(), letter)

    while_frozen(frozen, type_word)
    assert window.feel.typing.text() == "still here"


def test_clicks_on_the_counter_are_counted_afterwards(frozen: Running) -> None:
    at = centre_of(frozen.window.feel.counter, frozen.window)

    def click_thrice() -> None:
        for _ in range(3):
            click(frozen.window.windowHandle(), at)

    while_frozen(frozen, click_thrice)
    assert frozen.window.feel.count == 3


def test_a_click_where_sign_out_will_be_is_dropped(frozen: Running) -> None:
    frozen.sign_in()
    frozen.wait_for(Home)
    at = centre_of(frozen.home.sign_out, frozen.window)
    frozen.click(frozen.home.sign_out)
    frozen.wait_for(SignedOut)
    frozen.states.clear()
    while_frozen(frozen, lambda: click(frozen.window.windowHandle(), at))
    assert [type(state) for state in frozen.states] == [SigningIn, Home]


def test_a_click_on_the_toggle_is_dropped(frozen: Running) -> None:
    at = centre_of(frozen.window.toggle.buttons[Mode.ASYNC], frozen.window)
    while_frozen(frozen, lambda: click(frozen.window.windowHandle(), at))
    assert frozen.program.presenter is not None
    assert frozen.program.presenter.mode is Mode.BLOCKING


def test_keys_are_dropped_unless_the_field_has_the_focus(frozen: Running) -> None:
    window = frozen.window
    while_frozen(frozen, lambda: press_key(window.windowHandle(), "x"))
    assert window.feel.typing.text() == ""


def test_clicks_work_again_afterwards(frozen: Running) -> None:
    frozen.sign_in()
    frozen.wait_for(Home)
    frozen.painted.clear()
    click(frozen.window.windowHandle(), centre_of(frozen.home.sign_out, frozen.window))
    frozen.wait_for(SignedOut)


def test_the_frame_on_the_screen_while_frozen_says_what_is_under_way(frozen: Running) -> None:
    window = frozen.window
    seen: list[tuple[bool, str, QPixmap]] = []
    while_frozen(
        frozen,
        lambda: seen.append((window.activity.spinner.isVisible(), window.activity.text.text(), screenshot(window))),
    )
    (spinner_is_visible, text, picture), *_ = seen
    label = window.activity.text
    area = picture.copy(QRect(label.mapTo(window, QPoint(0, 0)), QSize(60, label.height()))).toImage()
    colors = {area.pixelColor(x, y).name() for x in range(area.width()) for y in range(area.height())}
    assert (spinner_is_visible, text) == (True, "Signing in…")
    # The words are in the picture of the screen itself, not only in the widget.
    assert len(colors) > 2


def test_a_close_during_the_freeze_ends_the_program_after_it(frozen: Running) -> None:
    frozen.window.wait_ended.connect(frozen.window.close)
    frozen.sign_in()
    frozen.wait_until(lambda: not frozen.window.isVisible())


def test_a_click_on_the_conditions_is_dropped(frozen: Running) -> None:
    at = centre_of(frozen.window.conditions, frozen.window)
    while_frozen(frozen, lambda: click(frozen.window.windowHandle(), at))
    assert frozen.window.conditions.panel is None


def test_the_key_of_the_conditions_is_dropped(frozen: Running) -> None:
    window, presenter = frozen.window, frozen.program.presenter
    assert presenter is not None
    while_frozen(frozen, lambda: press_with_alt(window.windowHandle(), Qt.Key.Key_C))
    # A key that is not dropped does what it does by now.
    press_with_alt(window.windowHandle(), Qt.Key.Key_A)
    frozen.wait_until(lambda: presenter.mode is Mode.ASYNC)
    assert window.conditions.panel is None


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_conditions_are_closed_before_the_window_freezes(frozen: Running) -> None:
    control = frozen.window.conditions
    frozen.fill_in()
    control.open_panel()
    panel = control.panel
    assert panel is not None
    seen: list[bool] = []
    frozen.window.wait_ended.connect(lambda: seen.append(panel.isVisible()))
    frozen.window.form.sign_in_requested.emit(EMAIL, PASSWORD)
    frozen.wait_for(Home)
    assert seen == [False]
