"""The parts of asyncio and of qasync that programs are made of, on the event loop."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import logging
import socket
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QDialog
from qasync import QEventLoop, asyncSlot, asyncWrap  # type: ignore[import-untyped]

from desktop_app.event_loop import EventLoop
from tests.event_loop.apart import ended
from tests.event_loop.links import HOST
from tests.helpers.drivers import qt_runner

VARIABLE: contextvars.ContextVar[str] = contextvars.ContextVar("VARIABLE", default="outside")


async def answer() -> int:
    await asyncio.sleep(0.001)
    return 42


@pytest.fixture
def loop(qapp: QApplication) -> Iterator[EventLoop]:
    """A loop that does not run."""
    loop = EventLoop(qapp)
    yield loop
    loop.close()


@pytest.mark.skipif(sys.version_info < (3, 12), reason="asyncio.run takes a loop_factory since Python 3.12")
def test_asyncio_run_takes_this_loop(qapp: QApplication) -> None:
    async def main() -> tuple[int, type]:
        return await answer(), type(asyncio.get_running_loop())

    run: Any = asyncio.run
    for _ in range(2):
        assert run(main(), loop_factory=lambda: EventLoop(qapp)) == (42, EventLoop)


def test_a_runner_keeps_loop_and_context_between_its_runs(qapp: QApplication) -> None:
    async def change() -> asyncio.AbstractEventLoop:
        VARIABLE.set("inside")
        return asyncio.get_running_loop()

    async def look() -> tuple[asyncio.AbstractEventLoop, str]:
        return asyncio.get_running_loop(), VARIABLE.get()

    with qt_runner(qapp) as runner:
        loop = runner.run(change())
        assert isinstance(loop, EventLoop)
        assert isinstance(loop, QEventLoop)
        assert runner.run(look()) == (loop, "inside")
        assert VARIABLE.get() == "outside"
    assert loop.is_closed()


def test_a_runner_debugs_this_loop(qapp: QApplication) -> None:
    async def is_debugged() -> bool:
        return asyncio.get_running_loop().get_debug()

    for debug in (True, False):
        with asyncio.Runner(debug=debug, loop_factory=lambda: EventLoop(qapp)) as runner:
            assert runner.run(is_debugged()) == debug


def test_run_until_complete_gives_what_came_of_it(loop: EventLoop) -> None:
    async def fail() -> None:
        await asyncio.sleep(0)
        raise LookupError("here")

    future = loop.create_future()
    loop.call_later(0.001, future.set_result, "of a future")
    assert loop.run_until_complete(answer()) == 42
    assert loop.run_until_complete(future) == "of a future"
    assert loop.run_until_complete(loop.create_task(answer())) == 42
    with pytest.raises(LookupError, match="here"):
        loop.run_until_complete(fail())


def test_run_forever_runs_until_it_is_stopped(loop: EventLoop) -> None:
    seen: list[str] = []
    for number in range(2):
        loop.call_later(0.001, seen.append, f"run {number}")
        loop.call_later(0.002, loop.stop)
        assert not loop.is_running()
        loop.run_forever()
    assert seen == ["run 0", "run 1"]


def test_a_loop_that_runs_cannot_be_run_nor_closed(loop: EventLoop) -> None:
    async def try_to() -> None:
        with pytest.raises(RuntimeError, match="already running"):
            loop.run_forever()
        future = loop.create_future()
        with pytest.raises(RuntimeError, match="already running"):
            loop.run_until_complete(future)
        with pytest.raises(RuntimeError, match="Cannot close a running"):
            loop.close()

    loop.run_until_complete(try_to())


def test_a_closed_loop_does_nothing_any_more(qapp: QApplication) -> None:
    loop = EventLoop(qapp)
    loop.close()
    loop.close()
    for use in (loop.run_forever, lambda: loop.call_soon(print), lambda: loop.call_soon_threadsafe(print)):
        with pytest.raises(RuntimeError, match="closed"):
            use()


class Button(QObject):
    clicked = Signal(bool, str)


class Page(QObject):
    """Has slots that are coroutines."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: asyncio.Queue[object] = asyncio.Queue()

    @asyncSlot(bool, str)  # type: ignore[untyped-decorator]
    async def on_clicked(self, is_checked: bool) -> None:
        """Take one argument of two."""
        await asyncio.sleep(0.001)
        self.seen.put_nowait(is_checked)

    @asyncSlot(bool, str)  # type: ignore[untyped-decorator]
    async def on_clicked_fail(self, _is_checked: bool, word: str) -> None:
        """Fail."""
        await asyncio.sleep(0)
        raise LookupError(word)


def test_a_slot_of_qasync_is_a_coroutine(runner: asyncio.Runner, qapp: QApplication) -> None:
    async def click() -> list[object]:
        button, page = Button(), Page()
        button.clicked.connect(page.on_clicked)
        for is_checked in (True, False):
            button.clicked.emit(is_checked, "word")
        # From Qt's own loop, too.
        QTimer.singleShot(1, lambda: button.clicked.emit(True, "word"))
        return [await page.seen.get() for _ in range(3)]

    assert runner.run(click()) == [True, False, True]


def test_a_slot_that_fails_is_told_of_as_any_other_slot(
    runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def click() -> list[str]:
        button, page = Button(), Page()
        told: asyncio.Queue[str] = asyncio.Queue()
        monkeypatch.setattr(sys, "excepthook", lambda _kind, error, _traceback: told.put_nowait(str(error)))
        button.clicked.connect(page.on_clicked_fail)
        button.clicked.emit(True, "word")
        return [await told.get()]

    assert runner.run(click()) == ["word"]


def test_a_dialog_is_awaited_by_qasync(runner: asyncio.Runner, qapp: QApplication) -> None:
    async def ask() -> tuple[int, int]:
        dialog = QDialog()
        others = asyncio.create_task(answer())
        others.add_done_callback(lambda _: dialog.accept())
        return await asyncWrap(dialog.exec), await others

    assert runner.run(ask()) == (QDialog.DialogCode.Accepted, 42)


def test_a_name_is_looked_up_in_the_executor(runner: asyncio.Runner) -> None:
    async def look_up() -> tuple[Any, Any]:
        loop = asyncio.get_running_loop()
        addresses = await loop.getaddrinfo("localhost", 80, type=socket.SOCK_STREAM)
        name = await loop.getnameinfo((HOST, 80), socket.NI_NUMERICHOST | socket.NI_NUMERICSERV)
        with pytest.raises(socket.gaierror):
            await loop.getaddrinfo("nobody.invalid", 80)
        return addresses, name

    addresses, name = runner.run(look_up())
    assert {address[4][:2] for address in addresses} & {(HOST, 80), ("::1", 80)}
    assert name == (HOST, "80")


def test_a_call_goes_to_a_thread_with_its_context(runner: asyncio.Runner) -> None:
    def look() -> tuple[str, bool]:
        return VARIABLE.get(), threading.current_thread() is threading.main_thread()

    async def ask() -> tuple[str, bool]:
        VARIABLE.set("of the task")
        return await asyncio.to_thread(look)

    assert runner.run(ask()) == ("of the task", False)


def test_more_calls_than_threads(runner: asyncio.Runner) -> None:
    async def ask() -> list[int]:
        loop = asyncio.get_running_loop()
        return await asyncio.gather(*(loop.run_in_executor(None, pow, number, 2) for number in range(200)))

    assert runner.run(ask()) == [number**2 for number in range(200)]


def test_a_thread_awaits_a_coroutine_of_the_loop(runner: asyncio.Runner) -> None:
    async def ask() -> int:
        loop = asyncio.get_running_loop()
        return await asyncio.to_thread(lambda: asyncio.run_coroutine_threadsafe(answer(), loop).result())

    assert runner.run(ask()) == 42


def test_a_group_waits_for_its_tasks(runner: asyncio.Runner) -> None:
    async def group() -> list[int]:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(answer()) for _ in range(3)]
        return [task.result() for task in tasks]

    assert runner.run(group()) == [42, 42, 42]


def test_a_failure_cancels_the_rest_of_a_group(runner: asyncio.Runner) -> None:
    cancelled: list[int] = []

    async def wait(number: int) -> None:
        try:
            await asyncio.get_running_loop().create_future()
        finally:
            cancelled.append(number)

    async def fail() -> None:
        await asyncio.sleep(0.001)
        raise LookupError("here")

    async def group() -> None:
        async with asyncio.TaskGroup() as group:
            for number in range(3):
                group.create_task(wait(number))
            group.create_task(fail())

    with pytest.raises(ExceptionGroup) as caught:
        runner.run(group())
    assert [str(error) for error in caught.value.exceptions] == ["here"]
    assert sorted(cancelled) == [0, 1, 2]


def test_a_timeout_cancels_what_takes_too_long_and_only_that(runner: asyncio.Runner) -> None:
    async def wait() -> int:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.005):
                await asyncio.get_running_loop().create_future()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.get_running_loop().create_future(), 0.005)
        task = asyncio.current_task()
        assert task is not None
        assert task.cancelling() == 0
        return await asyncio.wait_for(answer(), 60)

    assert runner.run(wait()) == 42


def test_what_was_cancelled_cleans_up_before_it_is_over(runner: asyncio.Runner) -> None:
    said: list[str] = []

    async def work() -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError as error:
            said.append(str(error))
            await asyncio.sleep(0.001)
            said.append("cleaned up")
            raise

    async def cancel() -> None:
        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        task.cancel("enough")
        with pytest.raises(asyncio.CancelledError):
            await task
        said.append("over")

    runner.run(cancel())
    assert said == ["enough", "cleaned up", "over"]


def test_a_generator_is_closed_at_the_end(qapp: QApplication) -> None:
    said: list[str] = []

    async def numbers() -> AsyncIterator[int]:
        try:
            yield 1
            yield 2
        finally:
            await asyncio.sleep(0.001)
            said.append("closed")

    async def begin() -> None:
        generators.append(numbers())
        assert await anext(generators[0]) == 1

    generators: list[AsyncIterator[int]] = []
    with qt_runner(qapp) as runner:
        runner.run(begin())
        assert said == []
    assert said == ["closed"]


def fail_in_a_callback(loop: EventLoop) -> None:
    """Run a callback that fails, and go on after it."""

    def fail() -> None:
        raise LookupError("in a callback")

    loop.call_soon(fail)
    assert loop.run_until_complete(answer()) == 42


def test_the_handler_is_told_what_nobody_awaits(loop: EventLoop) -> None:
    told: list[dict[str, Any]] = []

    def handler(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        told.append(context)

    assert loop.get_exception_handler() is None
    loop.set_exception_handler(handler)
    assert loop.get_exception_handler() is handler
    fail_in_a_callback(loop)
    (context,) = told
    assert context["message"].startswith("Exception in callback fail_in_a_callback")
    assert str(context["exception"]) == "in a callback"
    loop.set_exception_handler(None)
    assert loop.get_exception_handler() is None
    with pytest.raises(TypeError):
        loop.set_exception_handler("none")  # type: ignore[arg-type]


def test_without_a_handler_what_nobody_awaits_is_logged(loop: EventLoop, caplog: pytest.LogCaptureFixture) -> None:
    fail_in_a_callback(loop)
    (record,) = caplog.records
    caplog.clear()
    assert (record.name, record.levelno) == ("asyncio", logging.ERROR)
    assert record.getMessage().startswith("Exception in callback fail_in_a_callback")
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == "in a callback"


def test_a_handler_that_fails_is_logged_too(loop: EventLoop, caplog: pytest.LogCaptureFixture) -> None:
    def handler(_loop: asyncio.AbstractEventLoop, _context: dict[str, Any]) -> None:
        raise ZeroDivisionError("in the handler")

    loop.set_exception_handler(handler)
    fail_in_a_callback(loop)
    (record,) = caplog.records
    caplog.clear()
    assert record.getMessage().startswith("Unhandled error in exception handler")


def test_the_handler_is_told_of_a_task_whose_error_nobody_has_asked_for(loop: EventLoop) -> None:
    told: list[dict[str, Any]] = []
    loop.set_exception_handler(lambda _loop, context: told.append(context))

    async def fail() -> None:
        raise LookupError("in a task")

    loop.run_until_complete(asyncio.wait((loop.create_task(fail()),)))
    gc.collect()
    assert [context["message"] for context in told] == ["Task exception was never retrieved"]


def test_an_exit_in_a_callback_comes_out_of_the_loop() -> None:
    assert ended("""
        loop = make_loop()
        loop.call_soon(sys.exit, 5)
        try:
            loop.run_forever()
        except SystemExit as error:
            say("the loop raised", error.code)
        loop.close()
        sys.exit(6)
    """) == (6, ["the loop raised 5"], "")
