"""The time that delays are counted in; passed in, so that a test can own it."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

_NS_PER_S = 1_000_000_000


class Clock(Protocol):
    """A monotonic clock that a coroutine can wait on."""

    def now_ns(self) -> int:
        """Return the monotonic time in ns."""

    async def sleep_until_ns(self, due_ns: int) -> None:
        """Return when ``now_ns()`` has reached ``due_ns``, never before."""


class MonotonicClock:
    """The system's monotonic clock, on the running asyncio loop."""

    def now_ns(self) -> int:
        """Return the monotonic time in ns."""
        return time.monotonic_ns()

    async def sleep_until_ns(self, due_ns: int) -> None:
        """Return when ``due_ns`` is reached; a loop's timer may fire early, this does not."""
        while (left_ns := due_ns - time.monotonic_ns()) > 0:  # noqa: ASYNC110 -- it is the time itself that is awaited
            await asyncio.sleep(left_ns / _NS_PER_S)
