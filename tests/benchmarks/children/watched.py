"""A program that is idle, or that does nothing but serve events, with or without a `FreezeMonitor`.

It says on stdout what it used of the processor in its time, as a share of one core (``idle``), or how many events it
served in it (``timers``: Qt timers, ``tasks``: turns of asyncio tasks on qasync, ``spawn``: tasks that are created,
run once and end). The monitor writes tasks to its journal, as ``desktop-app watch`` has it do.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time

os.environ["QT_API"] = "pyside6"

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QLabel
from qasync import QEventLoop  # type: ignore[import-untyped]

from desktop_app.responsiveness.qt.heartbeat import Heartbeat
from desktop_app.responsiveness.qt.monitor import FreezeMonitor
from desktop_app.responsiveness.watchdog import Pace

SETTLING_MS = 500
TASKS = 10


def idle(application: QApplication, duration_s: float) -> float:
    """Do nothing; give the processor time as a share."""
    used: list[float] = []
    QTimer.singleShot(SETTLING_MS, lambda: used.append(time.process_time()))
    QTimer.singleShot(SETTLING_MS + round(duration_s * 1000), application.quit)
    application.exec()
    return (time.process_time() - used[0]) / duration_s


def timers(application: QApplication, duration_s: float) -> float:
    """Serve a timer that is always due; give how often."""
    count = 0
    end_s = time.perf_counter() + duration_s
    timer = QTimer()

    def serve() -> None:
        nonlocal count
        count += 1
        if time.perf_counter() >= end_s:
            timer.stop()
            application.quit()

    timer.timeout.connect(serve)
    timer.start(0)
    application.exec()
    return count


def tasks(application: QApplication, duration_s: float) -> float:
    """Let tasks give way to one another; give how often they did."""
    loop = QEventLoop(application)
    end_s = time.perf_counter() + duration_s

    async def give_way() -> int:
        turns = 0
        while time.perf_counter() < end_s:
            await asyncio.sleep(0)
            turns += 1
        return turns

    async def main() -> int:
        return sum(await asyncio.gather(*(give_way() for _ in range(TASKS))))

    with loop:
        count: int = loop.run_until_complete(main())
    return count


def spawn(application: QApplication, duration_s: float) -> float:
    """Create a task and await its end, one after the other; give how many."""
    loop = QEventLoop(application)
    end_s = time.perf_counter() + duration_s

    async def nothing() -> None:
        """Be over at once."""

    async def main() -> int:
        count = 0
        while time.perf_counter() < end_s:
            await asyncio.create_task(nothing())
            count += 1
        return count

    with loop:
        count: int = loop.run_until_complete(main())
    return count


WORKS = {"idle": idle, "timers": timers, "tasks": tasks, "spawn": spawn}


def main(work: str, watch: str, duration_s: float, tick_ms: int) -> None:
    """Do this work under ``none``, a ``heartbeat`` every ``tick_ms``, or a ``monitor`` that looks as often."""
    application = QApplication(["watched"])
    label = QLabel("watched")
    label.show()
    heartbeat = Heartbeat(tick_ms)
    monitor = FreezeMonitor(pace=Pace(tick_ms=tick_ms), follows_tasks=True)
    if watch == "heartbeat":
        heartbeat.start()
    elif watch == "thread":
        threading.Thread(target=threading.Event().wait, daemon=True).start()
    elif watch == "monitor":
        monitor.attach()
    print(WORKS[work](application, duration_s))
    monitor.detach()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4]))
