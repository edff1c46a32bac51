"""Ways in which a callback runs a Qt event loop of its own until something is done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Final

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QDialog

HANG_S: Final = 30.0
HANG_MS: Final = 20_000
VARIABLE: Final[ContextVar[str]] = ContextVar("VARIABLE", default="nobody's")


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
