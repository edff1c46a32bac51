"""The event loops that are measured, each started as its own documentation says."""

from __future__ import annotations

import asyncio
import importlib
import itertools
import math
import os
import time
from collections.abc import Callable, Coroutine, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

BEAT_MS = 4

Figures: TypeAlias = "dict[str, float]"
StopBeating: TypeAlias = Callable[[], Figures]
"""Ends the heartbeat, and gives its gaps: p50, p99 and longest, in milliseconds."""
StartBeating: TypeAlias = Callable[[], StopBeating]
Work: TypeAlias = Callable[[StartBeating], Coroutine[Any, Any, None]]


def percentile(values: list[float], share: float) -> float:
    """Give the smallest of the values that this share of them is not above (nearest rank)."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def no_beat() -> StopBeating:
    """Start nothing: there is no GUI."""
    return dict


def qt_beat() -> StopBeating:
    """Start a precise Qt timer that notes when it is served; the last gap ends where it is stopped."""
    from PySide6.QtCore import Qt, QTimer

    stamps_ns: list[int] = []
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: stamps_ns.append(time.monotonic_ns()))

    def stop() -> Figures:
        stamps_ns.append(time.monotonic_ns())
        timer.stop()
        gaps_ms = [(later - earlier) / 1e6 for earlier, later in itertools.pairwise(stamps_ns)]
        return {
            "gap_p50_ms": percentile(gaps_ms, 0.5),
            "gap_p99_ms": percentile(gaps_ms, 0.99),
            "gap_max_ms": max(gaps_ms),
        }

    stamps_ns.append(time.monotonic_ns())
    timer.start(BEAT_MS)
    return stop


def on_asyncio(work: Work) -> None:
    """Run it on asyncio's own loop, without Qt: the limit of what a loop can do."""
    asyncio.run(work(no_beat))


def on_qasync(work: Work) -> None:
    """Run it on qasync's own loop, which this program's is derived from."""
    qasync = _imported("qasync")
    with _window() as application, asyncio.Runner(loop_factory=lambda: qasync.QEventLoop(application)) as runner:
        runner.run(work(qt_beat))


def on_qtinter(work: Work) -> None:
    """Run it on qtinter's, whose select() is in a thread and which hands whole turns of asyncio to Qt."""
    qtinter = _imported("qtinter")
    with _window(), qtinter.using_qt_from_asyncio():
        asyncio.run(work(qt_beat))


def on_qtasyncio(work: Work) -> None:
    """Run it on PySide6's own QtAsyncio (a technology preview), which knows no sockets."""
    qtasyncio = _imported("PySide6.QtAsyncio")
    with _window():
        qtasyncio.run(work(qt_beat), keep_running=False)


def on_this_loop(work: Work) -> None:
    """Run it on the program's own."""
    from desktop_app.event_loop import EventLoop

    with _window() as application, asyncio.Runner(loop_factory=lambda: EventLoop(application)) as runner:
        runner.run(work(qt_beat))


KINDS: Mapping[str, Callable[[Work], None]] = MappingProxyType(
    {
        "asyncio": on_asyncio,
        "qasync": on_qasync,
        "qtinter": on_qtinter,
        "QtAsyncio": on_qtasyncio,
        "this loop": on_this_loop,
    }
)


class _window:  # noqa: N801 - it is used as a function is
    """An application with a window that is shown, as a program has it."""

    def __enter__(self) -> Any:
        from PySide6.QtWidgets import QApplication, QLabel

        application = QApplication(["loops"])
        application.setQuitOnLastWindowClosed(False)
        self._label = QLabel("loops")
        self._label.show()
        return application

    def __exit__(self, *_: object) -> None:
        self._label.close()


def _imported(name: str) -> Any:
    """Import what the extra ``bench`` brings: as nothing else needs it, it may be missing where types are checked."""
    os.environ["QT_API"] = "pyside6"
    import PySide6.QtWidgets  # noqa: F401 - qtinter and qasync take the binding that is imported

    return importlib.import_module(name)
