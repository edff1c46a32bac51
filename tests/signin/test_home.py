"""The home page customised by each preference, and what must not move or be believed while it is."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from desktop_app.preferences.model import DEFAULT_PREFERENCES, Preferences
from desktop_app.signin.catalogue import CATALOGUE
from desktop_app.signin.results import LoadResult
from desktop_app.signin.state import Degraded, Home, Mode, SignedOut
from desktop_app.signin.theme import ACCENTS
from tests.helpers.shown import EMAIL, OVERDUE, SESSION, Shown

HOSTILE = "<b>Ada</b> <img src='/etc/hostname' width='999'>"


def test_the_display_name_is_in_the_greeting(shown: Shown) -> None:
    shown.customise(display_name="Ada")
    assert shown.home.greeting.text() == "Welcome back, Ada"


def test_the_language_translates_the_window(shown: Shown) -> None:
    english = shown.titles()
    shown.customise(language="de")
    assert shown.titles() != english


def test_a_language_the_program_does_not_have_is_english(shown: Shown) -> None:
    english = shown.titles()
    shown.customise(language="xx")
    assert shown.titles() == english


@pytest.mark.parametrize(("theme", "is_dark"), [("light", False), ("dark", True)])
def test_the_theme_dresses_the_window(shown: Shown, theme: str, is_dark: bool) -> None:
    shown.customise(theme=theme)
    background = shown.window.grab().toImage().pixelColor(5, shown.window.pages.y() + 5)
    assert (background.lightness() < 128) is is_dark


@pytest.mark.parametrize("accent", ACCENTS)
def test_the_accent_colours_what_is_accented(shown: Shown, accent: str) -> None:
    shown.customise(theme="light", accent=accent)
    assert shown.window.appearance.theme.accent == ACCENTS[accent][0][0]


def test_the_text_size_scales_the_cards(shown: Shown) -> None:
    heights = []
    for size in ("small", "medium", "large"):
        shown.customise(text_size=size)
        heights.append(shown.home.grid.cards[0].height())
    assert heights == sorted(set(heights))


@pytest.mark.parametrize(
    ("language", "currency", "price"),
    [("en", "USD", "$14.99"), ("en", "GBP", "£11.99"), ("de", "EUR", "13,90\u00a0€"), ("en", "JPY", "¥2,200")],
)
def test_prices_are_in_the_currency_and_as_the_language_writes_them(
    shown: Shown, language: str, currency: str, price: str
) -> None:
    shown.customise(language=language, currency=currency)
    content = shown.home.grid.cards[0].content
    assert content is not None
    assert content.price == price


def test_favourite_categories_come_first_in_their_order(shown: Shown) -> None:
    shown.customise(favourite_categories=("travel", "no such thing", "art"))
    assert shown.titles()[:3] == ["Travel", "Art", "Books"]


def test_reduced_motion_replaces_the_rotation_of_the_spinner(shown: Shown) -> None:
    shown.customise(reduced_motion=True)
    assert shown.window.activity.spinner.reduced_motion


@pytest.mark.parametrize("size", [(640, 480), (1040, 760), (1920, 1080)])
def test_nothing_that_must_stay_moves_when_everything_changes(shown: Shown, size: tuple[int, int]) -> None:
    shown.window.resize(*size)
    shown.show(SignedOut())
    shown.load()
    before = shown.rectangles()
    shown.customise(
        display_name="Ada " * 20, language="de", theme="dark", accent="red", text_size="large", currency="EUR"
    )
    assert shown.rectangles() == before


def test_nothing_that_must_stay_moves_when_the_page_is_degraded(shown: Shown) -> None:
    before = shown.rectangles()
    shown.degrade()
    assert shown.rectangles() == before


def test_nothing_that_must_stay_moves_when_results_arrive(shown: Shown) -> None:
    before = shown.rectangles()
    shown.window.results.show_result(LoadResult(Mode.BLOCKING, "degraded", 123_456.0, 123_456.0, 123_456.0))
    assert shown.rectangles() == before


def test_signing_out_leaves_nothing_of_the_customer(shown: Shown) -> None:
    shown.customise(display_name="Ada", language="de", theme="dark", text_size="large", favourite_categories=("art",))
    shown.show(SignedOut())
    texts = [label.text() for label in shown.window.findChildren(QLabel)]
    assert not any("Ada" in text or "ada@example.com" in text for text in texts)
    assert shown.titles()[0] == "Books"
    assert shown.window.appearance.theme.accent == ACCENTS["blue"][0][0]


def test_a_new_state_in_the_midst_of_the_steps_is_drawn_wholly(shown: Shown) -> None:
    shown.window.show_state(Home(EMAIL, SESSION, Preferences(theme="dark", language="de")))
    shown.show(SignedOut())
    assert all(part.updatesEnabled() for part in shown.window.findChildren(QWidget))
    assert not shown.window.appearance.theme.is_dark


def test_text_from_the_service_is_shown_as_it_is(shown: Shown) -> None:
    shown.customise(display_name=HOSTILE)
    assert shown.home.greeting.text() == f"Welcome back, {HOSTILE}"
    assert all(label.textFormat().name == "PlainText" for label in shown.home.findChildren(QLabel) if label.text())


def test_a_hostile_name_does_not_change_the_size_of_anything(shown: Shown) -> None:
    shown.customise(display_name="x")
    hint = shown.home.greeting.sizeHint().height()
    shown.customise(display_name=HOSTILE)
    assert shown.home.greeting.sizeHint().height() == hint


def test_every_category_has_a_card_with_an_accessible_name(shown: Shown) -> None:
    shown.customise()
    assert len({card.accessibleName() for card in shown.home.grid.cards}) == len(CATALOGUE)


def test_each_change_of_state_is_announced(shown: Shown) -> None:
    announced = []
    for state in (
        Home(EMAIL, SESSION, DEFAULT_PREFERENCES),
        Degraded(EMAIL, SESSION, OVERDUE),
        SignedOut(EMAIL, OVERDUE),
        SignedOut(),
    ):
        shown.show(state)
        announced.append(shown.window.announcement)
    assert len(set(announced)) == 4
