from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.responsiveness.journal import InputMark, Kind, Span
from desktop_app.responsiveness.level_of_detail import NARROWEST, WIDE, MarkIndex, SpanIndex

SPAN = Span(Kind.PAINT, 0, 1)
UNIT_NS = 1 << 16
LENGTHS = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=60)
"""Gaps and lengths, in units of the finest level."""
STARTS = st.lists(st.tuples(st.integers(0, 200), st.integers(0, 30)), min_size=1, max_size=60)


def apart(gaps: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Make spans in a row of gaps and lengths."""
    at, spans = 0, []
    for gap, length in gaps:
        start = at + gap * UNIT_NS
        at = start + length * UNIT_NS + 1
        spans.append((start, at))
    return spans


def index_of(spans: list[tuple[int, int]]) -> SpanIndex:
    index = SpanIndex()
    for start, end in spans:
        index.add(start, end, Span(Kind.PAINT, start, end))
    return index


def union(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


@given(gaps=LENGTHS, pixel=st.integers(1, 1 << 24))
def test_what_is_shown_is_what_is_there_to_a_pixel(gaps: list[tuple[int, int]], pixel: int) -> None:
    spans = apart(gaps)
    shown = index_of(spans).within(0, spans[-1][1] + 1, pixel)
    assert sum(each.number for each in shown) == len(spans)
    i = 0
    for each in shown:
        inside = spans[i : i + each.number]
        assert (each.start_ns, each.end_ns) == (inside[0][0], inside[-1][1])
        assert all(after[0] - before[1] < pixel for before, after in pairwise(inside))
        i += each.number


@given(gaps=LENGTHS, pixel=st.integers(UNIT_NS, 1 << 24))
def test_what_is_wide_is_shown_by_itself(gaps: list[tuple[int, int]], pixel: int) -> None:
    shown = index_of(apart(gaps)).within(0, 1 << 62, pixel)
    wide = [(start, end) for start, end in apart(gaps) if end - start >= WIDE * pixel]
    assert set(wide) <= {(each.start_ns, each.end_ns) for each in shown if each.number == 1}


@given(gaps=LENGTHS, pixels=st.integers(2, 40))
def test_no_more_is_shown_than_the_pixels_can_show(gaps: list[tuple[int, int]], pixels: int) -> None:
    spans = apart(gaps)
    pixel = max(UNIT_NS, spans[-1][1] // pixels)
    assert len(index_of(spans).within(0, spans[-1][1], pixel)) <= 3 * (pixels + 2)


@given(gaps=LENGTHS, start=st.integers(0, 3000), length=st.integers(1, 3000), pixel=st.integers(1, 1 << 22))
def test_a_stretch_shows_all_that_is_in_it(gaps: list[tuple[int, int]], start: int, length: int, pixel: int) -> None:
    spans, start_ns, end_ns = apart(gaps), start * UNIT_NS, (start + length) * UNIT_NS
    shown = index_of(spans).within(start_ns, end_ns, pixel)
    for a, b in spans:
        is_in = a < end_ns and b > start_ns
        if is_in:
            assert any(each.start_ns <= a and b <= each.end_ns for each in shown)
    assert all(each.start_ns < end_ns and each.end_ns > start_ns for each in shown)


@given(starts=STARTS)
def test_spans_that_overlap_or_come_late_are_shown_where_they_are(starts: list[tuple[int, int]]) -> None:
    spans = [(start * UNIT_NS, (start + length) * UNIT_NS + 1) for start, length in starts]
    shown = index_of(spans).within(0, 1 << 62, 0)
    assert [(each.start_ns, each.end_ns) for each in shown] == union(spans)
    assert sum(each.number for each in shown) == len(spans)


@given(starts=STARTS, pixel=st.integers(1, 1 << 24))
def test_the_order_in_which_they_come_makes_no_difference(starts: list[tuple[int, int]], pixel: int) -> None:
    spans = union([(start * UNIT_NS, (start + length) * UNIT_NS + 1) for start, length in starts])
    assert index_of(spans).within(0, 1 << 62, pixel) == index_of(spans[::-1]).within(0, 1 << 62, pixel)


@given(gaps=LENGTHS, when=st.integers(0, 3000), pixel=st.integers(1, 1 << 24))
def test_what_is_forgotten_leaves_the_rest_as_it_was(gaps: list[tuple[int, int]], when: int, pixel: int) -> None:
    spans = apart(gaps)
    index = index_of(spans)
    index.forget_before(when * UNIT_NS)
    kept = [each for each in spans if each[1] >= when * UNIT_NS]
    assert len(index) == len(kept)
    assert sum(each.number for each in index.within(0, 1 << 62, pixel)) == len(kept)
    assert index.within(0, 1 << 62, 0) == index_of(kept).within(0, 1 << 62, 0)


@given(gaps=LENGTHS, width=st.floats(2, 400), share=st.floats(0, 1))
def test_what_is_seen_covers_what_is_there_to_a_pixel(
    gaps: list[tuple[int, int]], width: float, share: float
) -> None:
    spans = apart(gaps)
    start_ns = round(spans[-1][1] * share * 0.9)
    end_ns = spans[-1][1]
    seen = index_of(spans).seen(start_ns, end_ns, 10, 10 + width)
    per_ns = width / (end_ns - start_ns)
    place = {
        i: (max(10, 10 + (a - start_ns) * per_ns), min(10 + width, 10 + (b - start_ns) * per_ns))
        for i, (a, b) in enumerate(spans)
        if a < end_ns and b > start_ns
    }
    for x, end, begin, after in seen:
        assert 10 <= x < end <= 10 + width + 1e-6
        assert end - x >= NARROWEST - 1e-6
        inside = [place[i] for i in range(begin, after) if i in place]
        # It is no more than these, but for less than a pixel between them, and what makes each wide enough.
        assert inside[0][0] - x <= NARROWEST + 1e-6
        assert end - max(b for _, b in inside) <= NARROWEST + 1e-6
        assert all(b[0] - a[1] <= 2 * NARROWEST + 1e-6 for a, b in pairwise(inside))
    assert {i for _, _, begin, after in seen for i in range(begin, after)} >= set(place)
    for one, other in pairwise(seen):
        assert one[1] <= other[0]
    for a, b in place.values():
        covered = sum(max(0.0, min(b, end) - max(a, x)) for x, end, _, _ in seen)
        assert b - a - covered <= NARROWEST + 1e-6


def made(at_ns: int, taken_ns: int) -> InputMark:
    return InputMark("key", at_ns, at_ns, at_ns + taken_ns)


MARKS = st.lists(st.tuples(st.integers(-1000, 1000), st.integers(0, 100)), min_size=1, max_size=60)


@given(marks=MARKS, cell=st.integers(1, 1 << 24))
def test_every_mark_is_in_one_that_is_shown(marks: list[tuple[int, int]], cell: int) -> None:
    index = MarkIndex()
    for at, taken in marks:
        index.add(made(at * UNIT_NS, taken))
    shown = index.within(-(1 << 62), 1 << 62, cell)
    assert sum(each.number for each in shown) == len(marks)
    in_order, i = sorted(at * UNIT_NS for at, _ in marks), 0
    for each in shown:
        inside = in_order[i : i + each.number]
        assert each.slowest.at_ns in inside
        assert inside[-1] - inside[0] < max(cell, 1)
        i += each.number


@given(marks=MARKS, cell=st.integers(1, 1 << 24))
def test_the_slowest_of_a_cell_is_the_one_that_is_shown(marks: list[tuple[int, int]], cell: int) -> None:
    index = MarkIndex()
    for at, taken in marks:
        index.add(made(at * UNIT_NS, taken))
    shown = [each.slowest.painted_ns - each.slowest.at_ns for each in index.within(-(1 << 62), 1 << 62, cell)]
    assert max(shown) == index.slowest_ns == max(taken for _, taken in marks)


def test_marks_that_are_forgotten_are_no_longer_shown() -> None:
    index = MarkIndex()
    for at in range(10):
        index.add(made(at, 1))
    index.forget_before(7)
    assert [each.slowest.at_ns for each in index.within(0, 100, 0)] == [7, 8, 9]


@pytest.mark.parametrize("pixel", [0, 1 << 40])
def test_none_show_nothing(pixel: int) -> None:
    assert SpanIndex().within(0, 100, pixel) == []
    assert SpanIndex().seen(0, 100, 0, 10) == []
    assert MarkIndex().within(0, 100, pixel) == []
