from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.signin.spinner import SHOW_AFTER_MS, SHOW_FOR_MS, SpinnerSchedule


def begun(*, at_once: bool = False) -> SpinnerSchedule:
    schedule = SpinnerSchedule()
    schedule.begin(1000, at_once=at_once)
    return schedule


def test_it_is_not_shown_before_anything_began() -> None:
    assert not SpinnerSchedule().is_shown(0)


def test_the_numbers_are_those_of_the_issue() -> None:
    assert (SHOW_AFTER_MS, SHOW_FOR_MS) == (150, 350)


@pytest.mark.parametrize(("now_ms", "is_shown"), [(1000, False), (1149, False), (1150, True), (90_000, True)])
def test_it_is_shown_after_a_while(now_ms: int, is_shown: bool) -> None:
    assert begun().is_shown(now_ms) is is_shown


def test_before_a_freeze_it_is_shown_at_once() -> None:
    assert begun(at_once=True).is_shown(1000)


@pytest.mark.parametrize("end_ms", [1000, 1149])
def test_a_short_wait_never_shows_it(end_ms: int) -> None:
    schedule = begun()
    schedule.end(end_ms)
    assert not [now_ms for now_ms in range(end_ms, end_ms + 1000) if schedule.is_shown(now_ms)]


@pytest.mark.parametrize(("now_ms", "is_shown"), [(1160, True), (1499, True), (1500, False)])
def test_once_shown_it_stays_a_while(now_ms: int, is_shown: bool) -> None:
    schedule = begun()
    schedule.end(1151)
    assert schedule.is_shown(now_ms) is is_shown


def test_after_a_long_wait_it_goes_at_once() -> None:
    schedule = begun()
    schedule.end(5000)
    assert not schedule.is_shown(5000)


def test_a_wait_that_begins_while_it_stays_keeps_it_shown() -> None:
    schedule = begun()
    schedule.end(1151)
    schedule.begin(1300, at_once=False)
    assert schedule.is_shown(1300)
    assert schedule.is_shown(1500)


def test_a_wait_that_begins_after_it_went_waits_again() -> None:
    schedule = begun()
    schedule.end(5000)
    schedule.begin(6000, at_once=False)
    assert not schedule.is_shown(6149)
    assert schedule.is_shown(6150)


def test_a_second_end_keeps_it_no_longer() -> None:
    schedule = begun()
    schedule.end(1151)
    schedule.end(1400)
    assert not schedule.is_shown(1500)


@pytest.mark.parametrize(("now_ms", "in_ms"), [(1000, 150), (1100, 50), (1150, None)])
def test_it_says_when_it_will_be_shown(now_ms: int, in_ms: int | None) -> None:
    assert begun().changes_in_ms(now_ms) == in_ms


@pytest.mark.parametrize(("now_ms", "in_ms"), [(1151, 349), (1499, 1), (1500, None)])
def test_it_says_when_it_will_go(now_ms: int, in_ms: int | None) -> None:
    schedule = begun()
    schedule.end(1151)
    assert schedule.changes_in_ms(now_ms) == in_ms


def test_nothing_is_due_after_a_short_wait() -> None:
    schedule = begun()
    schedule.end(1100)
    assert schedule.changes_in_ms(1100) is None


STEPS = st.lists(st.tuples(st.sampled_from(["begin", "begin at once", "end"]), st.integers(0, 700)), max_size=12)


def shown_stretches_ms(steps: list[tuple[str, int]]) -> list[int]:
    """Play the steps; tell how long each stretch was in which the spinner was shown and then went."""
    schedule, now_ms, stretches_ms, since_ms = SpinnerSchedule(), 0, [], None
    for what, wait_ms in [*steps, ("end", 1000)]:
        if what == "end":
            schedule.end(now_ms)
        else:
            schedule.begin(now_ms, at_once=what != "begin")
        for at_ms in range(now_ms, now_ms + wait_ms + 1):
            if schedule.is_shown(at_ms) and since_ms is None:
                since_ms = at_ms
            elif not schedule.is_shown(at_ms) and since_ms is not None:
                stretches_ms.append(at_ms - since_ms)
                since_ms = None
        now_ms += wait_ms
    assert since_ms is None
    return stretches_ms


@given(steps=STEPS)
def test_it_never_flashes(steps: list[tuple[str, int]]) -> None:
    assert not [stretch_ms for stretch_ms in shown_stretches_ms(steps) if stretch_ms < SHOW_FOR_MS]


@given(steps=STEPS)
def test_what_it_says_is_due_is_when_it_changes(steps: list[tuple[str, int]]) -> None:
    schedule, now_ms = SpinnerSchedule(), 0
    for what, wait_ms in steps:
        if what == "end":
            schedule.end(now_ms)
        else:
            schedule.begin(now_ms, at_once=what != "begin")
        due_ms = schedule.changes_in_ms(now_ms)
        before = schedule.is_shown(now_ms)
        last_ms = now_ms + (1000 if due_ms is None else due_ms - 1)
        assert schedule.is_shown(last_ms) is before
        assert due_ms is None or schedule.is_shown(now_ms + due_ms) is not before
        now_ms += wait_ms
