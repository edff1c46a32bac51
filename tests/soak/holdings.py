"""What a process holds: by what Linux tells of any process, and by what the program's own tells of itself."""

from __future__ import annotations

import asyncio
import gc
import re
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import shiboken6
from PySide6.QtCore import QAbstractEventDispatcher, QObject, QTimer
from PySide6.QtWidgets import QApplication

_PROC: Final = Path("/proc")
_RESIDENT: Final = re.compile(r"^VmRSS:\s+(\d+) kB", re.MULTILINE)
_THREADS: Final = re.compile(r"^Threads:\s+(\d+)", re.MULTILINE)
KIB_PER_MIB: Final = 1024


@dataclass(frozen=True)
class Holdings:
    """Of one process, at one moment."""

    counts: dict[str, int]
    """How many it holds of each kind of thing."""
    resident_mib: float
    """All its pages in memory."""


def holdings_of(process: int) -> Holdings:
    """Tell what a process holds, by its number."""
    status = (_PROC / str(process) / "status").read_text(encoding="ascii", errors="replace")
    resident, threads = _RESIDENT.search(status), _THREADS.search(status)
    assert resident is not None
    assert threads is not None
    counts = {"threads": int(threads[1]), **_descriptors(process)}
    return Holdings(counts, int(resident[1]) / KIB_PER_MIB)


def holdings_here(qt: QApplication) -> Holdings:
    """Tell what this process holds, once the garbage is gone; in a task of its loop, on the GUI thread."""
    gc.collect()
    seen = holdings_of_self()
    counts = {
        **seen.counts,
        "Python threads": threading.active_count(),
        "tasks": len(asyncio.all_tasks()),
        "timers": _running_timers(),
        "QObjects": _qobjects(qt),
    }
    return Holdings(counts, seen.resident_mib)


def holdings_of_self() -> Holdings:
    """Tell what Linux says of this process."""
    return holdings_of(int((_PROC / "self").readlink().name))


def _descriptors(process: int) -> dict[str, int]:
    """Count the open files by what they are, so that one kind that grows is not hidden by another that shrinks."""
    counts = {"sockets": 0, "other files": 0}
    for descriptor in list((_PROC / str(process) / "fd").iterdir()):
        # That of the listing itself is closed by now.
        with suppress(FileNotFoundError):
            target = str(descriptor.readlink())
            if not target.startswith(f"/proc/{process}/"):
                counts["sockets" if target.startswith("socket:") else "other files"] += 1
    return counts


def _running_timers() -> int:
    """Count the timers that run: those that Python knows, and single shots that are still to come."""
    known = [each for each in gc.get_objects() if isinstance(each, QTimer) and shiboken6.isValid(each)]
    return len([each for each in known if each.isActive()]) + len(QAbstractEventDispatcher.instance().children())


def _qobjects(qt: QApplication) -> int:
    """Count Qt's objects, with all that they own."""
    return sum(1 + len(root.findChildren(QObject)) for root in (qt, *qt.topLevelWidgets()))
