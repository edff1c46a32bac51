"""An event loop on which everything holds the frame, and what it tells of that."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from typing import Any

from PySide6.QtWidgets import QApplication

from desktop_app.event_loop import EventLoop
from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Frame
from desktop_app.responsiveness.overruns import Overrun, overrun_of
from desktop_app.responsiveness.ownership import Ownership

BUDGET_S = 1e-9
"""No callback is so short."""
OWNERSHIP = Ownership()


def hold(duration_ms: float = 1) -> None:
    """Compute for so long."""
    until_ns = time.monotonic_ns() + round(duration_ms * NS_PER_MS)
    while time.monotonic_ns() < until_ns:
        pass


def told(application: QApplication, work: Callable[[EventLoop], Coroutine[Any, Any, None]]) -> list[Overrun]:
    """Run a coroutine on a loop, and give all that this tells of."""
    found: list[Overrun] = []
    loop = EventLoop(application, frame_budget_s=BUDGET_S)
    loop.on_overrun = lambda handle, start_ns, end_ns: found.append(overrun_of(handle, start_ns, end_ns, OWNERSHIP))
    try:
        loop.run_until_complete(work(loop))
    finally:
        loop.close()
    return found


def overrun(
    start_ms: float = 0,
    duration_ms: float = 12,
    *,
    file: str = __file__,
    line: int = 120,
    function: str = "load_home",
    task: str = "load",
    is_to_end: bool = False,
) -> Overrun:
    """Make one."""
    frame = Frame(file, line, function, is_own=True)
    start_ns = round(start_ms * NS_PER_MS)
    return Overrun(
        start_ns,
        start_ns + round(duration_ms * NS_PER_MS),
        frame,
        is_to_end,
        task,
        "Home.load" if task else "",
        () if is_to_end or not task else (frame,),
    )
