from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.responsiveness.events import Cause
from desktop_app.responsiveness.journal import MOST_ENTRIES, Kind, Lane, Span
from desktop_app.responsiveness.track import MOST_ROWS, Look, Rows, Track
from tests.responsiveness.made_entries import freeze, mark, request, span, track

PLACES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 30)), max_size=50)


def tasks(places: list[tuple[int, int]]) -> list[Span]:
    return [Span(Kind.TASK, start, start + length, f"{i}", i) for i, (start, length) in enumerate(places)]


def packed(rows: Rows) -> list[list[tuple[int, int]]]:
    return [
        sorted((each.start_ns, each.end_ns) for spans in row.spans.values() for each in spans.within(-1, 1 << 40, 0))
        for row in rows.rows
    ]


def rows_of(spans: list[Span]) -> Rows:
    rows = Rows(Lane.TASKS)
    for each in spans:
        rows.add(Look.TASK, each)
    return rows


@given(places=PLACES)
def test_no_two_in_a_row_overlap_and_none_is_lost(places: list[tuple[int, int]]) -> None:
    spans = sorted(tasks([(start, length + 1) for start, length in places]), key=lambda each: each.end_ns)
    rows = rows_of(spans)
    assert len(rows.rows) <= MOST_ROWS[Lane.TASKS]
    for row in packed(rows):
        assert all(before[1] <= after[0] for before, after in pairwise(row))
    more = sum(each.number for each in rows.more.within(-1, 1 << 40, 0))
    assert sum(map(len, packed(rows))) + more == len(spans)


@given(places=PLACES)
def test_there_are_only_as_many_rows_as_there_are_at_one_time(places: list[tuple[int, int]]) -> None:
    spans = sorted(tasks([(start, length + 1) for start, length in places]), key=lambda each: each.end_ns)
    deepest = max((sum(one.start_ns <= at.start_ns < one.end_ns for one in spans) for at in spans), default=0)
    rows = rows_of(spans)
    assert len(rows.rows) == min(deepest, MOST_ROWS[Lane.TASKS])
    assert bool(len(rows.more)) == (deepest > MOST_ROWS[Lane.TASKS])


def test_the_phases_of_a_request_share_a_row() -> None:
    first, second = request(1, "GET /one", 0, 900), request(2, "GET /two", 100, 800)
    in_order = sorted([*first, *second], key=lambda each: each.end_ns if isinstance(each, Span) else 0)
    made = track()
    for each in in_order:
        made.add(each)
    groups = [
        {each.group for spans in row.spans.values() for each in spans.sources() if isinstance(each, Span)}
        for row in made.lanes[Lane.NETWORK].rows
    ]
    assert groups == [{1}, {2}]


def test_a_request_after_another_is_in_the_same_row() -> None:
    made = track(*request(1, "POST /session", 0, 800), *request(2, "GET /preferences", 810, 1600))
    assert len(made.lanes[Lane.NETWORK].rows) == 1


def test_queries_of_one_request_share_a_row() -> None:
    queries = [span(Kind.DATABASE, 100 * i, 100 * i + 50, "database", 1) for i in range(8)]
    made = track(*request(1, "GET /preferences", 0, 800), *queries)
    assert [len(row.spans[Look.DATABASE]) for row in made.lanes[Lane.DATABASE].rows] == [8]


def test_what_the_program_did_not_cause_is_no_freeze() -> None:
    ours, apart = freeze(0, 100), freeze(200, 900, Cause.NOT_SCHEDULED)
    made = track(ours, apart)
    assert made.freezes() == [ours]
    assert (made.has(ours), made.has(apart), made.has(freeze(300, 2000))) == (True, True, False)


def test_what_is_not_between_origin_and_end_is_left_out() -> None:
    made = track(span(Kind.TASK, -50, -1), span(Kind.TASK, -5, 5), span(Kind.TASK, 2001, 2002), mark(2500, 2600))
    assert len(made.lanes[Lane.TASKS].rows[0].spans[Look.TASK]) == 1
    assert len(made.marks) == 0


def test_what_is_added_moves_the_end() -> None:
    made = track(end_ms=10)
    made.add(span(Kind.PAINT, 20, 30))
    assert made.duration_ns == 30_000_000


def test_it_is_bounded() -> None:
    made = Track("live", 0, 1)
    for at in range(MOST_ENTRIES * 5 // 4 + 2):
        made.add(Span(Kind.PAINT, 10 * at, 10 * at + 5))
    assert len(made.gui[Look.PAINT]) < MOST_ENTRIES
    assert made.gui[Look.PAINT].sources()[-1].end_ns == made.end_ns  # type: ignore[union-attr]
