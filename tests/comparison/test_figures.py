"""The figures: pure."""

from __future__ import annotations

import json

import pytest

from desktop_app.comparison.figures import Comparison, ModeFigures, percentile

BLOCKING = ModeFigures("home", 1853.26, 1802.0, 1802.0, 4, (2.0, 100.0, 100.1, 1700.0))
ASYNC = ModeFigures("form", None, 9.04, 0.0, 0, ())
COMPARISON = Comparison("slow", "The network is slow.", 3000, {"blocking": BLOCKING, "async": ASYNC})


@pytest.mark.parametrize(("share", "expected"), [(0, 1), (50, 2), (75, 3), (95, 4), (100, 4)])
def test_a_percentile_is_the_nearest_rank(share: int, expected: float) -> None:
    assert percentile((4, 2, 3, 1), share) == expected


def test_there_is_no_percentile_of_nothing() -> None:
    assert percentile((), 50) is None


def test_what_is_answered_within_100_ms_counts_the_100() -> None:
    assert BLOCKING.inputs_answered_within_100_ms == 2


def test_the_json_has_this_form() -> None:
    assert COMPARISON.as_json() == {
        "conditions": "slow",
        "deadline_ms": 3000,
        "modes": {
            "blocking": {
                "outcome": "home",
                "time_to_home_ms": 1853.3,
                "longest_freeze_ms": 1802.0,
                "frozen_ms": 1802.0,
                "inputs_sent": 4,
                "inputs_answered_within_100_ms": 2,
                "input_to_paint_ms": {"p50": 100.0, "p95": 1700.0, "max": 1700.0},
            },
            "async": {
                "outcome": "form",
                "time_to_home_ms": None,
                "longest_freeze_ms": 9.0,
                "frozen_ms": 0.0,
                "inputs_sent": 0,
                "inputs_answered_within_100_ms": 0,
                "input_to_paint_ms": {"p50": None, "p95": None, "max": None},
            },
        },
    }


def test_the_json_can_be_written() -> None:
    assert json.loads(json.dumps(COMPARISON.as_json()))["modes"]["async"]["time_to_home_ms"] is None


def test_every_line_of_the_table_is_as_long() -> None:
    _, _, _, *rows = COMPARISON.as_table().splitlines()
    assert len({len(row) for row in rows}) == 1


def test_the_table_shows_both_modes_side_by_side() -> None:
    assert "longest freeze                    1.80 s          9 ms" in COMPARISON.as_table()
