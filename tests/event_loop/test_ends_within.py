"""What ends within a Qt event loop of a callback's own: the main task, the run, or by an error."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from desktop_app.event_loop import EventLoop
from tests.event_loop.nested import (
    exec_until_done,
    work,
)


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
