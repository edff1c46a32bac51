"""A small Qt program that freezes once, in the way it is told, under a `FreezeMonitor`.

``python -m tests.helpers.blocks KIND`` says on stdout, as one line of JSON, what the monitor found.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

os.environ["QT_API"] = "pyside6"

from PySide6.QtCore import QEventLoop, QProcess, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QWidget

from desktop_app.overriding import override
from desktop_app.responsiveness.events import Freeze
from desktop_app.responsiveness.qt.monitor import FreezeMonitor

BLOCK_S = 0.4
RESTING_MS = 150
PATTERN = r"(?:a+)+$"
TEXT = "a" * 16 + "b "


def deadline() -> float:
    return time.monotonic() + BLOCK_S


def sleep() -> None:
    time.sleep(BLOCK_S)  # blocks: sleep


def loop() -> None:
    end_s = deadline()
    while time.monotonic() < end_s:  # blocks: loop
        pass


def rounds_of(block_s: float) -> int:
    """Tell how often `PATTERN` has to be looked for in `TEXT`, one after the other, to take so long at least."""
    fastest_s = min(_seconds_of_20_rounds() for _ in range(5))
    return round(1.2 * 20 * block_s / fastest_s)


def _seconds_of_20_rounds() -> float:
    start_s = time.perf_counter()
    re.sub(PATTERN, "", TEXT * 20)
    return time.perf_counter() - start_s


def match() -> None:
    re.sub(PATTERN, "", endless)  # blocks: match


def query() -> None:
    end_s = deadline()
    connection = sqlite3.connect(":memory:")
    connection.set_progress_handler(lambda: int(time.monotonic() >= end_s), 100_000)
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    try:
        connection.execute(endless).fetchall()  # blocks: query
    except sqlite3.OperationalError:
        connection.close()


def collect() -> None:
    end_s = deadline()
    while time.monotonic() < end_s:
        gc.collect()  # blocks: collect


def stopped() -> None:
    """Have the whole process stopped for a while."""
    script = f"sleep 0.1; kill -STOP {os.getpid()}; sleep {BLOCK_S}; kill -CONT {os.getpid()}"
    subprocess.Popen(["/bin/sh", "-c", script])


def nested() -> None:
    """Run an event loop within the event loop, for as long."""
    inner = QEventLoop()
    QTimer.singleShot(round(BLOCK_S * 1000), inner.quit)
    inner.exec()


def dialog() -> None:
    """Show a modal dialog for as long."""
    shown = QDialog()
    QTimer.singleShot(round(BLOCK_S * 1000), shown.accept)
    shown.exec()


class Painted(QWidget):
    """Blocks in its first paint."""

    is_painted = False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.is_painted:
            self.is_painted = True
            time.sleep(BLOCK_S)  # blocks: paint


def paint() -> None:
    shown.append(Painted())
    shown[-1].show()


def click() -> None:
    button = QPushButton("Load")
    button.clicked.connect(load_image)
    button.click()


def load_image() -> None:
    time.sleep(BLOCK_S)  # blocks: click


async def coroutine() -> None:
    await outer()


async def outer() -> None:
    await asyncio.sleep(0)
    inner()


def inner() -> None:
    time.sleep(BLOCK_S)  # blocks: coroutine


def startup() -> None:
    time.sleep(BLOCK_S)  # blocks: startup


def rest() -> None:
    """Do nothing at all."""


shown: list[QWidget] = []
endless = TEXT * rounds_of(BLOCK_S)
monitor = FreezeMonitor()


def paused() -> None:
    with monitor.paused():
        time.sleep(BLOCK_S)


def bound_process() -> Callable[[], object]:
    """Give what waits for a process that goes on for longer."""
    process = QProcess()
    process.start(sys.executable, ["-c", "input()"])
    process.waitForStarted()

    def end() -> None:
        process.kill()
        process.waitForFinished()

    application = QApplication.instance()
    assert application is not None
    application.aboutToQuit.connect(end)
    return partial(process.waitForFinished, round(BLOCK_S * 1000))


def bound_lock() -> Callable[[], object]:
    """Give what waits for a lock that nobody gives back."""
    lock = threading.Lock()
    lock.acquire()
    return partial(lock.acquire, timeout=BLOCK_S)


BOUND: dict[str, Callable[[], Callable[[], object]]] = {
    "bound_sleep": lambda: partial(time.sleep, BLOCK_S),
    "bound_process": bound_process,
    "bound_lock": bound_lock,
}
"""Each gives a slot that is no Python function: while Qt calls it, no code of the program's can be seen to run."""
KINDS: dict[str, Callable[[], Any]] = {
    each.__name__: each
    for each in (
        sleep, loop, match, query, collect, stopped, nested, dialog, paint, click, coroutine, startup, rest, paused
    )
}  # fmt: skip


def described(freeze: Freeze) -> dict[str, Any]:
    culprit = freeze.culprit
    return {
        "duration_ms": freeze.duration_ns / 1e6,
        "cause": freeze.cause,
        "culprit": culprit and [culprit.frame.function, culprit.frame.line],
        "share": culprit and culprit.share,
        "task": freeze.task and freeze.task.name,
        "awaits": [[frame.function, frame.line] for frame in freeze.task.awaits] if freeze.task else [],
        "is_lasting": freeze.is_lasting,
        "is_late_sample": freeze.is_late_sample,
        "is_startup": freeze.is_startup,
    }


def main(kind: str, rest_ms: int = 0) -> None:
    found: list[Freeze] = []
    monitor.listen(found.append)
    monitor.attach()
    application = QApplication(["blocks"])
    if kind == "startup":
        startup()
    steps = _steps(kind, application, rest_ms)
    next(steps)
    timer = QTimer()
    timer.timeout.connect(lambda: next(steps, None))
    timer.start(RESTING_MS)
    if kind == "coroutine":
        from qasync import QEventLoop as QasyncLoop  # type: ignore[import-untyped]

        with QasyncLoop(application) as running:
            running.run_until_complete(_in_a_task())
    else:
        application.exec()
    monitor.detach()
    print(json.dumps([described(freeze) for freeze in found]))


async def _in_a_task() -> None:
    await asyncio.sleep(RESTING_MS / 1000)
    await asyncio.get_running_loop().create_task(coroutine(), name="the blocking one")
    await asyncio.sleep(RESTING_MS / 1000)


def _steps(kind: str, application: QApplication, rest_ms: int) -> Iterator[None]:
    """Rest, block, rest and end; a step at each tick of a timer."""
    yield
    slot = BOUND[kind]() if kind in BOUND else KINDS[kind]
    yield
    if kind not in ("coroutine", "startup"):
        QTimer.singleShot(0, slot)
    end_s = time.monotonic() + (BLOCK_S + RESTING_MS / 1000 if kind in ("stopped", "nested", "dialog") else 0)
    end_s += rest_ms / 1000
    while time.monotonic() < end_s:
        yield
    yield
    yield
    if kind != "coroutine":
        application.quit()
    yield


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
