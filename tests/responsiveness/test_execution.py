from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from desktop_app.responsiveness.axis import label_of, ticks_ns
from desktop_app.responsiveness.clock import NS_PER_MS as MS
from desktop_app.responsiveness.events import Cause
from desktop_app.responsiveness.execution import Geometry, fitted, height_of, lay_out
from desktop_app.responsiveness.execution_texts import Texts, elided, mark_tooltip, tooltip_of
from desktop_app.responsiveness.journal import Entry, Kind, Lane
from desktop_app.responsiveness.shapes import Figure, Mark, Rectangle
from desktop_app.responsiveness.slices import Band
from desktop_app.responsiveness.track import Look, Track
from desktop_app.responsiveness.window_of_time import View
from tests.responsiveness.made_entries import blocking, flowing, freeze, mark, request, span, track

WIDTH = 900.0
GUI = (Look.FREEZE, Look.APART, Look.INPUT, Look.PAINT, Look.IDLE)


def measure(text: str) -> float:
    return 6.0 * len(text)


def figure_of(*tracks: Track, start_ms: float = 0, end_ms: float = 2000, width: float = WIDTH) -> Figure:
    return lay_out(tracks, View(round(start_ms * MS), round(end_ms * MS)), width, measure)


def both(start_ms: float = 0, end_ms: float = 2000) -> Figure:
    return figure_of(track(*blocking()), track(*flowing(), title="Async"), start_ms=start_ms, end_ms=end_ms)


def of_look(figure: Figure, look: Look, block: int = 0) -> list[Rectangle]:
    return [each for each in figure.rectangles if each.look is look and each.block == block]


def x_of(figure: Figure, after_ms: float, start_ms: float = 0, end_ms: float = 2000) -> float:
    return figure.left + (figure.right - figure.left) * (after_ms - start_ms) / (end_ms - start_ms)


def assert_sound(figure: Figure) -> None:
    """Nothing is outside, too narrow, or over another."""
    rows: dict[float, list[Rectangle]] = {}
    for each in figure.rectangles:
        assert figure.left - 1e-6 <= each.x
        assert each.x + each.width <= figure.right + 1e-6
        assert each.width >= 1 - 1e-6
        assert figure.blocks[each.block].top <= each.y
        assert each.y + each.height <= figure.blocks[each.block].bottom + 1e-6
        rows.setdefault(each.y, []).append(each)
    for row in rows.values():
        for before, after in pairwise(sorted(row)):
            assert before.x + before.width <= after.x + 1e-6
    for line in figure.marks:
        assert figure.left - 1e-6 <= line.x <= line.to_x <= figure.right + 1e-6


@pytest.mark.parametrize(("start_ms", "end_ms"), [(0, 2000), (-40, 2040), (700, 900), (1660, 1700), (1671, 1673)])
def test_nothing_is_outside_too_narrow_or_over_another(start_ms: float, end_ms: float) -> None:
    assert_sound(both(start_ms, end_ms))


MADE = st.lists(
    st.one_of(
        st.builds(
            lambda kind, start, length, group: span(kind, start, start + length, "name", group),
            st.sampled_from(list(Kind)),
            st.floats(-20, 120),
            st.floats(0, 80),
            st.integers(0, 4),
        ),
        st.builds(
            lambda start, length, cause: freeze(start, start + length, cause),
            st.floats(-20, 120),
            st.floats(0, 80),
            st.sampled_from(list(Cause)),
        ),
        st.builds(lambda at, taken: mark(at, at + taken), st.floats(-20, 120), st.floats(0, 80)),
    ),
    max_size=40,
)


@settings(max_examples=60)
@given(entries=MADE, start_ms=st.floats(-10, 90), length_ms=st.floats(0.001, 200), width=st.floats(40, 1200))
def test_whatever_happened_the_drawing_is_sound(
    entries: list[Entry], start_ms: float, length_ms: float, width: float
) -> None:
    made = track(*entries, end_ms=150)
    assert_sound(figure_of(made, start_ms=start_ms, end_ms=start_ms + length_ms, width=width))


@settings(max_examples=60)
@given(entries=MADE, late=MADE)
@example(entries=[], late=[freeze(0, 1), mark(-1, -1)])
def test_it_makes_no_difference_when_the_gui_thread_s_entries_come(entries: list[Entry], late: list[Entry]) -> None:
    at_once = track(*entries, *late, end_ms=400)
    by_and_by = track(*entries, end_ms=400)
    for each in late:
        by_and_by.add(each)
    one, other = figure_of(at_once, end_ms=400), figure_of(by_and_by, end_ms=400)
    places = [[x for each in of_look(figure, Look.FREEZE) for x in (each.x, each.width)] for figure in (one, other)]
    assert places[0] == pytest.approx(places[1])


def test_a_freeze_is_where_it_was_and_as_long() -> None:
    figure = figure_of(track(freeze(500, 1500)))
    (block,) = of_look(figure, Look.FREEZE)
    assert (block.x, block.x + block.width) == pytest.approx((x_of(figure, 500), x_of(figure, 1500)))
    assert (block.band, block.label) == (Band.LONG_HANG, "frozen 1.00 s")


def test_several_freezes_in_one_place_are_as_bad_as_the_worst_of_them() -> None:
    freezes = [freeze(1000 + 400 * i, 1060 + 400 * i + 60 * (i == 7)) for i in range(40)]
    figure = figure_of(track(*freezes, end_ms=4_000_000), end_ms=4_000_000)
    (block,) = of_look(figure, Look.FREEZE)
    assert (block.number, block.band, block.source) == (40, Band.NOTICEABLE, freezes[7])
    assert tooltip_of(block, figure.blocks[0].origin_ns).startswith("40 × frozen ≤ 120 ms\n")


@pytest.mark.parametrize("end_ms", [2000, 3_600_000])
def test_the_labels_of_the_axis_are_wholly_in_the_drawing(end_ms: float) -> None:
    figure = figure_of(track(end_ms=end_ms), end_ms=end_ms)
    for tick in figure.ticks:
        half = measure(tick.label) / 2
        assert half <= tick.label_x <= figure.width - half
        assert abs(tick.label_x - tick.x) <= half


def test_widths_are_proportional_to_durations() -> None:
    figure = figure_of(track(span(Kind.TASK, 100, 300), span(Kind.TASK, 400, 1000)))
    short, long = of_look(figure, Look.TASK)
    assert long.width / short.width == pytest.approx(3)


def test_both_tracks_have_the_same_axis() -> None:
    figure = figure_of(track(span(Kind.TASK, 100, 300)), track(span(Kind.TASK, 100, 300), end_ms=400))
    assert of_look(figure, Look.TASK, 0)[0].x == of_look(figure, Look.TASK, 1)[0].x


def test_tracks_on_clocks_of_their_own_begin_together() -> None:
    later = Track.of("Async", [span(Kind.TASK, 10_100, 10_300)], 15_000 * MS, 17_000 * MS)
    figure = figure_of(track(span(Kind.TASK, 100, 300)), later)
    assert of_look(figure, Look.TASK, 0)[0].x == pytest.approx(of_look(figure, Look.TASK, 1)[0].x)


def test_the_first_track_is_above_the_second() -> None:
    above, below = both().blocks
    assert (above.title.text, below.title.text) == ("Blocking", "Async")
    assert above.bottom < below.title.y


def test_a_freeze_hides_what_happened_within() -> None:
    figure = figure_of(track(freeze(500, 1500), span(Kind.PAINT, 600, 700), span(Kind.INPUT, 400, 800)))
    assert of_look(figure, Look.PAINT) == []
    (before,) = of_look(figure, Look.INPUT)
    assert before.x + before.width == pytest.approx(x_of(figure, 500))


def test_the_gui_thread_s_lane_is_filled_from_origin_to_end() -> None:
    figure = figure_of(track(freeze(500, 1000), span(Kind.PAINT, 1200, 1210), end_ms=1600))
    lane = sorted(each for each in figure.rectangles if each.look in GUI)
    assert [each.look for each in lane] == [Look.IDLE, Look.FREEZE, Look.IDLE, Look.PAINT, Look.IDLE]
    assert lane[0].x == pytest.approx(x_of(figure, 0))
    assert lane[-1].x + lane[-1].width == pytest.approx(x_of(figure, 1600))
    assert all(before.x + before.width == pytest.approx(after.x) for before, after in pairwise(lane))


def test_what_the_program_did_not_cause_looks_different() -> None:
    figure = figure_of(track(freeze(500, 1500, Cause.NOT_SCHEDULED)))
    assert of_look(figure, Look.FREEZE) == []
    assert len(of_look(figure, Look.APART)) == 1


def test_a_mark_is_joined_to_the_paint_that_answered_it() -> None:
    figure = figure_of(track(mark(300, 900), span(Kind.PAINT, 890, 900)))
    (line,) = figure.marks
    (paint,) = of_look(figure, Look.PAINT)
    assert line.x == pytest.approx(x_of(figure, 300))
    assert (line.to_x, line.to_y) == pytest.approx((paint.x + paint.width, paint.y))
    assert line.y < line.to_y


def test_the_marks_of_a_freeze_all_lead_to_its_end() -> None:
    figure = both()
    paint_end = x_of(figure, 1690)
    lines = [each for each in figure.marks if each.to_y < figure.blocks[0].bottom]
    assert len(lines) == 33
    assert [each.to_x for each in lines] == pytest.approx([paint_end] * 33)


def test_marks_too_near_to_one_another_are_one_with_a_count() -> None:
    figure = figure_of(track(*(mark(1000 + i, 1300) for i in range(10))))
    assert len(figure.marks) < 4
    assert sum(each.number for each in figure.marks) == 10
    assert max(each.number for each in figure.marks) > 1


def test_the_line_of_a_mark_before_what_is_shown_is_cut_off() -> None:
    figure = figure_of(track(mark(100, 1500)), start_ms=800)
    (line,) = figure.marks
    assert not line.is_shown
    assert line.x == figure.left
    (whole,) = figure_of(track(mark(100, 1500))).marks
    assert whole.y < line.y < line.to_y == whole.to_y


def test_the_phases_of_a_request_are_in_one_row_one_after_the_other() -> None:
    figure = figure_of(track(*request(1, "GET /preferences", 100, 1900)), start_ms=90, end_ms=130)
    row = sorted(each for each in figure.rectangles if each.look not in GUI)
    assert [each.look for each in row] == [Look.CONNECT, Look.SEND, Look.WAIT]
    assert len({each.y for each in row}) == 1


def test_short_phases_can_be_seen_beside_a_long_wait() -> None:
    figure = figure_of(track(*request(1, "GET /preferences", 100, 1900)))
    assert {Look.CONNECT, Look.WAIT, Look.RECEIVE} <= {each.look for each in figure.rectangles}
    assert of_look(figure, Look.WAIT)[0].label == "GET /preferences: waiting for the service 1.79 s"


def test_a_wait_too_short_to_be_told_apart_is_what_is_seen_of_its_request() -> None:
    requests = [each for i in range(40) for each in request(i + 1, "GET", 30 * i, 30 * i + 20)]
    figure = figure_of(track(*requests), start_ms=0, end_ms=60_000)
    assert {each.look for each in figure.rectangles} == {Look.IDLE, Look.WAIT}


def test_more_tasks_than_there_are_rows_share_one_row_more() -> None:
    figure = figure_of(track(*(span(Kind.TASK, 100, 1000 + i) for i in range(9))))
    assert len(of_look(figure, Look.TASK)) == 5
    (more,) = of_look(figure, Look.MORE)
    assert more.number == 4


def test_a_crowd_is_drawn_in_few_rectangles() -> None:
    crowd = [span(Kind.PAINT, 3 * i, 3 * i + 1) for i in range(20_000)]
    figure = figure_of(track(*crowd, end_ms=60_000), end_ms=60_000)
    assert_sound(figure)
    assert len(figure.rectangles) <= figure.width
    assert sum(each.number for each in of_look(figure, Look.PAINT)) == 20_000


def test_a_lane_without_anything_is_not_drawn() -> None:
    figure = figure_of(track(freeze(0, 100)))
    assert [each.text for each in figure.blocks[0].lanes] == ["GUI thread"]


@pytest.mark.parametrize(
    ("width", "label"),
    [(900, "load the preferences 1.00 s"), (250, "load the p…"), (100, "")],
)
def test_a_label_is_as_long_as_there_is_room_for(width: float, label: str) -> None:
    figure = figure_of(track(span(Kind.TASK, 500, 1500, "load the preferences")), width=width)
    assert [each.label for each in of_look(figure, Look.TASK)] == [label]


@given(text=st.text(max_size=30), room=st.floats(0, 200))
def test_what_is_elided_has_room(text: str, room: float) -> None:
    short = elided(text, room, measure)
    assert short == text or measure(short) <= room


def test_what_is_at_a_point_is_found() -> None:
    figure = figure_of(track(freeze(500, 1500), mark(300, 900)))
    (block,), (line,) = of_look(figure, Look.FREEZE), figure.marks
    assert figure.at(block.x + 1, block.y + 1) == block
    assert figure.at(line.x + 1, line.y - 1) == line
    assert figure.at(1, 1) is None


def test_a_tooltip_says_what_it_is_and_when() -> None:
    figure = figure_of(track(freeze(500, 1500), mark(300, 900, "click")))
    (block,) = of_look(figure, Look.FREEZE)
    text = tooltip_of(block, figure.blocks[0].origin_ns)
    assert text == "frozen 1.00 s: waiting\n92 % in load_image (gallery.py:41)\nfrom 0.500 s to 1.500 s"
    (line,) = figure.marks
    assert mark_tooltip(line) == "click, answered by a paint 600 ms later"


def test_a_tooltip_of_several_says_how_many() -> None:
    figure = figure_of(track(*(span(Kind.PAINT, 500 + 0.2 * i, 500.1 + 0.2 * i) for i in range(5))))
    (paints,) = of_look(figure, Look.PAINT)
    assert tooltip_of(paints, figure.blocks[0].origin_ns).startswith("5 × painting\n")


def test_words_and_numbers_are_in_the_language_that_is_given() -> None:
    looks = {**Texts().looks, Look.FREEZE: "eingefroren"}
    texts = Texts(looks=looks, decimal_point=",", axis="Sekunden")
    figure = lay_out((track(freeze(500, 1500)),), View(0, 2000 * MS), WIDTH, measure, texts=texts)
    assert of_look(figure, Look.FREEZE)[0].label == "eingefroren 1,00 s"
    assert figure.axis_title.text == "Sekunden"
    assert "0,2 s" in [tick.label for tick in figure.ticks]


@given(start_ns=st.integers(-(10**9), 10**13), length_ns=st.integers(1000, 5 * 10**12), most=st.integers(2, 40))
def test_ticks_are_even_few_and_within(start_ns: int, length_ns: int, most: int) -> None:
    ticks = [at for at, _ in ticks_ns(start_ns, start_ns + length_ns, most)]
    assert len(ticks) <= most + 1
    assert all(start_ns <= at <= start_ns + length_ns for at in ticks)
    assert len({after - before for before, after in pairwise(ticks)}) <= 1


@pytest.mark.parametrize(
    ("at_ms", "step_ms", "label"),
    [
        (0, 500, "0 s"),
        (1500, 500, "1.5 s"),
        (20, 20, "20 ms"),
        (0.5, 0.1, "0.5 ms"),
        (90_000, 60_000, "1:30"),
        (3_600_000, 600_000, "60:00"),
        (-250, 50, "-250 ms"),
    ],
)
def test_a_tick_says_its_time_as_a_person_would(at_ms: float, step_ms: float, label: str) -> None:
    assert label_of(round(at_ms * MS), round(step_ms * MS)) == label


@pytest.mark.parametrize("height", [60, 120, 200, 400, 900])
def test_it_fits_into_the_height_there_is(height: float) -> None:
    tracks = (track(*blocking()), track(*flowing()))
    geometry = fitted(tracks, Geometry(), height)
    assert height_of(tracks, geometry) <= height + 1e-6
    assert lay_out(tracks, View(0, MS), WIDTH, measure, geometry=geometry).height <= height + 1e-6


def test_little_room_is_left_to_the_gui_thread() -> None:
    tracks = (track(*blocking()), track(*flowing()))
    geometry = fitted(tracks, Geometry(), 120)
    assert (geometry.lanes, geometry.has_marks) == ((), False)
    assert geometry.gui >= 18
    assert fitted(tracks, Geometry(), 2000).lanes == (Lane.TASKS, Lane.NETWORK, Lane.DATABASE)


def test_no_track_at_all_is_an_empty_drawing() -> None:
    figure = figure_of()
    assert (figure.rectangles, figure.marks, figure.blocks) == ((), (), ())


def test_a_mark_is_what_is_found_before_what_it_lies_on() -> None:
    assert isinstance(both().at(x_of(both(), 50), both().marks[1].y), Mark)
