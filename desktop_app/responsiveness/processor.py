"""What a thread has used of the processor, asked for by another one."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial


class ThreadProcessorTime:
    """The processor's time that one thread has used.

    Where the system has no such clock for other threads (macOS, Windows) the whole process's stands in. That is never
    less: where it says that nothing was computed, nothing was.

    Args:
        identity: The ``threading.get_ident()`` of a thread that lives: to ask for the clock of another one may crash.
    """

    def __init__(self, identity: int) -> None:
        self.is_exact = hasattr(time, "pthread_getcpuclockid")
        """Whether it is this thread's, not the whole process's."""
        self._read = self._reader(identity)
        self._last_ns = 0

    def ns(self) -> int:
        """Tell it, under 1 us; when the thread has ended, what was told last. Never less than before."""
        try:
            now_ns = self._read()
        except OSError:
            # The thread has ended. The clock names it by the kernel's id, not by an address, so that is safe.
            return self._last_ns
        if now_ns > self._last_ns:
            self._last_ns = now_ns
        return self._last_ns

    def _reader(self, identity: int) -> Callable[[], int]:
        if not self.is_exact:
            return time.process_time_ns
        return partial(time.clock_gettime_ns, time.pthread_getcpuclockid(identity))


def sleep_clock() -> Callable[[], int]:
    """Make what grows by as much as the machine has slept, and else hardly at all.

    On Linux that is what the clock that counts sleep is ahead of the one that does not; elsewhere what the wall clock
    is, which is set now and then as well.
    """
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    monotonic = time.monotonic_ns
    if clock is None:
        wall = time.time_ns
        return lambda: wall() - monotonic()
    read = time.clock_gettime_ns
    return lambda: read(clock) - monotonic()
