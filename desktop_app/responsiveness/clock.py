"""The clock that measures: monotonic integer nanoseconds, passed in wherever time is read."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Tells the time in nanoseconds; never goes back; only differences mean anything."""

monotonic_ns: Clock = time.monotonic_ns
NS_PER_MS = 1_000_000


class ManualClock:
    """A clock that stands still until it is told to go on, for tests."""

    def __init__(self) -> None:
        self._now_ns = 0

    def __call__(self) -> int:
        """Tell the time."""
        return self._now_ns

    def advance_ms(self, duration_ms: float) -> None:
        """Let time pass."""
        self._now_ns += round(duration_ms * NS_PER_MS)
