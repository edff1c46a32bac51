from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.slices import Band, Slice
from desktop_app.responsiveness.timeline import FULL_HEIGHT_MS, Bar, LagHistory, height_share

MS = NS_PER_MS
WIDTH, HEIGHT = 300.0, 100.0  # a pixel for each bucket of 100 ms
SPAN_MS = 30_000


def bars_of(*slices_ms: tuple[int, int], now_ms: int) -> list[Bar]:
    history = LagHistory()
    for start_ms, end_ms in slices_ms:
        history.add(Slice(start_ms * MS, end_ms * MS))
    return history.bars(now_ms * MS, WIDTH, HEIGHT)


def test_no_history_has_no_bars() -> None:
    assert bars_of(now_ms=1_000_000) == []


def test_the_present_is_at_the_right_edge() -> None:
    (bar,) = bars_of((50_000, 50_040), now_ms=50_050)
    assert bar.x + bar.width == WIDTH


def test_a_bar_moves_left_as_time_passes() -> None:
    (bar,) = bars_of((50_000, 50_040), now_ms=60_050)
    assert bar.x + bar.width == WIDTH - 100


def test_a_slice_counts_in_every_bucket_that_it_spans() -> None:
    bars = bars_of((50_050, 50_350), now_ms=50_350)
    assert [bar.x for bar in bars] == [296, 297, 298, 299]
    assert {bar.height for bar in bars} == {HEIGHT * height_share(300 * MS)}


def test_a_bucket_shows_the_worst_of_its_slices() -> None:
    (bar,) = bars_of((50_000, 50_010), (50_020, 50_080), (50_085, 50_090), now_ms=50_090)
    assert bar.height == HEIGHT * height_share(60 * MS)


def test_two_slices_that_share_a_bucket_make_one_bar_there() -> None:
    bars = bars_of((50_000, 50_150), (50_160, 50_350), now_ms=50_350)
    assert [bar.x for bar in bars] == [296, 297, 298, 299]
    assert bars[1].height == HEIGHT * height_share(190 * MS)


def test_a_bar_stands_on_the_ground() -> None:
    (bar,) = bars_of((50_000, 50_040), now_ms=50_050)
    assert bar.y + bar.height == HEIGHT


def test_a_bar_has_the_band_of_its_lag() -> None:
    bars = bars_of((50_000, 50_010), (50_200, 50_299), (50_300, 50_700), now_ms=50_700)
    assert [bar.band for bar in bars] == [Band.SMOOTH, Band.LONG_TASK, *[Band.HANG] * 5]


def test_what_is_older_than_the_span_disappears() -> None:
    slices = ((50_000, 50_040), (60_000, 60_040))
    assert len(bars_of(*slices, now_ms=50_000 + SPAN_MS - 100)) == 2
    assert len(bars_of(*slices, now_ms=50_000 + SPAN_MS + 100)) == 1
    assert len(bars_of(*slices, now_ms=60_000 + SPAN_MS + 100)) == 0


def test_a_freeze_longer_than_the_span_fills_it() -> None:
    bars = bars_of((50_000, 50_000 + 10 * SPAN_MS), now_ms=50_000 + 10 * SPAN_MS)
    assert len(bars) >= SPAN_MS // 100 - 1
    assert bars[-1].x + bars[-1].width == WIDTH
    assert {bar.height for bar in bars} == {HEIGHT}


@pytest.mark.parametrize("bucket_ms", [100, 250])
def test_a_history_is_bounded_whatever_is_added(bucket_ms: int) -> None:
    history = LagHistory(SPAN_MS, bucket_ms)
    for start_ms in range(0, 4 * SPAN_MS, 20):
        history.add(Slice(start_ms * MS, (start_ms + 15) * MS))
    assert len(history._worst_ns) <= SPAN_MS // bucket_ms + 1


GAPS_MS = st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, 8_000)), min_size=1, max_size=40)


@given(gaps_ms=GAPS_MS, since_ms=st.integers(0, 40_000), height=st.floats(1, 1000))
def test_every_bar_is_inside_the_area(gaps_ms: list[tuple[int, int]], since_ms: int, height: float) -> None:
    history = LagHistory()
    now_ms = 1_000_000
    for gap_ms, length_ms in gaps_ms:
        start_ms, now_ms = now_ms + gap_ms, now_ms + gap_ms + length_ms
        history.add(Slice(start_ms * MS, now_ms * MS))
    for bar in history.bars((now_ms + since_ms) * MS, WIDTH, height):
        assert bar.x >= 0
        assert bar.x + bar.width <= WIDTH
        assert 0 <= bar.y <= height
        assert bar.y + bar.height == pytest.approx(height)


@given(gaps_ms=GAPS_MS)
def test_no_two_bars_are_in_the_same_place(gaps_ms: list[tuple[int, int]]) -> None:
    history = LagHistory()
    now_ms = 1_000_000
    for gap_ms, length_ms in gaps_ms:
        start_ms, now_ms = now_ms + gap_ms, now_ms + gap_ms + length_ms
        history.add(Slice(start_ms * MS, now_ms * MS))
    places = [bar.x for bar in history.bars(now_ms * MS, WIDTH, HEIGHT)]
    assert places == sorted(set(places))


@given(first_ns=st.integers(0, 10**11), second_ns=st.integers(0, 10**11))
def test_a_longer_lag_never_reaches_less_high(first_ns: int, second_ns: int) -> None:
    shorter, longer = sorted((first_ns, second_ns))
    assert 0 <= height_share(shorter) <= height_share(longer) <= 1


@pytest.mark.parametrize(("lag_ms", "share"), [(0, 0.0), (FULL_HEIGHT_MS, 1.0), (10 * FULL_HEIGHT_MS, 1.0)])
def test_the_ends_of_the_scale(lag_ms: int, share: float) -> None:
    assert height_share(lag_ms * MS) == share


def test_a_frame_can_still_be_seen() -> None:
    assert height_share(16 * MS) > 0.25
