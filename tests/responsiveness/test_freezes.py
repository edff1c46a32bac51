"""What is kept of freezes: which are merged, and into what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Cause, Freeze
from desktop_app.responsiveness.freezes import FreezeLog, place_of
from desktop_app.responsiveness.repeated import MOST_PLACES
from tests.helpers.freezes import freeze

MS = NS_PER_MS


def logged(*freezes: Freeze) -> FreezeLog:
    log = FreezeLog()
    for each in freezes:
        log.add(each)
    return log


def test_freezes_from_one_place_are_one_with_the_longest_their_count_and_their_sum() -> None:
    (repeated,) = logged(freeze(0, 300), freeze(1000, 500), freeze(2000, 100)).repeated()
    assert (repeated.count, repeated.total_ns) == (3, 900 * MS)
    assert repeated.longest == freeze(1000, 500)
    assert (repeated.first_start_ns, repeated.last_start_ns) == (0, 2000 * MS)


@pytest.mark.parametrize(
    "other",
    [
        freeze(1000, line=2),
        freeze(1000, function="save_image"),
        freeze(1000, file="elsewhere.py"),
        freeze(1000, cause=Cause.COMPUTING),
        freeze(1000, samples=0),
        replace(freeze(1000), is_startup=True),
    ],
    ids=["line", "function", "file", "cause", "no culprit", "start-up"],
)
def test_freezes_that_differ_in_where_why_or_when_are_kept_apart(other: Freeze) -> None:
    assert place_of(other) != place_of(freeze())
    assert [each.count for each in logged(freeze(), other).repeated()] == [1, 1]


def test_freezes_without_a_culprit_are_merged_as_the_others_are() -> None:
    unnamed = freeze(samples=0)
    (running, starting) = logged(unnamed, unnamed, replace(unnamed, is_startup=True)).repeated()
    assert (running.count, running.longest.is_startup) == (2, False)
    assert (starting.count, starting.longest.is_startup) == (1, True)


def test_the_place_with_the_most_time_comes_first() -> None:
    log = logged(freeze(line=1, duration_ms=300), *(freeze(line=2, duration_ms=200) for _ in range(2)))
    assert [each.total_ns for each in log.repeated()] == [400 * MS, 300 * MS]


def test_of_too_many_places_the_one_with_the_least_time_is_forgotten_and_counted() -> None:
    log = logged(*(freeze(line=line, duration_ms=100 + line) for line in range(MOST_PLACES + 3)))
    assert (len(log.repeated()), log.forgotten) == (MOST_PLACES, 3)
    assert min(each.total_ns for each in log.repeated()) == 103 * MS
