"""Looks at the thread of a test from another one, as the watchdog does."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from desktop_app.responsiveness.ownership import Ownership
from desktop_app.responsiveness.stacks import RawStack, capture, counted, culprit_of
from desktop_app.responsiveness.events import Cause, Freeze
from tests.responsiveness.blocks import LIMIT_S, Block

SAMPLES = 15
BETWEEN_S = 0.003


def samples_of(work: Callable[[], object], end: Callable[[], object] = lambda: None) -> list[RawStack]:
    """Do something again and again, until it was found at it often enough from another thread.

    Args:
        work: Is done in this thread.
        end: Is called in the other one, when nothing more is looked at.
    """
    taken: list[RawStack] = []
    done = threading.Event()
    me = threading.get_ident()

    def look() -> None:
        limit_s = time.monotonic() + LIMIT_S
        while len(taken) < SAMPLES and time.monotonic() < limit_s:
            raw = capture(sys._current_frames()[me])
            if any(code is work.__code__ for code, _ in raw):  # type: ignore[attr-defined]
                taken.append(raw)
            time.sleep(BETWEEN_S)
        done.set()
        end()

    thread = threading.Thread(target=look)
    thread.start()
    while not done.is_set():
        work()
    thread.join()
    return taken


def freeze_of(block: Block, folder: Path) -> Freeze:
    """Have a block happen, and make a freeze of what is seen of it from outside."""
    making = block.make(folder)
    taken = samples_of(making.__enter__(), lambda: making.__exit__(None, None, None))
    stacks = counted(taken, Ownership())
    return Freeze(0, 1_500_000_000, block.cause, culprit_of(stacks), stacks=stacks)
