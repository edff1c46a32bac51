"""The line that says what the program is waiting for."""

from __future__ import annotations

import re

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.preferences.model import DEFAULT_PREFERENCES, Preferences
from desktop_app.preferences.progress import FIRST_TRY, Progress
from desktop_app.signin.state import Degraded, Home, Loading, Mode, SignedOut, SigningIn, StillLoading
from tests.helpers.shown import EMAIL, OVERDUE, SESSION, Shown

GERMAN = Home(EMAIL, SESSION, Preferences(language="de"))


def text_of(shown: Shown) -> str:
    return shown.window.activity.text.text()


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (FIRST_TRY, "Loading your preferences…"),
        (Progress(2), "Loading your preferences… (attempt 2 of 3)"),
        (Progress(3), "Loading your preferences… (attempt 3 of 3)"),
        (Progress(2, 60_000), "Trying again in 60 s (attempt 2 of 3)"),
        (Progress(2, 999), "Loading your preferences… (attempt 2 of 3)"),
    ],
)
def test_it_says_which_attempt_at_loading_is_running(shown: Shown, progress: Progress, text: str) -> None:
    shown.window.activity.show_state(Loading(1, Mode.ASYNC, EMAIL, SESSION, SignedOut(), progress))
    assert text_of(shown) == text


@pytest.mark.parametrize(
    ("progress", "text"),
    [
        (FIRST_TRY, "Signing in…"),
        (Progress(2), "Signing in… (attempt 2 of 3)"),
        (Progress(3, 60_000), "Trying again in 60 s (attempt 3 of 3)"),
    ],
)
def test_it_says_which_attempt_at_signing_in_is_running(shown: Shown, progress: Progress, text: str) -> None:
    shown.window.activity.show_state(SigningIn(1, Mode.ASYNC, EMAIL, progress))
    assert text_of(shown) == text


def test_a_wait_counts_down_to_the_next_attempt(shown: Shown, qtbot: QtBot) -> None:
    shown.window.activity.show_state(Loading(1, Mode.ASYNC, EMAIL, SESSION, SignedOut(), Progress(2, 1900)))
    at_first = text_of(shown)
    qtbot.waitUntil(lambda: text_of(shown) == "Loading your preferences… (attempt 2 of 3)")
    assert at_first == "Trying again in 2 s (attempt 2 of 3)"


def test_a_wait_that_ends_early_is_counted_no_further(shown: Shown) -> None:
    shown.load(Progress(2, 60_000))
    shown.load(Progress(2))
    assert text_of(shown) == "Loading your preferences… (attempt 2 of 3)"


def test_it_says_that_what_is_overdue_is_still_waited_for(shown: Shown, qtbot: QtBot) -> None:
    shown.degrade(late=StillLoading(1))
    qtbot.waitUntil(shown.window.activity.cancel.isVisible)
    assert text_of(shown) == "Still waiting for your preferences…"


@pytest.mark.parametrize("size", [(640, 480), (1040, 760)])
@pytest.mark.parametrize("language", ["en", "de"])
def test_no_text_moves_what_stands_beside_it(
    shown: Shown, qtbot: QtBot, language: str, size: tuple[int, int]
) -> None:
    shown.window.resize(*size)
    before = Home(EMAIL, SESSION, Preferences(language=language))
    shown.show(before)
    activity = shown.window.activity
    seen = []
    for state in (
        Loading(1, Mode.ASYNC, EMAIL, SESSION, before),
        Loading(1, Mode.ASYNC, EMAIL, SESSION, before, Progress(2)),
        Loading(1, Mode.ASYNC, EMAIL, SESSION, before, Progress(3, 99_000)),
        Loading(1, Mode.BLOCKING, EMAIL, SESSION, before),
    ):
        shown.show(state)
        qtbot.waitUntil(activity.spinner.isVisible)
        seen.append((shown.rectangle(activity.spinner), shown.rectangle(activity.cancel)))
    assert seen == [seen[0]] * 4


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_text_has_its_room_in_the_smallest_window(shown: Shown, qtbot: QtBot, language: str) -> None:
    shown.window.resize(shown.window.minimumSize())
    before = Home(EMAIL, SESSION, Preferences(language=language))
    shown.show(before)
    shown.load(Progress(3), before)
    label = shown.window.activity.text
    qtbot.waitUntil(label.isVisible)
    assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width()


def test_it_takes_no_more_room_when_there_is_something_to_say(shown: Shown, qtbot: QtBot) -> None:
    shown.customise()
    before = shown.rectangle(shown.window.pages)
    shown.load(Progress(2))
    qtbot.waitUntil(shown.window.activity.spinner.isVisible)
    assert shown.rectangle(shown.window.pages) == before


def test_a_wait_that_freezes_the_window_offers_no_cancel(shown: Shown, qtbot: QtBot) -> None:
    shown.show(SigningIn(1, Mode.BLOCKING, EMAIL))
    qtbot.waitUntil(shown.window.activity.spinner.isVisible)
    assert not shown.window.activity.cancel.isVisible()


def test_when_the_wait_is_over_there_is_nothing_to_cancel(shown: Shown, qtbot: QtBot) -> None:
    shown.load()
    qtbot.waitUntil(shown.window.activity.cancel.isVisible)
    shown.customise()
    assert not shown.window.activity.cancel.isVisible()
    qtbot.waitUntil(lambda: not shown.window.activity.spinner.isVisible())


def test_from_loading_to_still_loading_the_spinner_goes_on(shown: Shown, qtbot: QtBot) -> None:
    shown.load()
    spinner = shown.window.activity.spinner
    qtbot.waitUntil(spinner.isVisible)
    shown.degrade(late=StillLoading(1))
    assert spinner.isVisible()


def test_each_attempt_is_announced(shown: Shown) -> None:
    announced = []
    for progress in (FIRST_TRY, Progress(2, 5000), Progress(2)):
        shown.load(progress)
        announced.append(re.sub(r"\d+ s", "_ s", shown.window.announcement))
    assert announced == [
        "Signed in. Loading your preferences…",
        "Trying again in _ s (attempt 2 of 3)",
        "Loading your preferences… (attempt 2 of 3)",
    ]


def test_a_reload_is_announced(shown: Shown) -> None:
    shown.load(before=Home(EMAIL, SESSION, DEFAULT_PREFERENCES))
    assert shown.window.announcement == "Loading your preferences…"


def test_it_is_german(shown: Shown) -> None:
    shown.show(GERMAN)
    shown.load(Progress(2), GERMAN)
    assert text_of(shown) == "Einstellungen werden geladen\N{NO-BREAK SPACE}… (Versuch 2 von 3)"


def test_a_reload_of_a_degraded_page_says_what_every_load_says(shown: Shown) -> None:
    shown.load(before=Degraded(EMAIL, SESSION, OVERDUE))
    assert text_of(shown) == "Loading your preferences…"
