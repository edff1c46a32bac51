from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.responsiveness.window_of_time import SHORTEST_NS, View, WindowOfTime

WHOLE = 1_000_000_000


def window(start_ns: int | None = None, end_ns: int | None = None) -> WindowOfTime:
    made = WindowOfTime()
    made.set_whole(WHOLE)
    if start_ns is not None and end_ns is not None:
        made.set_view(View(start_ns, end_ns))
    return made


def test_all_is_shown_at_first_with_something_at_both_ends() -> None:
    assert window().view == View(-WHOLE // 50, WHOLE + WHOLE // 50)


def test_all_is_shown_also_when_it_grows() -> None:
    made = window()
    made.set_whole(2 * WHOLE)
    assert made.view == View(-WHOLE // 25, 2 * WHOLE + WHOLE // 25)


@given(factor=st.floats(1.01, 8), share=st.floats(0, 1))
def test_zooming_leaves_what_is_under_the_pointer_where_it_is(factor: float, share: float) -> None:
    made = window()
    before = made.view.start_ns + share * made.view.duration_ns
    made.zoom(factor, share)
    assert made.view.start_ns + share * made.view.duration_ns == pytest.approx(before, abs=10)


@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("zoom"), st.floats(0.01, 100)),
            st.tuples(st.just("pan"), st.floats(-5, 5)),
            st.tuples(st.just("start"), st.just(0.0)),
            st.tuples(st.just("end"), st.just(0.0)),
        ),
        max_size=20,
    )
)
def test_whatever_is_done_it_stays_within(steps: list[tuple[str, float]]) -> None:
    made, everything = window(), window().view
    for step, value in steps:
        match step:
            case "zoom":
                made.zoom(value, 0.3)
            case "pan":
                made.pan(value)
            case "start":
                made.go_to_start()
            case _:
                made.go_to_end()
        assert everything.start_ns <= made.view.start_ns < made.view.end_ns <= everything.end_ns
        assert made.view.duration_ns >= SHORTEST_NS


def test_a_part_at_the_end_follows_and_another_does_not() -> None:
    at_end, elsewhere = window(WHOLE * 3 // 4, WHOLE), window(0, WHOLE // 4)
    for made in (at_end, elsewhere):
        made.set_whole(2 * WHOLE)
    assert at_end.view.end_ns >= 2 * WHOLE
    assert at_end.view.duration_ns == WHOLE // 4
    assert elsewhere.view == View(0, WHOLE // 4)


def test_what_is_in_view_is_left_where_it_is() -> None:
    made = window(0, WHOLE // 2)
    made.bring_into_view(1000, 2000)
    assert made.view == View(0, WHOLE // 2)


@pytest.mark.parametrize(("start", "end"), [(900_000_000, 950_000_000), (100_000_000, 800_000_000)])
def test_what_is_not_is_brought_there(start: int, end: int) -> None:
    made = window(0, 50_000_000)
    made.bring_into_view(start, end)
    assert made.view.start_ns <= start < end <= made.view.end_ns
