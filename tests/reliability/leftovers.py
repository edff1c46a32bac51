"""What a program that has ended may have left: threads, descriptors, child processes, timers, tasks."""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import shiboken6
from PySide6.QtCore import QAbstractEventDispatcher, QCoreApplication, QObject, QTimer

from tests.x11.processes import Identity, children_of, is_alive

# Not a claim about speed: what was told to end needs a processor to do it.
LIMIT_S: Final = 5.0
PAUSE_S: Final = 0.01
KINDS: Final = ("thread", "descriptor", "process", "timer", "task")
_DESCRIPTORS: Final = Path("/proc/self/fd")


@dataclass(frozen=True)
class Holdings:
    """What the process holds at one moment; descriptors by what they lead to, such as ``socket:[4711]``."""

    threads: frozenset[threading.Thread]
    descriptors: frozenset[str]
    children: frozenset[Identity]
    timers: frozenset[int]


def holdings() -> Holdings:
    """Tell what the process holds now; on the GUI's thread."""
    return Holdings(
        threads=frozenset(threading.enumerate()),
        descriptors=frozenset(_descriptors()),
        children=frozenset(child for child in children_of(os.getpid()) if is_alive(child)),
        timers=frozenset(id(timer) for timer in _timers()),
    )


def left_since(
    before: Holdings,
    *,
    loop: asyncio.AbstractEventLoop | None = None,
    not_counting: Callable[[], Iterable[str]] = tuple,
    kinds: tuple[str, ...] = KINDS,
) -> list[str]:
    """Tell what is held now and was not before, once what was about to end has had `LIMIT_S` to do so.

    Args:
        before: What was held before.
        loop: The program's, whose tasks have to have ended; it is closed.
        not_counting: Gives what belongs to the test: names of threads, and where descriptors lead to.
        kinds: What to look for; descriptors also by what they lead to.
    """
    end_s = time.monotonic() + LIMIT_S
    while True:
        left = [each for each in _left_now(before, loop, set(not_counting())) if each.startswith(kinds)]
        if not left or time.monotonic() > end_s:
            return left
        time.sleep(PAUSE_S)


def _left_now(before: Holdings, loop: asyncio.AbstractEventLoop | None, expected: set[str]) -> list[str]:
    now = holdings()
    left = [f"thread {name}" for each in now.threads - before.threads if (name := each.name) not in expected]
    left += [f"descriptor {target}" for target in now.descriptors - before.descriptors - expected]
    left += [f"process {child.number}" for child in now.children - before.children]
    left += [_described(timer) for timer in _timers() if id(timer) not in before.timers]
    left += [f"task {task!r}" for task in (asyncio.all_tasks(loop) if loop else ())]
    return left


def _described(timer: QObject) -> str:
    interval = f"{timer.interval()} ms, " if isinstance(timer, QTimer) else ""
    return f"timer {timer!r} ({interval}of {QObject.parent(timer)!r})"


def _descriptors() -> Iterable[str]:
    for descriptor in list(_DESCRIPTORS.iterdir()):
        # That of the listing itself is closed by now.
        with suppress(FileNotFoundError):
            target = str(descriptor.readlink())
            if not target.startswith("/proc/"):
                yield target


def _timers() -> Iterable[QObject]:
    """Give the timers that run: those that Python knows, and single shots that are still to come."""
    for each in gc.get_objects():
        if isinstance(each, QTimer) and shiboken6.isValid(each) and each.isActive():
            yield each
    # There is one as soon as there is an application.
    if QCoreApplication.instance() is not None:
        yield from QAbstractEventDispatcher.instance().children()
