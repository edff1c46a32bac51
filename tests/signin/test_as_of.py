"""When something was seen last, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
from PySide6.QtCore import QLocale

from desktop_app.signin.as_of import as_of
from tests.helpers.shown import Shown

SEEN_AT = datetime(2026, 11, 23, 14, 10)  # noqa: DTZ001 - a wall clock's, which is what is shown


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale("en"))
    yield
    QLocale.setDefault(before)


def said(days_ago: int) -> str:
    return as_of(SEEN_AT, days_ago).replace("\N{NARROW NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("days_ago", "text"),
    [
        (0, "today, 2:10 PM"),
        (1, "yesterday, 2:10 PM"),
        (2, "Monday, 2:10 PM"),
        (6, "Monday, 2:10 PM"),
        (7, "November 23, 2026, 2:10 PM"),
        (400, "November 23, 2026, 2:10 PM"),
    ],
)
def test_the_nearer_the_day_the_shorter_its_name(days_ago: int, text: str) -> None:
    assert said(days_ago) == text


def test_a_day_to_come_is_named_in_full() -> None:
    assert said(-1) == "November 23, 2026, 2:10 PM"


@pytest.mark.parametrize(
    ("days_ago", "text"),
    [(0, "heute, 14:10"), (1, "gestern, 14:10"), (3, "Montag, 14:10"), (9, "23. November 2026, 14:10")],
)
def test_it_is_german(shown: Shown, days_ago: int, text: str) -> None:
    shown.customise(language="de")
    assert said(days_ago) == text


def test_seconds_are_not_said() -> None:
    assert as_of(SEEN_AT.replace(second=59), 0) == as_of(SEEN_AT, 0)
