from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.preferences.deadline import Deadline
from desktop_app.responsiveness.clock import ManualClock


def test_all_of_it_remains_at_the_start() -> None:
    assert Deadline(3000, ManualClock()).remaining_s == 3.0


@pytest.mark.parametrize(("passed_ms", "remaining_s"), [(1, 2.999), (1500, 1.5), (2999, 0.001), (3000, 0.0)])
def test_what_remains_shrinks_with_time(passed_ms: int, remaining_s: float) -> None:
    clock = ManualClock()
    deadline = Deadline(3000, clock)
    clock.advance_ms(passed_ms)
    assert deadline.remaining_s == pytest.approx(remaining_s, abs=1e-9)


def test_nothing_remains_long_after_it() -> None:
    clock = ManualClock()
    deadline = Deadline(10, clock)
    clock.advance_ms(1e9)
    assert deadline.remaining_s == 0


def test_no_budget_leaves_nothing() -> None:
    assert Deadline(0, ManualClock()).remaining_s == 0


@pytest.mark.parametrize(("passed_ms", "elapsed_ms"), [(0, 0), (0.9, 0), (1, 1), (1999.9, 1999), (5000, 5000)])
def test_what_has_elapsed_is_rounded_down(passed_ms: float, elapsed_ms: int) -> None:
    clock = ManualClock()
    deadline = Deadline(3000, clock)
    clock.advance_ms(passed_ms)
    assert deadline.elapsed_ms == elapsed_ms


def test_it_starts_when_it_is_made() -> None:
    clock = ManualClock()
    clock.advance_ms(123_456)
    deadline = Deadline(3000, clock)
    assert (deadline.remaining_s, deadline.elapsed_ms) == (3.0, 0)


def test_it_runs_on_the_system_clock() -> None:
    deadline = Deadline(60_000, time.monotonic_ns)
    first = deadline.remaining_s
    assert 0 < deadline.remaining_s <= first <= 60


@given(budget_ms=st.integers(0, 10**7), steps_ms=st.lists(st.integers(0, 10**6), max_size=20))
def test_it_never_grows_and_is_never_negative(budget_ms: int, steps_ms: list[int]) -> None:
    clock = ManualClock()
    deadline = Deadline(budget_ms, clock)
    remaining_s = [deadline.remaining_s]
    for step_ms in steps_ms:
        clock.advance_ms(step_ms)
        remaining_s.append(deadline.remaining_s)
    assert remaining_s == sorted(remaining_s, reverse=True)
    assert remaining_s[-1] >= 0
