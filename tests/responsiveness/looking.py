"""Looks at the thread of a test from another one, as the watchdog does."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Cause, Freeze
from desktop_app.responsiveness.ownership import Ownership
from desktop_app.responsiveness.stacks import RawStack, capture, counted, culprit_of
from tests.responsiveness.blocks import LIMIT_S, Block, Work

SAMPLES = 15
BETWEEN_S = 0.003


def samples_of(work: Work, end: Work = lambda: None) -> list[RawStack]:
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
            if any(code is work.__code__ for code, _ in raw):
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
    return freeze_of_work(making.__enter__(), block.cause, lambda: making.__exit__(None, None, None))


def freeze_of_work(work: Work, cause: Cause, end: Work = lambda: None) -> Freeze:
    """Make a freeze of what is seen of something from outside, and of why it is said to be one."""
    stacks = counted(samples_of(work, end), Ownership())
    return Freeze(0, 1_500 * NS_PER_MS, cause, culprit_of(stacks), stacks=stacks)
