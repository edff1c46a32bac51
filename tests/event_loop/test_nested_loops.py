"""Qt event loops within a coroutine, a callback or a slot: everything else goes on, and nothing is mixed up."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextvars import ContextVar, copy_context
from typing import Any, Final

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.event_loop import EventLoop
from tests.event_loop.skipping import ended_after_ms
from tests.helpers.drivers import qt_runner

HANG_S: Final = 30.0
HANG_MS: Final = 20_000
VARIABLE: Final[ContextVar[str]] = ContextVar("VARIABLE", default="nobody's")


@pytest.fixture
def runner(qapp: QApplication) -> Iterator[asyncio.Runner]:
    with qt_runner(qapp) as runner:
        yield runner


def exec_until_done(future: asyncio.Future[Any]) -> None:
    """Run an event loop of Qt's own until then."""
    nested = QEventLoop()
    future.add_done_callback(lambda _: nested.quit())
    QTimer.singleShot(HANG_MS, nested, nested.quit)
    nested.exec()
    assert future.done()


def show_until_done(future: asyncio.Future[Any]) -> None:
    """Show a modal dialog until then."""
    dialog = QDialog()
    future.add_done_callback(lambda _: dialog.accept())
    QTimer.singleShot(HANG_MS, dialog, dialog.reject)
    assert dialog.exec() == QDialog.DialogCode.Accepted


def process_until_done(future: asyncio.Future[Any]) -> None:
    """Serve Qt's events until then, as code does that waits in a loop of its own."""
    while not future.done():
        QApplication.processEvents()


NESTED: Final = pytest.mark.parametrize("run_nested", [exec_until_done, show_until_done, process_until_done])
RunNested = Callable[[asyncio.Future[Any]], None]


async def work(seen: list[object], turns: int = 3) -> str:
    """Go on for some turns and a timer; note who the current task is."""
    VARIABLE.set("work's")
    for _ in range(turns):
        seen.append(asyncio.current_task())
        await asyncio.sleep(0)
    await asyncio.sleep(0.001)
    seen.append(asyncio.current_task())
    return VARIABLE.get()


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


def test_the_main_task_may_end_within(runner: asyncio.Runner) -> None:
    """Qt ends all of its loops then, and whoever ran one is cancelled, as any task that is left is."""
    log: list[str] = []

    async def side() -> None:
        never = asyncio.get_running_loop().create_future()
        nested = QEventLoop()
        log.append("in")
        nested.exec()
        log.append("out")
        try:
            await never
        except asyncio.CancelledError:
            log.append("cancelled")
            raise

    async def main() -> int:
        main.side = asyncio.create_task(side())  # type: ignore[attr-defined]
        await asyncio.sleep(0.001)
        return 42

    with runner:
        assert runner.run(main()) == 42
    assert log == ["in", "out", "cancelled"]


def test_stop_within_ends_the_run_after_the_round(qapp: QApplication) -> None:
    loop, log = EventLoop(qapp), list[str]()

    def callback() -> None:
        loop.call_soon(log.append, "in the round")
        loop.call_soon(loop.stop)
        loop.call_soon(log.append, "in the round, too")
        QEventLoop().exec()
        loop.call_soon(log.append, "next run")
        log.append("out")

    loop.call_soon(callback)
    loop.run_forever()
    assert log == ["in the round", "in the round, too", "out"]
    loop.call_soon(loop.stop)
    loop.run_forever()
    assert log[3:] == ["next run"]
    loop.close()


def test_an_error_within_goes_to_the_handler_and_the_loops_go_on(runner: asyncio.Runner) -> None:
    errors: list[object] = []
    runner.get_loop().set_exception_handler(lambda _loop, context: errors.append(context["exception"]))
    error = LookupError("within")

    def fail() -> None:
        raise error

    async def main() -> str:
        asyncio.get_running_loop().call_soon(fail)
        task = asyncio.create_task(work([]))
        exec_until_done(task)
        return await task

    assert runner.run(main()) == "work's"
    assert errors == [error]


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt()])
def test_an_exit_within_ends_all_loops_and_the_run(qapp: QApplication, error: BaseException) -> None:
    loop, log = EventLoop(qapp), list[str]()

    def fail() -> None:
        raise error

    def callback() -> None:
        loop.call_soon(fail)
        loop.call_soon(log.append, "next run")
        QEventLoop().exec()
        log.append("out")

    loop.call_soon(callback)
    with pytest.raises(type(error)) as raised:
        loop.run_forever()
    assert raised.value is error
    assert log[0] == "out"
    loop.call_soon(loop.stop)
    loop.run_forever()
    assert log == ["out", "next run"]
    loop.close()


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
