"""A loop that runs as a guest, in a Qt event loop that somebody else runs."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.event_loop import EventLoop


async def answer() -> int:
    await asyncio.sleep(0.001)
    return 42


def test_a_guest_serves_while_somebody_else_runs_qt_s_loop(loop: EventLoop, qtbot: QtBot) -> None:
    assert loop.is_running()
    assert asyncio.get_running_loop() is loop
    task = loop.create_task(answer())
    qtbot.waitUntil(task.done)
    assert task.result() == 42


def test_a_guest_keeps_what_it_was_given_between_two_runs_of_qt_s_loop(loop: EventLoop, qtbot: QtBot) -> None:
    log: list[str] = []
    for number in range(3):
        loop.call_soon(log.append, f"{number} soon")
        loop.call_later(0.001, log.append, f"{number} later")
        qtbot.waitUntil(lambda: log[-1:] == [f"{number} later"])  # noqa: B023 - called at once
    assert log == ["0 soon", "0 later", "1 soon", "1 later", "2 soon", "2 later"]


def test_a_guest_tells_of_an_exit_and_goes_on(loop: EventLoop, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda _type, error, _traceback: told.append(error))
    context, log, error = contextvars.copy_context(), list[str](), SystemExit(3)

    def leave() -> None:
        raise error

    loop.call_soon(leave, context=context)
    loop.call_soon(log.append, "after", context=context)
    qtbot.waitUntil(lambda: log == ["after"])
    assert told == [error]


@contextmanager
def guest(app: QApplication) -> Iterator[EventLoop]:
    """Make a loop that somebody else runs, and clean up after it was stopped."""
    with closing(EventLoop(app, already_running=True)) as loop:
        yield loop
    QTimer.singleShot(0, app.exit)
    app.exec()


def serve(duration_ms: int) -> None:
    """Run Qt's loop for so long; twice, as whoever stops a guest ends Qt's loop with it."""
    idle = QEventLoop()
    for _ in range(2):
        QTimer.singleShot(duration_ms, idle.quit)
        idle.exec()


def test_a_guest_that_was_stopped_runs_nothing_more(qapp: QApplication) -> None:
    log: list[str] = []
    with guest(qapp) as loop:

        def stop() -> None:
            loop.call_soon(log.append, "next round")
            loop.call_later(-1, log.append, "next round, by time")
            loop.stop()

        loop.call_soon(stop)
        loop.call_later(0.001, log.append, "later")
        serve(50)
        assert not loop.is_running()
    assert log == []
    gc.collect()


def test_a_sleeping_guest_that_was_stopped_rings_no_more(qapp: QApplication) -> None:
    rung: list[bool] = []
    with guest(qapp) as loop:
        QTimer.singleShot(50, loop.stop)
        qapp.exec()
        assert not loop.is_running()
        loop._bell.rung.connect(lambda: rung.append(True))
        loop._csock.send(b"\0")
        serve(50)
    assert rung == []
    gc.collect()


def test_a_closed_guest_runs_no_more_for_asyncio_either(qapp: QApplication) -> None:
    with closing(EventLoop(qapp, already_running=True)) as guest:
        guest.stop()
    with pytest.raises(RuntimeError, match="no running event loop"):
        asyncio.get_running_loop()
    QTimer.singleShot(0, qapp.exit)
    qapp.exec()


def test_what_waited_for_the_context_of_what_exits_goes_on(
    loop: EventLoop, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda _type, error, _traceback: told.append(error))
    context, log = contextvars.copy_context(), list[str]()

    def leave() -> None:
        loop.call_soon(log.append, "kept back", context=context)
        nested = QEventLoop()
        QTimer.singleShot(50, nested.quit)
        nested.exec()
        assert log == []
        raise SystemExit(3)

    loop.call_soon(leave, context=context)
    qtbot.waitUntil(lambda: log == ["kept back"])
    assert [type(error) for error in told] == [SystemExit]


def test_a_guest_that_a_callback_stops_leaves_what_waited_for_its_context(qapp: QApplication) -> None:
    context, log = contextvars.copy_context(), list[str]()
    with guest(qapp) as loop:

        def stop() -> None:
            loop.call_soon(log.append, "kept back", context=context)
            qapp.processEvents()
            qapp.processEvents()
            loop.stop()

        loop.call_soon(stop, context=context)
        serve(50)
    assert log == []
