"""The page of a customer whose preferences could not be had in time, and what becomes of it when they come."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.errors import ServiceUnreachable, SessionExpired, TooManyAttempts
from desktop_app.preferences.model import DEFAULT_PREFERENCES, Preferences
from desktop_app.signin.state import Arrived, Degraded, Failure, Home, Kept, SignedOut, StillLoading
from tests.helpers.shown import EMAIL, OVERDUE, SESSION, Shown

WANTED = Preferences(display_name="Ada", theme="dark", favourite_categories=("science",))
# A wall clock's, which is what is shown.
KEPT = Kept(WANTED, datetime(2026, 11, 23, 14, 10), days_ago=1)  # noqa: DTZ001
HOME = Home(EMAIL, SESSION, WANTED)
SIZES = pytest.mark.parametrize("size", [(640, 480), (1040, 760)])


def title_of(shown: Shown) -> str:
    return shown.home.banner.title.text().replace("\N{NARROW NO-BREAK SPACE}", " ")


def requests(shown: Shown) -> list[str]:
    """Note by name what the page asks for from now on."""
    seen: list[str] = []
    home = shown.home
    home.retry_requested.connect(lambda: seen.append("retry"))
    home.reload_requested.connect(lambda: seen.append("reload"))
    home.apply_requested.connect(lambda: seen.append("apply"))
    home.mistake_requested.connect(lambda: seen.append("mistake"))
    return seen


def click(button: QPushButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_without_anything_kept_it_is_the_default_page(shown: Shown) -> None:
    shown.degrade()
    assert (shown.titles()[0], "default home page" in title_of(shown)) == ("Books", True)


def test_what_was_kept_is_shown(shown: Shown) -> None:
    shown.degrade(kept=KEPT)
    assert (shown.titles()[0], shown.home.greeting.text()) == ("Science", "Welcome back, Ada")
    assert shown.window.appearance.theme.is_dark


def test_the_banner_says_how_old_what_was_kept_is(shown: Shown) -> None:
    shown.degrade(kept=KEPT)
    assert title_of(shown) == (
        "These are your preferences as of yesterday, 2:10 PM: the present ones could not be loaded."
    )


def test_the_banner_says_it_in_the_language_that_was_kept(shown: Shown) -> None:
    shown.degrade(kept=Kept(Preferences(language="de"), KEPT.seen_at, days_ago=0))
    assert title_of(shown) == "Stand der Einstellungen: heute, 14:10. Die aktuellen konnten nicht geladen werden."


@pytest.mark.parametrize("kept", [None, KEPT])
def test_the_banner_says_why(shown: Shown, kept: Kept | None) -> None:
    shown.degrade(ServiceUnreachable(), kept=kept)
    assert shown.home.banner.text.text().startswith("The service can't be reached.")


def test_what_is_still_loading_will_be_offered(shown: Shown) -> None:
    shown.degrade(late=StillLoading(1))
    assert "will be offered here when they arrive" in shown.home.banner.text.text()


def test_what_is_not_awaited_any_more_will_not_be_offered(shown: Shown) -> None:
    shown.degrade(late=StillLoading(1))
    shown.degrade()
    assert "offered" not in shown.home.banner.text.text()


def test_what_arrived_is_offered_and_not_applied(shown: Shown) -> None:
    shown.degrade(late=StillLoading(1))
    shown.degrade(late=Arrived(WANTED))
    assert (title_of(shown), shown.home.banner.button.text()) == ("Your preferences arrived", "A&pply")
    assert (shown.titles()[0], shown.home.greeting.text()) == ("Books", "Welcome")


def test_what_arrived_is_announced(shown: Shown) -> None:
    shown.degrade(late=Arrived(WANTED))
    assert shown.window.announcement == "Your preferences arrived: they can be applied."


def test_the_button_applies_what_arrived(shown: Shown) -> None:
    shown.degrade(late=Arrived(WANTED))
    seen = requests(shown)
    click(shown.home.banner.button)
    assert seen == ["apply"]


def test_the_button_retries_where_nothing_arrived(shown: Shown) -> None:
    shown.degrade(late=Arrived(WANTED))
    shown.degrade()
    seen = requests(shown)
    click(shown.home.banner.button)
    assert seen == ["retry"]


def test_a_press_of_retry_does_not_apply_what_arrives_meanwhile(shown: Shown) -> None:
    shown.degrade(late=StillLoading(1))
    seen = requests(shown)
    button = shown.home.banner.button
    QTest.mousePress(button, Qt.MouseButton.LeftButton)
    shown.degrade(late=Arrived(WANTED))
    QTest.mouseRelease(button, Qt.MouseButton.LeftButton)
    assert seen == []


@SIZES
@pytest.mark.parametrize("language", ["en", "de"])
def test_what_arrives_moves_nothing(shown: Shown, language: str, size: tuple[int, int]) -> None:
    shown.window.resize(*size)
    kept = Kept(Preferences(language=language), KEPT.seen_at, days_ago=1)
    home = shown.home
    shown.degrade(kept=kept, late=StillLoading(1))
    before = [shown.rectangle(part) for part in (home.banner, home.scroller, *home.grid.cards)]
    shown.degrade(kept=kept, late=Arrived(WANTED))
    assert [shown.rectangle(part) for part in (home.banner, home.scroller, *home.grid.cards)] == before


def test_what_arrives_takes_no_focus(shown: Shown) -> None:
    shown.degrade(late=StillLoading(1))
    shown.window.feel.typing.setFocus()
    shown.degrade(late=Arrived(WANTED))
    assert shown.window.focusWidget() is shown.window.feel.typing


def test_the_banner_has_no_room_left_over_when_the_window_grows(shown: Shown) -> None:
    shown.window.resize(640, 480)
    shown.degrade(late=StillLoading(1))
    shown.degrade(late=Arrived(WANTED))
    in_small_window = shown.home.banner.height()
    shown.window.resize(1040, 760)
    shown.degrade(late=Arrived(DEFAULT_PREFERENCES))
    assert shown.home.banner.height() < in_small_window


@pytest.mark.parametrize(
    "before", [HOME, Degraded(EMAIL, SESSION, OVERDUE), Degraded(EMAIL, SESSION, OVERDUE, KEPT, Arrived(WANTED))]
)
def test_a_reload_leaves_the_page_as_it_was(shown: Shown, before: Home | Degraded) -> None:
    shown.show(before)
    home = shown.home
    drawn: list[list[str]] = []
    shown.window.appearance.theme_changed.connect(lambda _theme: drawn.append(shown.titles()))

    def page() -> tuple[list[str], str, str, bool]:
        return shown.titles(), home.greeting.text(), home.banner.accessibleName(), home.banner.isHidden()

    as_it_was = page()
    shown.load(before=before)
    assert (page(), drawn) == (as_it_was, [])


def test_a_reload_in_the_midst_of_the_steps_ends_at_the_page_as_a_whole(shown: Shown) -> None:
    shown.window.show_state(HOME)
    shown.load(before=HOME)
    assert (shown.titles()[0], shown.window.appearance.theme.is_dark) == ("Science", True)
    assert shown.window.pages.currentWidget() is shown.home


@pytest.mark.parametrize("page", [HOME, Degraded(EMAIL, SESSION, OVERDUE), Degraded(EMAIL, SESSION, OVERDUE, KEPT)])
@pytest.mark.parametrize(("name", "request_"), [("reload", "reload"), ("mistake", "mistake")])
def test_each_page_offers_to_reload_and_to_see_the_mistake(
    shown: Shown, page: Home | Degraded, name: str, request_: str
) -> None:
    shown.show(page)
    seen = requests(shown)
    click(getattr(shown.home, name))
    assert seen == [request_]


@SIZES
def test_f5_reloads(shown: Shown, qtbot: QtBot, size: tuple[int, int]) -> None:
    shown.window.resize(*size)
    shown.show(HOME)
    with qtbot.waitActive(shown.window):
        shown.window.activateWindow()
    seen = requests(shown)
    QTest.keyClick(shown.window, Qt.Key.Key_F5)
    qtbot.waitUntil(lambda: seen == ["reload"])


@pytest.mark.parametrize("before", [HOME, Degraded(EMAIL, SESSION, OVERDUE, late=Arrived(WANTED))])
def test_while_it_loads_nothing_more_is_asked_for(shown: Shown, before: Home | Degraded) -> None:
    shown.show(before)
    shown.load(before=before)
    seen = requests(shown)
    for button in (shown.home.reload, shown.home.banner.button):
        click(button)
    assert seen == []


def test_a_reload_takes_no_focus_from_its_button(shown: Shown) -> None:
    shown.show(HOME)
    shown.home.reload.setFocus()
    shown.load(before=HOME)
    shown.show(HOME)
    assert shown.window.focusWidget() is shown.home.reload


@SIZES
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_header_has_room_for_everything_in_it(shown: Shown, language: str, size: tuple[int, int]) -> None:
    shown.window.resize(*size)
    shown.customise(language=language, display_name="Ada")
    home = shown.home
    parts = [shown.rectangle(part) for part in (home.greeting, home.reload, home.mistake, home.sign_out)]
    assert all(left.right() < right.left() for left, right in pairwise(parts))
    assert home.greeting.fontMetrics().horizontalAdvance(home.greeting.text()) <= home.greeting.width()


def test_in_a_narrow_window_the_buttons_still_have_their_names(shown: Shown) -> None:
    shown.window.resize(640, 480)
    shown.show(HOME)
    home = shown.home
    assert [button.accessibleName() for button in (home.reload, home.mistake)] == ["Reload", "Common mistake…"]
    assert home.reload.toolTip().startswith("Reload")


def test_too_many_attempts_count_down_in_the_banner(shown: Shown, qtbot: QtBot) -> None:
    shown.degrade(TooManyAttempts(seconds=1))
    qtbot.waitUntil(lambda: shown.home.banner.text.text() == "You can try again now.")


def test_a_reload_does_not_begin_the_countdown_anew(shown: Shown, qtbot: QtBot) -> None:
    page = Degraded(EMAIL, SESSION, Failure(TooManyAttempts(seconds=1), 100))
    text = shown.home.banner.text
    shown.show(page)
    qtbot.waitUntil(lambda: text.text() == "You can try again now.")
    shown.load(before=page)
    assert text.text() == "You can try again now."


def test_the_next_refusal_is_counted_from_its_own_beginning(shown: Shown, qtbot: QtBot) -> None:
    shown.degrade(TooManyAttempts(seconds=1))
    qtbot.waitUntil(lambda: shown.home.banner.text.text() == "You can try again now.")
    shown.degrade(TooManyAttempts(seconds=60))
    assert "Try again in" in shown.home.banner.text.text()


def test_an_expired_session_ends_at_the_form_with_the_email(shown: Shown) -> None:
    shown.show(HOME)
    shown.show(SignedOut(EMAIL, Failure(SessionExpired(), 20)))
    form = shown.window.form
    assert (form.email.text(), form.password.text(), form.banner.title.text()) == (
        EMAIL,
        "",
        "Your session has expired. Sign in again.",
    )
    assert shown.window.focusWidget() is form.password


def test_an_expired_session_loses_nothing_that_is_being_typed_elsewhere(shown: Shown) -> None:
    shown.show(HOME)
    typing = shown.window.feel.typing
    typing.setFocus()
    QTest.keyClicks(typing, "half a sen")
    shown.show(SignedOut(EMAIL, Failure(SessionExpired(), 20)))
    QTest.keyClicks(shown.window.focusWidget(), "tence")
    assert typing.text() == "half a sentence"


def test_after_an_expired_session_nothing_else_of_the_customer_is_left(shown: Shown) -> None:
    shown.show(HOME)
    shown.show(SignedOut(EMAIL, Failure(SessionExpired(), 20)))
    assert (shown.titles()[0], shown.home.greeting.text()) == ("Books", "Welcome")
    assert not shown.window.appearance.theme.is_dark


def test_the_header_stays_under_the_pointer_when_a_banner_comes(shown: Shown) -> None:
    shown.show(HOME)
    before = shown.home.reload.mapTo(shown.window, QPoint(0, 0))
    shown.degrade(kept=KEPT, late=StillLoading(1))
    assert shown.home.reload.mapTo(shown.window, QPoint(0, 0)) == before
