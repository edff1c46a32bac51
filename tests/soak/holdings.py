"""What a process holds: what Linux tells of any process, and what the program's own can tell of itself."""

from __future__ import annotations

import asyncio
import gc
import os
import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QAbstractEventDispatcher, QObject
from PySide6.QtWidgets import QApplication

_PROC: Final = Path("/proc")
_RESIDENT: Final = re.compile(r"^VmRSS:\s+(\d+) kB", re.MULTILINE)
_THREADS: Final = re.compile(r"^Threads:\s+(\d+)", re.MULTILINE)
KIB_PER_MIB: Final = 1024


@dataclass(frozen=True)
class Holdings:
    """Of one process, at one moment."""

    counts: dict[str, int]
    """How many things it holds, by their kind."""
    resident_mib: float
    """All its pages in memory."""


def holdings_of(process: int) -> Holdings:
    """Tell what a process holds, by its number."""
    status = (_PROC / str(process) / "status").read_text(encoding="utf-8", errors="replace")
    resident, threads = _RESIDENT.search(status), _THREADS.search(status)
    assert resident is not None
    assert threads is not None
    return Holdings({**_descriptors(process), "threads": int(threads[1])}, int(resident[1]) / KIB_PER_MIB)


def holdings_here(qt: QApplication, *roots: QObject) -> Holdings:
    """Tell what this process holds, once its garbage is gone; in a task of its event loop, on the GUI thread.

    Args:
        qt: The application.
        roots: What Qt's objects belong to, beside the application and its windows.
    """
    gc.collect()
    seen = holdings_of(os.getpid())
    loop: Any = asyncio.get_running_loop()
    # qasync has no other way to tell; a call that was cancelled stays there until it would have been due.
    calls = loop._timer._SimpleTimer__callbacks.values()
    objects = list(_qobjects(qt, *qt.topLevelWidgets(), *roots))
    dispatcher = QAbstractEventDispatcher.instance()
    counts = {
        **seen.counts,
        "Python threads": threading.active_count(),
        "tasks": len(asyncio.all_tasks(loop)),
        "scheduled calls": len([call for call in calls if not call._cancelled]),
        "timers": sum(len(dispatcher.registeredTimers(each)) for each in objects) + len(dispatcher.children()),
        "QObjects": len(objects),
    }
    return Holdings(counts, seen.resident_mib)


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


def _qobjects(*roots: QObject) -> Iterator[QObject]:
    for root in roots:
        yield root
        yield from root.findChildren(QObject)
