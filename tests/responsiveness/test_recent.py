"""The last freezes, and the rectangles that draw them."""

from __future__ import annotations

import pytest

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Cause, Freeze
from desktop_app.responsiveness.freezes import FreezeLog
from desktop_app.responsiveness.recent import MOST_FREEZES, RecentFreezes, block_at, height_share
from desktop_app.responsiveness.slices import Band
from tests.helpers.freezes import freeze

S = 1000 * NS_PER_MS
WIDTH, HEIGHT = 1200.0, 24.0


def recent_of(*freezes: Freeze) -> RecentFreezes:
    recent = RecentFreezes()
    for each in freezes:
        recent.add(each)
    return recent


def test_a_block_is_as_long_as_the_freeze_and_the_present_is_at_the_right() -> None:
    recent = recent_of(freeze(60_000, 6_000))
    (block,) = recent.blocks(120 * S, 120 * S, WIDTH, HEIGHT)
    assert (block.x, block.width) == pytest.approx((600, 60))
    assert block.y + block.height == HEIGHT


def test_a_block_moves_to_the_left_as_time_passes_and_out_in_the_end() -> None:
    recent = recent_of(freeze(0, 6_000))
    at_x = [[block.x for block in recent.blocks(now * S, 120 * S, WIDTH, HEIGHT)] for now in (6, 66, 120, 126)]
    assert at_x == [[pytest.approx(1140)], [pytest.approx(540)], [0], []]


def test_a_freeze_that_began_before_the_chart_is_cut_at_its_edge() -> None:
    (block,) = recent_of(freeze(0, 10_000)).blocks(125 * S, 120 * S, WIDTH, HEIGHT)
    assert block.x == 0
    assert block.width == pytest.approx(50)


def test_a_short_freeze_is_wide_enough_to_be_hit() -> None:
    (block,) = recent_of(freeze(60_000, 60)).blocks(60 * S + 60 * NS_PER_MS, 120 * S, WIDTH, HEIGHT)
    assert block.width == 5
    assert block.x + block.width <= WIDTH


def test_what_is_worse_is_higher() -> None:
    shares = [height_share(band) for band in Band if band is not Band.SMOOTH]
    assert shares == sorted(set(shares))
    assert shares[-1] == 1


@pytest.mark.parametrize(
    ("x", "hit"), [(600, 0), (630, 0), (597, 0), (663, 0), (664.5, None), (590, None), (699, 1), (0, None)]
)
def test_a_block_is_hit_within_reach(x: float, hit: int | None) -> None:
    freezes = (freeze(60_000, 6_000), freeze(70_000, 1_000))
    block = block_at(recent_of(*freezes).blocks(120 * S, 120 * S, WIDTH, HEIGHT), x)
    assert (block.freeze if block else None) is (freezes[hit] if hit is not None else None)


def test_of_two_at_one_place_the_later_is_hit() -> None:
    first, second = freeze(60_000, 60), freeze(60_100, 60)
    block = block_at(recent_of(first, second).blocks(120 * S, 120 * S, WIDTH, HEIGHT), 602)
    assert block is not None
    assert block.freeze is second


def test_nothing_is_hit_where_there_is_nothing() -> None:
    assert block_at([], 3) is None


def test_one_steps_from_freeze_to_freeze_and_not_beyond() -> None:
    first, second, third = freezes = (freeze(0), freeze(1000), freeze(2000))
    recent = recent_of(*freezes)
    assert [recent.beside(second, step) for step in (-1, 1)] == [first, third]
    assert [recent.beside(third, 1), recent.beside(first, -1)] == [None, None]
    assert recent.beside(None, -1) is third


def test_equal_freezes_are_told_apart() -> None:
    first, second = freeze(0), freeze(0)
    assert recent_of(first, second).beside(second, -1) is first


def test_the_newest_is_one_that_is_the_programs_fault_if_there_is_one() -> None:
    own, foreign = freeze(0), freeze(1000, cause=Cause.SUSPENDED)
    assert recent_of(own, foreign).newest is own
    assert recent_of(foreign).newest is foreign
    assert recent_of().newest is None


def test_only_so_many_are_kept() -> None:
    recent = recent_of(*(freeze(1000 * i) for i in range(MOST_FREEZES + 5)))
    assert len(recent.blocks(0, 10**15, WIDTH, HEIGHT)) == MOST_FREEZES


def test_the_log_knows_the_last_of_a_place() -> None:
    log = FreezeLog()
    for start_ms in (10, 2000, 900):
        log.add(freeze(start_ms))
    (row,) = log.repeated()
    assert (row.count, row.first_start_ns, row.last_start_ns) == (3, 10 * NS_PER_MS, 900 * NS_PER_MS)
