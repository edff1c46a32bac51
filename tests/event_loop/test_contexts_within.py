"""Contexts of callbacks that run a Qt event loop of their own: what shares one waits until it is left."""

from __future__ import annotations

import asyncio
from contextvars import copy_context

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from desktop_app.event_loop import EventLoop
from tests.event_loop.nested import (
    HANG_MS,
    HANG_S,
    VARIABLE,
    exec_until_done,
    work,
)
from tests.event_loop.skipping import ended_after_ms


def test_a_task_that_shares_the_outer_one_s_context_waits_until_it_is_left(runner: asyncio.Runner) -> None:
    async def main() -> None:
        loop, context, log = asyncio.get_running_loop(), copy_context(), list[object]()

        async def outer() -> None:
            VARIABLE.set("shared")
            sharing = [loop.create_task(inner(number), context=context) for number in range(3)]
            loop.call_soon(log.append, "a callback that shares it", context=context)
            exec_until_done(loop.create_task(work([])))
            log.append("outer goes on")
            assert not any(task.done() for task in sharing)
            loop.call_soon(log.append, "made ready after them")
            await asyncio.gather(*sharing)

        async def inner(number: int) -> None:
            log.append(number)
            assert VARIABLE.get() == "shared"
            await asyncio.sleep(0)
            log.append(number)

        async with asyncio.timeout(HANG_S):
            await loop.create_task(outer(), context=context)
        assert log[:5] == ["outer goes on", 0, 1, 2, "a callback that shares it"]
        assert log[5:] == ["made ready after them", 0, 1, 2]

    runner.run(main())


def test_contexts_that_are_equal_are_not_the_same(runner: asyncio.Runner) -> None:
    """Each task has a copy of the context, which is equal until one of them sets something."""

    async def main() -> None:
        exec_until_done(asyncio.create_task(asyncio.sleep(0)))

    runner.run(main())


def test_a_context_is_waited_for_through_three_levels(runner: asyncio.Runner) -> None:
    async def main() -> None:
        loop, log = asyncio.get_running_loop(), list[str]()
        contexts = [copy_context() for _ in range(3)]

        async def note(text: str) -> None:
            await asyncio.sleep(0)
            log.append(text)

        async def level(depth: int) -> None:
            log.append(f"in {depth}")
            held = loop.create_task(note(f"held by {depth}"), context=contexts[depth])
            if depth < 2:
                exec_until_done(loop.create_task(level(depth + 1), context=contexts[depth + 1]))
            else:
                exec_until_done(loop.create_task(work([])))
            assert not held.done()
            log.append(f"out {depth}")
            await held

        async with asyncio.timeout(HANG_S):
            await loop.create_task(level(0), context=contexts[0])
        assert log == [
            *("in 0", "in 1", "in 2", "out 2", "held by 2", "out 1", "held by 1", "out 0", "held by 0"),
        ]

    runner.run(main())


def test_what_waited_for_a_context_goes_on_after_its_task_exited(qapp: QApplication) -> None:
    loop, context, log = EventLoop(qapp), copy_context(), list[str]()

    async def outer() -> None:
        loop.call_soon(log.append, "shared", context=context)
        exec_until_done(loop.create_task(work([])))
        assert not log
        raise SystemExit(3)

    task = loop.create_task(outer(), context=context)
    with pytest.raises(SystemExit):
        loop.run_forever()
    assert isinstance(task.exception(), SystemExit)
    loop.stop()
    loop.run_forever()
    assert log == ["shared"]
    loop.close()


def test_what_waited_for_a_context_needs_no_further_wake_up(qapp: QApplication) -> None:
    """The loop within slept, and the slice ends with the outer task."""
    loop, context = EventLoop(qapp, frame_budget_s=0), copy_context()

    async def outer() -> None:
        loop.call_soon(loop.stop, context=context)
        nested = QEventLoop()
        QTimer.singleShot(50, nested.quit)
        nested.exec()

    task = loop.create_task(outer(), context=context)
    with ended_after_ms(HANG_MS, qapp):
        loop.run_forever()
    assert task.done()
    assert not loop._ready
    loop.close()


def test_a_task_that_a_held_context_keeps_waiting_costs_nothing_meanwhile(runner: asyncio.Runner) -> None:
    async def main(loop: EventLoop) -> None:
        context = copy_context()
        future = loop.create_future()
        slept: list[bool] = []

        def look() -> None:
            slept.append(loop._is_asleep)
            future.set_result(None)

        async def outer() -> None:
            held = loop.create_task(asyncio.sleep(0), context=context)
            QTimer.singleShot(50, look)
            exec_until_done(future)
            await held

        async with asyncio.timeout(HANG_S):
            await loop.create_task(outer(), context=context)
        assert slept == [True]

    loop = runner.get_loop()
    assert isinstance(loop, EventLoop)
    runner.run(main(loop))
