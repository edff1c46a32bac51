"""What the system tells of its threads: how long they waited for a processor, and how often for anything else.

Linux only; elsewhere each of these says None.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

if sys.platform == "linux":
    import resource


class RunDelay:
    """How long a thread of this process has waited in a run queue: it could have run, and another one did.

    Time in which a cgroup's quota was used up counts as well; time in which the process was stopped does not.
    (Linux, Documentation/scheduler/sched-stats.rst: the second value of ``/proc/<pid>/task/<tid>/schedstat``.)

    Args:
        native: The thread's ``threading.get_native_id()``.
    """

    def __init__(self, native: int) -> None:
        self._file: int | None = None
        if sys.platform == "linux":
            try:
                self._file = os.open(f"/proc/self/task/{native}/schedstat", os.O_RDONLY | os.O_CLOEXEC)
            except OSError:
                self._file = None

    def read_ns(self) -> int | None:
        """Tell it, some microseconds, which lets go of the interpreter; None where it is not known, or has ended."""
        if self._file is None:
            return None
        try:
            return int(os.pread(self._file, 64, 0).split()[1])
        except (OSError, IndexError, ValueError):
            # The thread has ended, or the kernel has no such statistics.
            return None

    def close(self) -> None:
        """Let go of the file; may be called twice."""
        file, self._file = self._file, None
        if file is not None:
            os.close(file)


def switches_counter() -> Callable[[], int] | None:
    """Make what tells how often the calling thread has given up the processor of its own accord, under 1 us.

    A thread that waits for the interpreter wakes every ``sys.getswitchinterval()`` to ask for it (``take_gil``
    in CPython 3.2 to 3.13); one that is stopped, or is not let run, does not.
    """
    if sys.platform != "linux":
        return None
    getrusage, who = resource.getrusage, resource.RUSAGE_THREAD
    return lambda: getrusage(who).ru_nvcsw


def is_traced() -> bool:
    """Tell whether another process, a native debugger say, is attached to this one; reads a file.

    That alone says nothing about whether it holds the program: ``strace`` is attached, too.
    """
    if sys.platform != "linux":
        return False
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return any(line.startswith("TracerPid:") and line.split()[1] != "0" for line in status.splitlines())
