"""Qt event loops within a coroutine, a callback or a slot: everything else goes on, and nothing is mixed up."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.event_loop import EventLoop
from tests.event_loop.nested import (
    HANG_S,
    NESTED,
    VARIABLE,
    RunNested,
    exec_until_done,
    show_until_done,
    work,
)


@NESTED
def test_other_tasks_go_on_within_a_coroutine(runner: asyncio.Runner, run_nested: RunNested) -> None:
    seen: list[object] = []

    async def main() -> None:
        VARIABLE.set("main's")
        outer, task = asyncio.current_task(), asyncio.create_task(work(seen))
        run_nested(task)
        assert task.result() == "work's"
        assert asyncio.current_task() is outer
        assert VARIABLE.get() == "main's"
        assert seen == [task] * 4
        await asyncio.sleep(0)
        assert asyncio.current_task() is outer
        assert VARIABLE.get() == "main's"

    runner.run(main())


@NESTED
@pytest.mark.parametrize("delay_s", [None, 0.001])
def test_other_tasks_go_on_within_a_callback(
    runner: asyncio.Runner, run_nested: RunNested, delay_s: float | None
) -> None:
    async def main() -> None:
        loop, done = asyncio.get_running_loop(), asyncio.Event()

        def callback() -> None:
            VARIABLE.set("callback's")
            task = loop.create_task(work([]))
            run_nested(task)
            assert task.result() == "work's"
            assert asyncio.current_task() is None
            assert VARIABLE.get() == "callback's"
            done.set()

        if delay_s is None:
            loop.call_soon(callback)
        else:
            loop.call_later(delay_s, callback)
        async with asyncio.timeout(HANG_S):
            await done.wait()
        assert VARIABLE.get() == "nobody's"

    runner.run(main())


@NESTED
def test_other_tasks_go_on_within_a_slot(runner: asyncio.Runner, run_nested: RunNested) -> None:
    async def main() -> None:
        loop, done = asyncio.get_running_loop(), asyncio.Event()

        def slot() -> None:
            task = loop.create_task(work([]))
            run_nested(task)
            assert task.result() == "work's"
            assert asyncio.current_task() is None
            done.set()

        QTimer.singleShot(10, slot)
        async with asyncio.timeout(HANG_S):
            await done.wait()

    runner.run(main())


@NESTED
def test_other_tasks_go_on_within_a_slot_that_a_coroutine_calls(
    runner: asyncio.Runner, qtbot: QtBot, run_nested: RunNested
) -> None:
    button, results = QPushButton(), list[object]()
    qtbot.addWidget(button)

    async def main() -> None:
        outer = asyncio.current_task()

        def slot() -> None:
            task = asyncio.create_task(work([]))
            run_nested(task)
            results.append(task.result())
            assert asyncio.current_task() is outer

        button.clicked.connect(slot)
        button.click()
        assert results == ["work's"]
        await asyncio.sleep(0.001)

    runner.run(main())


def test_a_test_waits_within_a_coroutine(runner: asyncio.Runner, qtbot: QtBot) -> None:
    async def main() -> None:
        task = asyncio.create_task(work([]))
        qtbot.waitUntil(task.done)
        qtbot.wait(2)
        assert await task == "work's"

    runner.run(main())


def test_no_wake_up_is_lost(runner: asyncio.Runner) -> None:
    """Of those that wait for what happens within, before, or after."""

    async def main() -> None:
        events = [asyncio.Event() for _ in range(300)]
        tasks = [asyncio.create_task(event.wait()) for event in events]
        await asyncio.sleep(0)

        async def set_some() -> None:
            for event in events[100:200]:
                event.set()
                await asyncio.sleep(0)

        for _ in range(3):
            for event in events[:100]:
                event.set()
            exec_until_done(asyncio.create_task(set_some()))
        for event in events[200:]:
            event.set()
        async with asyncio.timeout(HANG_S):
            assert all(await asyncio.gather(*tasks))

    runner.run(main())


def test_what_was_ready_before_runs_within_and_only_once(runner: asyncio.Runner) -> None:
    async def main() -> None:
        loop, ran = asyncio.get_running_loop(), list[int]()
        for number in range(100):
            loop.call_soon(ran.append, number)
        task = asyncio.create_task(work([]))
        exec_until_done(task)
        assert ran == list(range(100))
        await asyncio.sleep(0.001)
        assert ran == list(range(100))

    runner.run(main())


def test_loops_within_loops_end_in_their_order(runner: asyncio.Runner) -> None:
    """Ten deep; the outer ones were to end first, and cannot."""

    async def main() -> None:
        log: list[int] = []

        async def level(depth: int) -> None:
            outer = asyncio.current_task()
            VARIABLE.set(str(depth))
            if depth < 10:
                exec_until_done(asyncio.create_task(level(depth + 1)))
            assert asyncio.current_task() is outer
            assert VARIABLE.get() == str(depth)
            log.append(depth)

        await level(0)
        assert log == list(range(10, -1, -1))

    runner.run(main())


def test_a_loop_within_ends_while_others_still_run(runner: asyncio.Runner) -> None:
    async def main() -> None:
        short, long = asyncio.create_task(work([])), asyncio.create_task(work([], turns=2000))
        exec_until_done(short)
        assert await long == "work's"

    runner.run(main())


def test_a_timeout_of_the_outer_task_expires_within(runner: asyncio.Runner) -> None:
    async def main() -> None:
        async def show() -> None:
            async with asyncio.timeout(0.002):
                exec_until_done(asyncio.create_task(asyncio.sleep(0.01)))
                await asyncio.sleep(HANG_S)

        with pytest.raises(TimeoutError):
            await show()
        assert asyncio.current_task() is not None
        await asyncio.sleep(0)

    runner.run(main())


def test_a_timeout_of_another_task_expires_within(runner: asyncio.Runner) -> None:
    async def wait() -> None:
        async with asyncio.timeout(0.002):
            await asyncio.get_running_loop().create_future()

    async def main() -> None:
        task = asyncio.create_task(wait())
        exec_until_done(task)
        assert isinstance(task.exception(), TimeoutError)

    runner.run(main())


def test_the_outer_task_is_cancelled_within(runner: asyncio.Runner) -> None:
    async def main() -> None:
        outer = asyncio.current_task()
        assert outer is not None

        async def cancel() -> None:
            assert outer.cancel("why")

        exec_until_done(asyncio.create_task(cancel()))
        with pytest.raises(asyncio.CancelledError, match="why"):
            await asyncio.sleep(HANG_S)
        outer.uncancel()
        await asyncio.sleep(0)

    runner.run(main())


def test_two_tasks_that_each_run_a_loop_go_on_in_turn(runner: asyncio.Runner) -> None:
    """The one that came first cannot go on before the other's loop has ended: Qt's loops are a stack."""

    async def main() -> None:
        log: list[str] = []

        async def nested(name: str, other: Coroutine[Any, Any, object]) -> None:
            exec_until_done(asyncio.create_task(other))
            log.append(name)
            await asyncio.sleep(0)
            log.append(name)

        async with asyncio.TaskGroup() as group:
            group.create_task(nested("first", asyncio.sleep(0)))
            group.create_task(nested("second", asyncio.sleep(0.01)))
        assert log[0] == "second"
        assert sorted(log) == ["first", "first", "second", "second"]

    runner.run(main())


@pytest.mark.skipif(sys.version_info < (3, 12), reason="tasks start with their first turn since 3.12 only")
def test_other_tasks_go_on_within_one_that_was_started_eagerly(runner: asyncio.Runner) -> None:
    async def main() -> None:
        outer = asyncio.current_task()
        loop = asyncio.get_running_loop()

        async def eager() -> None:
            this = asyncio.current_task()
            assert this is not outer
            exec_until_done(loop.create_task(work([])))
            assert asyncio.current_task() is this

        loop.set_task_factory(getattr(asyncio, "eager_task_factory"))  # noqa: B009 - not known before 3.12
        task = loop.create_task(eager())
        assert task.done()
        assert asyncio.current_task() is outer
        await task
        await asyncio.sleep(0)

    runner.run(main())


def test_a_group_works_within(runner: asyncio.Runner) -> None:
    async def grouped() -> int:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(asyncio.sleep(0.001, number)) for number in range(10)]
        return sum(task.result() for task in tasks)

    async def main() -> None:
        task = asyncio.create_task(grouped())
        show_until_done(task)
        assert task.result() == 45

    runner.run(main())


def test_a_call_in_a_thread_comes_back_within(runner: asyncio.Runner) -> None:
    async def main() -> None:
        task = asyncio.create_task(asyncio.to_thread(lambda: 42))
        exec_until_done(task)
        assert task.result() == 42

    runner.run(main())


def test_a_loop_within_sleeps_while_nothing_is_ready(runner: asyncio.Runner) -> None:
    """Not a slice but those for the timer, and for what ends it."""

    async def main(loop: EventLoop) -> None:
        slices = 0
        run_ready = loop._run_ready

        def counted() -> bool:
            nonlocal slices
            slices += 1
            return run_ready()

        loop._run_ready = counted  # type: ignore[method-assign]
        future = loop.create_future()
        QTimer.singleShot(200, lambda: future.set_result(None))
        exec_until_done(future)
        assert slices < 20
        await asyncio.sleep(0)

    loop = runner.get_loop()
    assert isinstance(loop, EventLoop)
    runner.run(main(loop))
