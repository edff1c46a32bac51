"""Freezes held against a budget: what is discounted, which is the worst, and the text."""

from __future__ import annotations

import pytest

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Cause, CountedStack, Culprit, Frame, Freeze, RunningTask, Stack
from desktop_app.responsiveness.judging import failure_text, judge, pace_for, spared_text

TEST = Frame("/project/tests/test_gallery.py", 12, "test_opens", "qtbot.mouseClick(gallery)", is_own=True)
QTBOT = Frame("/python/site-packages/pytestqt/qtbot.py", 770, "mouseClick", "click()")
CULPRIT = Frame("/project/gallery.py", 41, "load_image", "time.sleep(0.4)", is_own=True)
PYTEST = Frame("/python/site-packages/_pytest/python.py", 195, "pytest_pyfunc_call", "testfunction()")
SCRIPT = Frame("/project/.venv/bin/pytest", 8, "<module>", "main()", is_own=True)
STACK: Stack = (SCRIPT, PYTEST, TEST, QTBOT, QTBOT, CULPRIT)


def freeze(
    duration_ms: float, not_scheduled_ms: float = 0, cause: Cause = Cause.WAITING, task: RunningTask | None = None
) -> Freeze:
    return Freeze(
        0,
        round(duration_ms * NS_PER_MS),
        cause,
        Culprit(CULPRIT, 1.0),
        task,
        (CountedStack(STACK, 7),),
        not_scheduled_ns=round(not_scheduled_ms * NS_PER_MS),
    )


def told(*freezes: Freeze, budget_ms: float = 250) -> list[str]:
    return failure_text(judge(freezes, budget_ms), lambda file: file.removeprefix("/project/")).splitlines()


@pytest.mark.parametrize(
    ("given", "held_ms"),
    [
        (freeze(400), 400),
        (freeze(400, 150), 250),
        (freeze(400, 500), 0),
        (freeze(400, 300, Cause.NOT_SCHEDULED), 100),
        (freeze(400, 0, Cause.SUSPENDED), 0),
        (freeze(400, 0, Cause.DEBUGGER), 0),
        (freeze(400, 0, Cause.UNKNOWN), 400),
    ],
)
def test_what_is_not_the_programs_fault_is_not_held_against_it(given: Freeze, held_ms: int) -> None:
    assert given.own_ns == held_ms * NS_PER_MS


def test_a_budget_that_is_just_used_up_is_kept() -> None:
    assert not judge([freeze(250)], 250).is_over
    assert judge([freeze(250.001)], 250).is_over


def test_no_freeze_is_within_any_budget() -> None:
    assert not judge([], 10).is_over


def test_the_worst_is_the_one_with_the_most_that_counts() -> None:
    longest, worst = freeze(900, 700), freeze(400)
    assert judge([freeze(300), longest, worst], 250).worst == worst
    assert judge([freeze(300), longest, worst], 250).over == 2


def test_what_passed_only_because_of_a_discount_is_told() -> None:
    spared = judge([freeze(100, 60), freeze(300, 100), freeze(600, 400)], 250).spared
    assert spared == freeze(600, 400)
    assert spared_text(spared, 250) == (
        "passed only because of a discount: of the 600 ms that it blocked the GUI thread for, "
        "400 ms in which the process was not scheduled do not count (budget 250 ms)"
    )


def test_what_would_have_passed_anyway_is_not_told() -> None:
    assert judge([freeze(240, 60)], 250).spared is None


def test_the_text_says_how_long_where_and_by_which_way() -> None:
    lines = told(freeze(400))
    assert lines[:3] == [
        "blocked the GUI thread for 400 ms (budget 250 ms)",
        "100 % in load_image (gallery.py:41): time.sleep(0.4)",
        "",
    ]
    assert lines[-3:] == [
        "  tests/test_gallery.py:12 in test_opens: qtbot.mouseClick(gallery)",
        "  … 2 frames of others, the last one mouseClick (qtbot.py:770)",
        "  gallery.py:41 in load_image: time.sleep(0.4)",
    ]


def test_the_text_says_what_was_discounted() -> None:
    terms = "budget 250 ms; 20 ms in which the process was not scheduled are discounted"
    assert told(freeze(432, 20))[0] == f"blocked the GUI thread for 412 ms ({terms})"


def test_the_text_names_the_task() -> None:
    assert "in the asyncio task loading" in told(freeze(400, task=RunningTask("loading", ())))


def test_the_text_counts_the_freezes_that_were_over_the_budget() -> None:
    assert told(freeze(300), freeze(400), freeze(100))[-1] == (
        "2 freezes were over the budget; this was the longest."
    )


def test_a_freeze_of_which_no_stack_is_known_is_told_all_the_same() -> None:
    lines = told(Freeze(0, 400 * NS_PER_MS, Cause.INTERPRETER_HELD))
    assert lines[1] == "no sample of the stack could be taken; cause: interpreter held"


@pytest.mark.parametrize("budget_ms", [10, 12.5, 20, 49, 50, 250])
def test_what_is_longer_than_the_budget_is_seen(budget_ms: float) -> None:
    pace = pace_for(budget_ms)
    assert pace.threshold_ms <= min(50, budget_ms)
    assert 1 <= pace.tick_ms < pace.sample_after_ms < pace.threshold_ms
