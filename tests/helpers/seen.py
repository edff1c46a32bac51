"""What the window of a program that has come to rest has to show in the state that it is in, part by part."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QWidget

from desktop_app.preferences.model import DEFAULT_PREFERENCES, Preferences
from desktop_app.preferences.progress import FIRST_TRY, MOST_TRIES
from desktop_app.signin.card import TEXT_SCALES, CategoryCard
from desktop_app.signin.catalogue import ordered
from desktop_app.signin.failures import described, wait_s
from desktop_app.signin.home import HomePage
from desktop_app.signin.state import Arrived, Degraded, Home, Loading, Mode, SignedOut, SigningIn, State, StillLoading
from desktop_app.signin.theme import themed
from desktop_app.signin.window import Window
from tests.helpers.acting_service import Customer

SIGN_IN_TEXTS = {"en": "Sign in", "de": "Anmelden"}


def assert_shown(window: Window, state: State, mode: Mode) -> None:
    """The window shows this state, and nothing of any other."""
    home = window.home
    assert home is not None
    page = _page_of(state)
    assert window.pages.currentWidget() is (home if page is not None else window.pages.widget(0))
    _assert_dressed(window, home, _preferences_of(page), page.email if page is not None else "")
    _assert_form(window, state)
    _assert_banner(home, page)
    _assert_activity(window, state)
    assert bool(home.reload.property("busy")) == isinstance(state, Loading)
    assert [each for each, button in window.toggle.buttons.items() if button.isChecked()] == [mode]
    for part in (window.top_bar, window.form, window.activity, home):
        assert part.updatesEnabled(), "it is still held back"


def assert_nothing_of(window: Window, customers: list[Customer], *, but_typed: str) -> None:
    """Nowhere in the window is there anything of these customers, but for what the person typed as their email."""
    for widget, text in _texts(window):
        for customer in customers:
            is_typed = widget is window.form.email and text == but_typed
            found = [word for word in (f"{customer.name} ", customer.email) if word in text]
            assert is_typed or not found, f"{text!r} in {widget!r}"


def assert_password_only_in_form(window: Window, state: State, customers: tuple[Customer, ...]) -> None:
    """The password is in its field, while that is on the screen, and nowhere else."""
    password = window.form.password
    assert isinstance(state, SignedOut | SigningIn) or not password.text()
    for widget, text in _texts(window):
        if widget is not password:
            assert not [customer for customer in customers if customer.password in text], f"{text!r} in {widget!r}"


def _page_of(state: State) -> Home | Degraded | Loading | None:
    """Give what the page is made of: while another one is awaited, it is the one before."""
    if isinstance(state, Loading) and isinstance(state.before, Home | Degraded):
        return state.before
    return state if isinstance(state, Home | Degraded | Loading) else None


def _preferences_of(page: Home | Degraded | Loading | None) -> Preferences:
    match page:
        case Home():
            return page.preferences
        case Degraded(kept=kept) if kept is not None:
            return kept.preferences
    return DEFAULT_PREFERENCES


def _assert_dressed(window: Window, home: HomePage, wanted: Preferences, email: str) -> None:
    """Everything is as these preferences have it, on the page and around it."""
    assert home.greeting.text().endswith(wanted.display_name or SIGN_OUT_WELCOMES[wanted.language])
    assert home.account.text().endswith(email)
    assert bool(email) == ("@" in home.account.text())
    categories = ordered(wanted.favourite_categories)
    contents = [card.content for card in home.grid.cards if card.content is not None]
    # Before the first state that has a page, there are none.
    assert [content.icon for content in contents] in ([category.name for category in categories], [])
    favourites = [content.icon for content in contents if content.is_favourite]
    assert sorted(favourites) == sorted(wanted.favourite_categories)
    assert {card.text_scale for card in home.grid.cards} == {TEXT_SCALES[wanted.text_size]}
    assert window.appearance.theme == themed(is_dark=wanted.theme == "dark", accent=wanted.accent)
    assert window.form.heading.text() == SIGN_IN_TEXTS[wanted.language]
    assert window.activity.spinner.reduced_motion == wanted.reduced_motion


SIGN_OUT_WELCOMES = {"en": "Welcome"}


def _assert_form(window: Window, state: State) -> None:
    form, is_busy = window.form, isinstance(state, SigningIn)
    if isinstance(state, SignedOut | SigningIn):
        assert form.sign_in.isEnabled() == form.demo.isEnabled() == (not is_busy)
        assert form.email.isReadOnly() == form.password.isReadOnly() == is_busy
    else:
        assert not form.email.text()
    failure = state.failure if isinstance(state, SignedOut) else None
    if isinstance(state, SignedOut | SigningIn):
        assert form.banner.isHidden() == (failure is None)
    if failure is not None:
        said = [described(failure, left)[0] for left in (None, *range(wait_s(failure) + 1))]
        assert form.banner.title.text() in said
        assert form.banner.button.isHidden()


def _assert_banner(home: HomePage, page: Home | Degraded | Loading | None) -> None:
    if page is None:
        return
    assert home.banner.isHidden() == (not isinstance(page, Degraded))
    if isinstance(page, Degraded):
        has_arrived = isinstance(page.late, Arrived)
        assert not home.banner.button.isHidden()
        assert (home.banner.property("role") == "banner-news") == has_arrived


def _assert_activity(window: Window, state: State) -> None:
    is_late = isinstance(state, Degraded) and isinstance(state.late, StillLoading)
    can_cancel = is_late or (isinstance(state, SigningIn | Loading) and state.mode is Mode.ASYNC)
    assert window.activity.cancel.isHidden() == (not can_cancel)
    progress = state.progress if isinstance(state, SigningIn | Loading) else FIRST_TRY
    if can_cancel:
        numbers = re.findall(r"\d+", window.activity.text.text())
        # Before them, the seconds until then.
        assert numbers[-2:] == ([str(progress.number), str(MOST_TRIES)] if progress.number > 1 else [])


def _texts(window: Window) -> Iterator[tuple[QWidget, str]]:
    """Give every text that somebody could see, hear, or find by pointing at something."""
    yield window, window.announcement
    for widget in (window, *window.findChildren(QWidget)):
        yield from ((widget, text) for text in (widget.accessibleName(), widget.toolTip(), widget.windowTitle()))
        yield widget, widget.accessibleDescription()
        if isinstance(widget, QLabel | QAbstractButton | QLineEdit):
            yield widget, widget.text()
        if isinstance(widget, CategoryCard) and widget.content is not None:
            yield widget, f"{widget.content.title} {widget.content.text} {widget.content.price}"
