"""What the inputs of widgets come to, and when they were made: pure."""

from __future__ import annotations

import pytest

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.inputs import Answering, InputStatistics, made_at_ns
from desktop_app.responsiveness.journal import InputMark


def marks_of(*to_paint_ms: float) -> list[InputMark]:
    return [InputMark("key", 0, round(each / 2) * NS_PER_MS, round(each * NS_PER_MS)) for each in to_paint_ms]


@pytest.mark.parametrize(
    ("to_paint_ms", "answering"),
    [
        ([], None),
        ([200], Answering.GOOD),
        ([201], Answering.NEEDS_IMPROVEMENT),
        ([500], Answering.NEEDS_IMPROVEMENT),
        ([501], Answering.POOR),
        ([10, 10, 10, 5000], Answering.GOOD),
        ([10, 10, 400, 5000], Answering.NEEDS_IMPROVEMENT),
        ([10, 600, 600, 5000], Answering.POOR),
    ],
)
def test_three_inputs_of_four_decide(to_paint_ms: list[float], answering: Answering | None) -> None:
    statistics = InputStatistics()
    for mark in marks_of(*to_paint_ms):
        statistics.add(mark)
    assert statistics.summary().answering is answering


def test_percentiles_of_delays_and_of_paints() -> None:
    statistics = InputStatistics()
    for mark in marks_of(*range(1, 101)):
        statistics.add(mark)
    summary = statistics.summary()
    assert summary.count == 100
    assert summary.to_paint.max_ns == 100 * NS_PER_MS
    to_paint, delay = summary.to_paint, summary.delay
    for found_ns, exact_ms in ((to_paint.p50_ns, 50), (to_paint.p75_ns, 75), (delay.p95_ns, 47)):
        assert exact_ms * NS_PER_MS <= found_ns <= exact_ms * NS_PER_MS * 1.07


NOW_NS = 5_000_000 * 1000 * NS_PER_MS + 777
NOW_MS = NOW_NS // NS_PER_MS


@pytest.mark.parametrize(
    ("stamp_ms", "delay_ms"),
    [
        (NOW_MS, 0),
        (NOW_MS - 1500, 1500),
        (NOW_MS + 5, 0),
        ((NOW_MS - 1500) % 2**32, 1500),
        ((NOW_MS + 3) % 2**32, 0),
        (0, 0),
        (17, 0),
        (NOW_MS - 3_600_000, 0),
        (NOW_MS + 3_600_000, 0),
        (1_790_000_000_000, 0),
    ],
    ids=[
        "now",
        "late",
        "coarse",
        "32 bits",
        "coarse 32 bits",
        "none",
        "made up",
        "past",
        "future",
        "wall clock",
    ],
)
def test_a_stamp_is_believed_where_it_can_be(stamp_ms: int, delay_ms: int) -> None:
    assert NOW_NS - made_at_ns(stamp_ms, NOW_NS) == delay_ms * NS_PER_MS


def test_a_stamp_of_before_the_32_bits_ran_out() -> None:
    now_ns = (2**32 + 100) * NS_PER_MS
    assert now_ns - made_at_ns(2**32 - 400, now_ns) == 500 * NS_PER_MS
