"""Loops whose clock skips what nobody does anything in: programs of minutes take no time, and no order is chance."""

from __future__ import annotations

import asyncio
from asyncio import TimerHandle
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop_app.event_loop import EventLoop
from desktop_app.overriding import override

HANG_MS: Final = 20_000


@contextmanager
def ended_after_ms(limit_ms: int, app: QApplication) -> Iterator[None]:
    """End Qt's loop if it still runs then."""
    guard = QTimer()
    guard.setSingleShot(True)
    guard.timeout.connect(app.exit)
    guard.start(limit_ms)
    try:
        yield
    finally:
        guard.stop()


class Skipping:
    """The clock of either loop: it stands still while callbacks run, and skips to the next timer."""

    _scheduled: list[TimerHandle]

    def __init__(self) -> None:
        self.now_s = 0.0
        self.is_idle = False
        """Whether the last run ended because nothing could happen any more."""

    def time(self) -> float:
        return self.now_s

    def stop(self) -> None:
        raise NotImplementedError

    def skip(self) -> None:
        """Go to the next timer, or end the run if there is none."""
        due_s = [timer.when() for timer in self._scheduled if not timer.cancelled()]
        if due_s:
            self.now_s = max(self.now_s, min(due_s))
        else:
            self.is_idle = True
            self.stop()


class PlainLoop(asyncio.SelectorEventLoop, Skipping):
    """asyncio's own loop."""

    def __init__(self) -> None:
        Skipping.__init__(self)
        super().__init__()

    @override
    def time(self) -> float:
        return self.now_s

    def _run_once(self) -> None:
        if not (self._ready or self._stopping):  # type: ignore[attr-defined]
            self.skip()
        super()._run_once()  # type: ignore[misc]


class SlicedLoop(EventLoop, Skipping):
    """The program's event loop."""

    def __init__(self, app: QApplication, frame_budget_s: float) -> None:
        Skipping.__init__(self)
        super().__init__(app, frame_budget_s=frame_budget_s)

    @override
    def time(self) -> float:
        return self.now_s

    @override
    def run_forever(self) -> None:
        # So that a program that hangs is a failure, and can be shrunk.
        with ended_after_ms(HANG_MS, self._app):
            super().run_forever()

    @override
    def _sleep(self) -> None:
        super()._sleep()
        self.skip()
        self._wake()
