"""What can be measured about a thread from outside it, on this system."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

from desktop_app.responsiveness.causes import Evidence
from desktop_app.responsiveness.events import RunningTask
from desktop_app.responsiveness.ownership import Ownership
from desktop_app.responsiveness.stacks import RawStack, capture
from desktop_app.responsiveness.task_stack import running_task

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop


class ThreadProbe:
    """Looks at one thread; the watchdog's thread calls it.

    Args:
        identity: The thread's ``threading.get_ident()``.
        native: Its ``threading.get_native_id()``.
    """

    def __init__(self, identity: int, native: int) -> None:
        self._identity = identity
        self._native = native
        self._clock = time.pthread_getcpuclockid(identity)
        self._began_cpu_ns = 0
        self.ownership = Ownership()
        self.running_loop: Callable[[], AbstractEventLoop | None] = lambda: None
        """Tells what the thread found with `task_stack.running_loop_here`."""

    def cpu_ns(self) -> int:
        """Tell what the thread has used of the processor."""
        return time.clock_gettime_ns(self._clock)

    def place(self) -> tuple[int, int]:
        """Tell which frame it executes, and at which instruction; changes whenever it goes on."""
        frame = self._frame()
        return (0, 0) if frame is None else place_of(frame)

    def stack(self) -> RawStack:
        """Take its stack."""
        return capture(self._frame())

    def running_task(self) -> RunningTask | None:
        """Tell which asyncio task it runs."""
        loop = self.running_loop()
        return None if loop is None else running_task(loop, self._frame(), self.ownership)

    def _frame(self) -> FrameType | None:
        """Give the frame that it executes; to be dropped at once, for it holds the program's values."""
        return sys._current_frames().get(self._identity)  # noqa: SLF001 - there is no other way

    def start(self) -> None:
        """Begin to measure the whole process; once, before anything else."""

    def stop(self) -> None:
        """Cease to."""

    def tick(self, late_ns: int) -> None:
        """Be called at each step of the watchdog, which woke this much later than it wanted to."""

    def begin(self) -> None:
        """Gather evidence from now on: the thread was found busy."""
        self._began_cpu_ns = self.cpu_ns()

    def evidence(self, start_ns: int, end_ns: int) -> Evidence:
        """Give what was gathered since `begin` about a stretch of time."""
        return Evidence(end_ns - start_ns, cpu_ns=self.cpu_ns() - self._began_cpu_ns)


def place_of(frame: FrameType) -> tuple[int, int]:
    """Tell a frame and how far it is from others and other moments, without keeping it."""
    return id(frame), frame.f_lasti
