"""What every test can rely on: no screen, no leftovers, and no error that nobody saw."""

from __future__ import annotations

import gc
import logging
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Before qasync, which would otherwise look for other bindings first.
os.environ["QT_API"] = "pyside6"

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer

from desktop_app.app import Application
from desktop_app.event_loop import EventLoop

pytest_plugins = ["pytester"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the option of `tests.reliability`, which pytest would not see there."""
    parser.addoption(
        "--fault-matrix-json", type=Path, metavar="FILE", help="write there how each fault of the fault matrix ended"
    )


def pytest_collection_finish() -> None:
    """Have the garbage collector look no more at what all tests brought along: half a second, in any of them."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def qapp_cls() -> type[Application]:
    """Have pytest-qt make the program's own application."""
    return Application


@pytest.fixture(autouse=True)
def no_leftover_widgets() -> Iterator[None]:
    """Delete what a test's widgets asked to have deleted, which no event loop is there to do.

    Otherwise the garbage collector does, one day, in whatever thread it happens to run; and a timer that is deleted
    in another thread than its own crashes the process.
    """
    yield
    if QCoreApplication.instance() is not None:
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(autouse=True)
def no_leftover_threads() -> Iterator[None]:
    """Fail a test that leaves a thread behind which would keep the process alive."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in set(threading.enumerate()) - before if not thread.daemon]
    for thread in left:
        thread.join(5)
    assert not [thread for thread in left if thread.is_alive()]


@pytest.fixture(autouse=True)
def no_unexpected_warnings(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test in which a warning or an error was logged, unless it takes it out of ``caplog`` itself."""
    yield
    unexpected = [record for record in caplog.get_records("call") if record.levelno >= logging.WARNING]
    assert not [record.getMessage() for record in unexpected]


@pytest.fixture
def loop(qapp: Application) -> Iterator[EventLoop]:
    """The program's event loop, driven by ``qtbot.wait*``: coroutines and clicks go on while a test waits."""
    unhandled: list[dict[str, Any]] = []
    loop = EventLoop(qapp, already_running=True)
    loop.set_exception_handler(lambda _loop, context: unhandled.append(context))
    yield loop
    loop.stop()
    loop.close()
    # Whatever called exit() outside exec() would make the next wait return at once.
    QTimer.singleShot(0, qapp.exit)
    qapp.exec()
    gc.collect()
    assert not unhandled
