"""Freezes as the monitor gives them, for what shows or stores them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from desktop_app.responsiveness.clock import NS_PER_MS, ManualClock
from desktop_app.responsiveness.events import Cause, CountedStack, Culprit, Frame, Freeze, RunningTask, Stack
from desktop_app.responsiveness.freezes import FreezeLog
from desktop_app.responsiveness.recent import RecentFreezes
from desktop_app.responsiveness.slices import Slice
from desktop_app.responsiveness.timeline import LagHistory

NOON = datetime(2026, 1, 5, 12, 0, 0)  # noqa: DTZ001 - the time of a person's day has no zone
LIBRARY = Frame("/usr/lib/python3/http/client.py", 10, "getresponse", "self.fp.readline()")


def freeze(
    start_ms: int = 0,
    duration_ms: int = 300,
    *,
    file: str = __file__,
    line: int = 1,
    function: str = "load_image",
    cause: Cause = Cause.WAITING,
    task: RunningTask | None = None,
    samples: int = 30,
) -> Freeze:
    """Make one, whose culprit called a library; without samples there is no culprit."""
    own = Frame(file, line, function, "fetch(url)", is_own=True)
    stack: Stack = (Frame("/usr/lib/python3/asyncio/events.py", 80, "_run"), own, LIBRARY)
    return Freeze(
        start_ns=start_ms * NS_PER_MS,
        end_ns=(start_ms + duration_ms) * NS_PER_MS,
        cause=cause,
        culprit=Culprit(own, 0.98) if samples else None,
        task=task,
        stacks=(CountedStack(stack, samples),) if samples else (),
    )


@dataclass
class Freezes:
    """What a panel draws, on a clock of its own; it is noon by it when it starts."""

    clock: ManualClock = field(default_factory=ManualClock)
    log: FreezeLog = field(default_factory=FreezeLog)
    recent: RecentFreezes = field(default_factory=RecentFreezes)
    history: LagHistory = field(default_factory=lambda: LagHistory(120_000, 250))

    def add(self, *freezes: Freeze) -> None:
        """Let these have happened; the clock is at the end of the last one."""
        for each in freezes:
            self.clock.advance_ms((each.end_ns - self.clock()) / NS_PER_MS)
            self.log.add(each)
            self.recent.add(each)
            self.history.add(Slice(each.start_ns, each.end_ns))
