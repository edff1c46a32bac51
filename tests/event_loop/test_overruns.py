"""Which callbacks are told of as longer than the budget, and which are not."""

from __future__ import annotations

import asyncio
from asyncio import Handle, TimerHandle
from collections.abc import Callable
from typing import Any, Final

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from desktop_app.event_loop import EventLoop
from desktop_app.event_loop_slices import FRAME_BUDGET_S
from tests.helpers.manual_time import NS_PER_S, ManualTime

BUDGET_NS: Final = round(FRAME_BUDGET_S * NS_PER_S)
LONG_S: Final = 2 * FRAME_BUDGET_S


@pytest.fixture
def overruns(runner: asyncio.Runner, time: ManualTime) -> list[tuple[Handle, int, int]]:
    """What the loop tells of."""
    told: list[tuple[Handle, int, int]] = []
    loop = runner.get_loop()
    assert isinstance(loop, EventLoop)
    loop.on_overrun = lambda *overrun: told.append(overrun)
    return told


async def turns(number: int = 3) -> None:
    for _ in range(number):
        await asyncio.sleep(0)


def test_a_callback_that_is_longer_than_the_budget_is_told_of(
    runner: asyncio.Runner, time: ManualTime, overruns: list[tuple[Handle, int, int]]
) -> None:
    begin_ns = time.now_ns

    async def main() -> Handle:
        handle = asyncio.get_running_loop().call_soon(time.sleep, LONG_S)
        await turns()
        return handle

    assert runner.run(main()) is overruns[0][0]
    assert [(start_ns, end_ns) for _, start_ns, end_ns in overruns] == [(begin_ns, begin_ns + 2 * BUDGET_NS)]


def test_it_is_told_which_task_it_was(
    runner: asyncio.Runner, time: ManualTime, overruns: list[tuple[Handle, int, int]]
) -> None:
    async def long() -> None:
        await asyncio.sleep(0)
        time.sleep(LONG_S)
        await asyncio.sleep(0)

    async def main() -> asyncio.Task[None]:
        task = asyncio.create_task(long(), name="the long one")
        await task
        return task

    task = runner.run(main())
    (handle, *_) = overruns[0]
    assert len(overruns) == 1
    callback: Any = handle._callback  # type: ignore[attr-defined]
    assert callback.__self__ is task


def test_a_timer_that_is_longer_than_the_budget_is_told_of(
    runner: asyncio.Runner, time: ManualTime, overruns: list[tuple[Handle, int, int]]
) -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_later(0.001, time.sleep, LONG_S)
        await asyncio.sleep(0.002)

    runner.run(main())
    ((handle, *_),) = overruns
    assert isinstance(handle, TimerHandle)


@pytest.mark.parametrize("before", [0, 1, 39])
def test_only_its_own_time_is_told(
    runner: asyncio.Runner, time: ManualTime, overruns: list[tuple[Handle, int, int]], before: int
) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        for _ in range(before):
            loop.call_soon(time.sleep, FRAME_BUDGET_S / 40)
        loop.call_soon(lambda: None).cancel()
        loop.call_soon(time.sleep, LONG_S)
        for _ in range(before):
            loop.call_soon(time.sleep, FRAME_BUDGET_S / 40)
        await turns()

    runner.run(main())
    ((_, start_ns, end_ns),) = overruns
    assert end_ns - start_ns == 2 * BUDGET_NS


def test_many_short_callbacks_are_not_told_of(
    runner: asyncio.Runner, time: ManualTime, overruns: list[tuple[Handle, int, int]]
) -> None:
    async def main() -> None:
        for _ in range(1000):
            asyncio.get_running_loop().call_soon(time.sleep, FRAME_BUDGET_S * 0.9)
        await turns()

    runner.run(main())
    assert not overruns


def test_as_long_as_the_budget_is_no_longer(
    runner: asyncio.Runner, time: ManualTime, overruns: list[tuple[Handle, int, int]]
) -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_soon(time.sleep, FRAME_BUDGET_S)
        await turns()

    runner.run(main())
    assert not overruns


def test_finding_out_what_is_due_is_no_callback_s_time(
    runner: asyncio.Runner, time: ManualTime, overruns: list[tuple[Handle, int, int]]
) -> None:
    async def main(loop: EventLoop) -> None:
        gather_due = loop._gather_due

        def slowly(is_late: Callable[[], bool]) -> bool:
            time.sleep(LONG_S)
            return gather_due(is_late)

        loop._gather_due = slowly  # type: ignore[method-assign]
        await turns()
        await asyncio.sleep(0.001)
        await turns()

    loop = runner.get_loop()
    assert isinstance(loop, EventLoop)
    runner.run(main(loop))
    assert not overruns


def test_a_callback_that_ran_an_event_loop_is_not_told_of(
    runner: asyncio.Runner, time: ManualTime, overruns: list[tuple[Handle, int, int]]
) -> None:
    async def main() -> None:
        time.sleep(FRAME_BUDGET_S / 2)
        nested = QEventLoop()
        asyncio.get_running_loop().call_later(0.001, nested.quit)
        QTimer.singleShot(0, lambda: time.sleep(10 * LONG_S))
        nested.exec()
        await turns()

    runner.run(main())
    assert not overruns


def test_a_callback_that_is_too_long_within_another_s_event_loop_is_told_of(
    runner: asyncio.Runner, time: ManualTime, overruns: list[tuple[Handle, int, int]]
) -> None:
    async def main() -> Handle:
        loop, nested = asyncio.get_running_loop(), QEventLoop()
        handle = loop.call_soon(time.sleep, LONG_S)
        loop.call_later(0.001, nested.quit)
        nested.exec()
        await turns()
        return handle

    handle = runner.run(main())
    assert [told for told, *_ in overruns] == [handle]


def test_the_next_one_after_an_event_loop_is_told_of_again(
    runner: asyncio.Runner, time: ManualTime, overruns: list[tuple[Handle, int, int]]
) -> None:
    async def main() -> Handle:
        loop, nested = asyncio.get_running_loop(), QEventLoop()
        loop.call_later(0.001, nested.quit)
        nested.exec()
        time.sleep(FRAME_BUDGET_S / 10)
        handle = loop.call_soon(time.sleep, LONG_S)
        await turns()
        return handle

    handle = runner.run(main())
    assert [told for told, *_ in overruns] == [handle]


def test_a_listener_that_fails_goes_to_the_handler_and_the_loop_goes_on(
    runner: asyncio.Runner, time: ManualTime
) -> None:
    errors: list[dict[str, Any]] = []
    loop = runner.get_loop()
    assert isinstance(loop, EventLoop)
    error = LookupError("listener")

    def fail(*_: object) -> None:
        raise error

    loop.on_overrun = fail
    loop.set_exception_handler(lambda _loop, context: errors.append(context))

    async def main() -> int:
        for _ in range(3):
            asyncio.get_running_loop().call_soon(time.sleep, LONG_S)
        await turns()
        return 42

    assert runner.run(main()) == 42
    assert [context["exception"] for context in errors] == [error] * 3


def test_nobody_has_to_listen(runner: asyncio.Runner, time: ManualTime) -> None:
    async def main() -> int:
        asyncio.get_running_loop().call_soon(time.sleep, LONG_S)
        await turns()
        return 42

    assert runner.run(main()) == 42


def test_a_callback_that_exits_after_too_long_a_time_ends_the_run(qapp: QApplication, time: ManualTime) -> None:
    loop = EventLoop(qapp)

    def exit_late() -> None:
        time.sleep(LONG_S)
        raise SystemExit(3)

    loop.call_soon(exit_late)
    with pytest.raises(SystemExit):
        loop.run_forever()
    loop.close()
