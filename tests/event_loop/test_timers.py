"""Timers: when they fire, in which order, and what is left of those that never do."""

from __future__ import annotations

import asyncio
import gc
import math
import random
import time
from asyncio import AbstractEventLoop
from itertools import pairwise
from types import SimpleNamespace
from typing import Final

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop_app.due_timers import TIMERS_PER_LOOK
from desktop_app.event_loop import EventLoop
from desktop_app.event_loop_slices import FRAME_BUDGET_S
from tests.event_loop.skipping import PlainLoop, QtLoop
from tests.helpers.manual_time import ManualTime

HANG_S: Final = 30.0
FILLS: Final = pytest.mark.responsive(budget_ms=None, reason="one callback sets all of the timers")


@pytest.mark.parametrize("asked_ms", [0.1, 1, 1.3, 5, 7.9, 20, 50])
def test_a_timer_is_never_early(runner: asyncio.Runner, asked_ms: float) -> None:
    async def measure() -> list[int]:
        slept_ns = []
        for _ in range(5):
            start_ns = time.monotonic_ns()
            await asyncio.sleep(asked_ms / 1000)
            slept_ns.append(time.monotonic_ns() - start_ns)
        return slept_ns

    assert min(runner.run(measure())) >= asked_ms * 1_000_000


def test_a_timeout_is_never_early(runner: asyncio.Runner) -> None:
    async def measure() -> int:
        start_ns = time.monotonic_ns()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.033):
                await asyncio.get_running_loop().create_future()
        return time.monotonic_ns() - start_ns

    assert runner.run(measure()) >= 33_000_000


@pytest.mark.parametrize("delay_s", [0, -1])
def test_no_delay_is_the_next_turn(runner: asyncio.Runner, delay_s: float) -> None:
    async def wait() -> None:
        called = asyncio.Event()
        asyncio.get_running_loop().call_later(delay_s, called.set)
        await called.wait()

    runner.run(wait())


def test_timers_fire_in_their_order(runner: asyncio.Runner) -> None:
    async def order() -> list[int]:
        fired: list[int] = []
        loop = asyncio.get_running_loop()
        for delay_ms in (40, 10, 30, 20):
            loop.call_later(delay_ms / 1000, fired.append, delay_ms)
        loop.call_later(0.05, done.set)
        await done.wait()
        return fired

    done = asyncio.Event()
    assert runner.run(order()) == [10, 20, 30, 40]


def test_a_cancelled_timer_does_not_fire(runner: asyncio.Runner) -> None:
    async def cancel() -> list[str]:
        fired: list[str] = []
        asyncio.get_running_loop().call_later(0.001, fired.append, "cancelled").cancel()
        await asyncio.sleep(0.02)
        return fired

    assert runner.run(cancel()) == []


@FILLS
def test_ten_thousand_timers_are_neither_early_nor_out_of_order(runner: asyncio.Runner) -> None:
    chance = random.Random(1)

    async def main() -> list[float]:
        loop, fired, done = asyncio.get_running_loop(), list[float](), asyncio.Event()

        def fire(due_s: float) -> None:
            assert loop.time() >= due_s
            fired.append(due_s)
            if len(fired) == 10_000:
                done.set()

        begin_s = loop.time()
        for _ in range(10_000):
            due_s = begin_s + chance.uniform(0, 0.5)
            loop.call_at(due_s, fire, due_s)
        async with asyncio.timeout(HANG_S):
            await done.wait()
        return fired

    fired = runner.run(main())
    assert fired == sorted(fired)


def order_of(loop: PlainLoop | QtLoop) -> list[int]:
    """Have timers of few different times set, and some of them cancelled; tell in which order they fire."""
    chance, fired = random.Random(2), list[int]()
    timers = [loop.call_at(chance.choice((1.0, 1.0, 2.0, 3.0)), fired.append, number) for number in range(500)]
    for number in range(0, 500, 3):
        timers[number].cancel()
    loop.run_forever()
    assert loop.is_idle
    loop.close()
    return fired


@pytest.mark.parametrize("frame_budget_s", [FRAME_BUDGET_S, 0.0])
def test_timers_of_the_same_time_fire_in_asyncio_s_order(qapp: QApplication, frame_budget_s: float) -> None:
    """Also where taking them from the heap needs many slices."""
    fired = order_of(QtLoop(qapp, frame_budget_s))
    assert fired == order_of(PlainLoop())
    assert len(fired) == 333


@pytest.mark.parametrize("delay_s", [math.nan, -math.inf, -1e10, -1.0, 0.0])
def test_a_delay_that_is_no_time_to_wait_for_is_over_at_once(runner: asyncio.Runner, delay_s: float) -> None:
    async def main() -> None:
        fired, later = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()
        loop.call_later(delay_s, fired.set)
        loop.call_later(0.001, later.set)
        async with asyncio.timeout(HANG_S):
            await fired.wait()
            await later.wait()

    runner.run(main())


@pytest.mark.parametrize("delay_s", [1e10, 1e300, math.inf, 3600 * 24 * 50.0])
def test_a_huge_delay_is_in_nobody_s_way(runner: asyncio.Runner, delay_s: float) -> None:
    async def main() -> bool:
        loop, fired = asyncio.get_running_loop(), list[bool]()
        timer = loop.call_later(delay_s, fired.append, True)
        # While the loop sleeps on it alone.
        slot_called = loop.create_future()
        QTimer.singleShot(30, lambda: slot_called.set_result(None))
        await slot_called
        await asyncio.sleep(0.001)
        timer.cancel()
        return bool(fired)

    assert not runner.run(main())


def test_a_timer_that_a_slot_sets_before_the_next_one_is_on_time(runner: asyncio.Runner) -> None:
    """Against what Qt itself takes for it in the same run: the sleep for the later one is an hour."""

    async def main() -> None:
        loop, fired = asyncio.get_running_loop(), asyncio.Event()
        later = loop.call_later(3600, lambda: None)
        QTimer.singleShot(30, lambda: loop.call_later(0.02, fired.set))
        await fired.wait()
        later.cancel()

    runner.run(main())


def test_an_earlier_timer_that_is_cancelled_holds_the_later_one_up_in_nothing(runner: asyncio.Runner) -> None:
    async def main() -> None:
        loop, fired = asyncio.get_running_loop(), asyncio.Event()
        earlier = loop.call_later(0.03, lambda: None)
        loop.call_later(0.05, fired.set)
        QTimer.singleShot(10, earlier.cancel)
        await fired.wait()

    runner.run(main())


def scheduled(loop: AbstractEventLoop) -> int:
    assert isinstance(loop, EventLoop)
    return len(loop._scheduled)


@pytest.mark.responsive(budget_ms=None, reason="it looks through all objects that there are")
def test_a_hundred_thousand_timeouts_that_nothing_came_of_leave_nothing(runner: asyncio.Runner) -> None:
    async def at_once() -> None:
        await asyncio.sleep(0)

    async def many(number: int) -> None:
        for _ in range(number):
            await asyncio.wait_for(at_once(), 10)

    async def main() -> tuple[int, int, int]:
        loop = asyncio.get_running_loop()
        await many(1000)
        gc.collect()
        before = len(gc.get_objects())
        most = 0
        for _ in range(100):
            await many(1000)
            most = max(most, scheduled(loop))
        gc.collect()
        return most, scheduled(loop), len(gc.get_objects()) - before

    most, left, grown = runner.run(main())
    # asyncio looks for cancelled timers once there are more than a hundred, and more than half are.
    assert most <= 210
    assert left <= 210
    assert grown < 2000


def test_many_timers_that_are_due_at_once_keep_qt_waiting_for_no_longer_than_a_budget(
    runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a clock that goes on with each look at it."""
    number, looks = 2000, ManualTime()

    def look() -> int:
        looks.sleep(FRAME_BUDGET_S / 4)
        return looks.now_ns

    async def main(loop: EventLoop) -> list[int]:
        done, timer, left = asyncio.Event(), QTimer(), list[int]()
        timer.timeout.connect(lambda: left.append(len(loop._scheduled)))
        timer.start(0)
        when_s = loop.time()
        for _ in range(number):
            loop.call_at(when_s, int)
        loop.call_at(when_s + 0.001, done.set)
        await done.wait()
        return left

    loop = runner.get_loop()
    assert isinstance(loop, EventLoop)
    monkeypatch.setattr("desktop_app.event_loop_slices.time", SimpleNamespace(monotonic_ns=look))
    left = runner.run(main(loop))
    steps = [earlier - later for earlier, later in pairwise([number, *left])]
    assert sum(steps) >= number - TIMERS_PER_LOOK
    assert max(steps) <= 2 * 4 * TIMERS_PER_LOOK


@FILLS
def test_timers_that_are_cancelled_all_at_once_leave(runner: asyncio.Runner) -> None:
    async def main() -> int:
        loop = asyncio.get_running_loop()
        timers = [loop.call_later(10 + number, lambda: None) for number in range(50_000)]
        for timer in timers:
            timer.cancel()
        await asyncio.sleep(0)
        return scheduled(loop)

    assert runner.run(main()) == 0


def test_a_timer_can_be_cancelled_by_one_of_the_same_round(runner: asyncio.Runner) -> None:
    async def main() -> list[str]:
        loop, fired = asyncio.get_running_loop(), list[str]()
        when_s = loop.time() + 0.002

        def first() -> None:
            fired.append("first")
            second.cancel()

        loop.call_at(when_s, first)
        second = loop.call_at(when_s + 1e-7, fired.append, "second")
        await asyncio.sleep(0.01)
        return fired

    assert runner.run(main()) == ["first"]
