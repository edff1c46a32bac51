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


class Scheduling:
    """What the system has done with one thread of this process, read from files that stay open.

    To read lets go of the interpreter. Nothing is known of a thread that has ended, or where the kernel keeps no such
    account.

    Args:
        native: The thread's ``threading.get_native_id()``.
    """

    def __init__(self, native: int) -> None:
        self._schedstat = _open(f"/proc/self/task/{native}/schedstat")
        self._status = _open(f"/proc/self/task/{native}/status")

    def delay_ns(self) -> int | None:
        """Tell how long it has waited in a run queue: it could have run, and something else did; 1 us.

        Time in which a cgroup's quota was used up counts as well; time in which the process was stopped does not.
        (Documentation/scheduler/sched-stats.rst in Linux: the second value of ``schedstat``.)
        """
        try:
            return int(_read(self._schedstat).split()[1])
        except (IndexError, ValueError):
            return None

    def switches(self) -> int | None:
        """Tell how often it has given up the processor of its own accord; 7 us. See `own_switches`."""
        _, found, rest = _read(self._status).partition(b"\nvoluntary_ctxt_switches:")
        return int(rest.split()[0]) if found else None

    def close(self) -> None:
        """Let go of the files; may be called twice."""
        files, self._schedstat, self._status = (self._schedstat, self._status), None, None
        for file in files:
            if file is not None:
                os.close(file)


def _open(path: str) -> int | None:
    if sys.platform != "linux":
        return None
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None


def _read(file: int | None) -> bytes:
    if sys.platform == "win32" or file is None:
        return b""
    try:
        return os.pread(file, 4096, 0)
    except OSError:
        return b""


def own_switches() -> Callable[[], int] | None:
    """Make what tells how often the calling thread has given up the processor of its own accord, under 1 us.

    A thread that waits for the interpreter wakes every ``sys.getswitchinterval()`` to ask for it (``take_gil`` in
    CPython, measured with 3.11 to 3.13); one that is stopped, not let run, or waits for anything else does not.
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
