"""Counting seconds down, on a clock that the test turns."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.signin.countdown import Countdown


class Clock:
    """Stands still until it is turned."""

    def __init__(self) -> None:
        self.now_ns = 1_000_000_000_000

    def __call__(self) -> int:
        return self.now_ns

    def turn(self, ms: int) -> None:
        self.now_ns += ms * 1_000_000


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def countdown(qtbot: QtBot, clock: Clock) -> Countdown:
    return Countdown(clock=clock)


@pytest.mark.parametrize(
    ("passed_ms", "left_s"),
    [(0, 3), (1, 3), (499, 3), (500, 2), (1499, 2), (1500, 1), (2499, 1), (2500, 0), (9000, 0)],
)
def test_a_begun_second_counts(countdown: Countdown, clock: Clock, passed_ms: int, left_s: int) -> None:
    countdown.start(2500)
    clock.turn(passed_ms)
    assert countdown.seconds_left == left_s


def test_nothing_is_left_before_it_was_started(countdown: Countdown) -> None:
    assert countdown.seconds_left == 0


def test_nothing_is_left_when_it_was_stopped(countdown: Countdown) -> None:
    countdown.start(2500)
    countdown.stop()
    assert countdown.seconds_left == 0


def test_it_ticks_down_to_0(qtbot: QtBot) -> None:
    countdown = Countdown()
    seen: list[int] = []
    countdown.ticked.connect(seen.append)
    countdown.start(1200)
    qtbot.waitUntil(lambda: 0 in seen)
    assert seen in ([1, 0], [0])


def test_it_does_not_tick_when_it_was_stopped(qtbot: QtBot) -> None:
    stopped, other = Countdown(), Countdown()
    seen: list[int] = []
    stopped.ticked.connect(seen.append)
    stopped.start(20)
    stopped.stop()
    with qtbot.waitSignal(other.ticked):
        other.start(60)
    assert not seen
