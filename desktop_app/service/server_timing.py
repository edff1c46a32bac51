"""What each request spent with the databases, told in its answer by the header Server-Timing.

The header is W3C's (https://www.w3.org/TR/server-timing/): ``db`` is one stretch from asking for a connection to
giving it back, all of it; ``pool`` and ``lock`` say how much of all stretches was waiting, for a connection and for
SQLite's write lock. The program's own service adds to each stretch when it began, on the monotonic clock, which the
processes of one machine share.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVER_TIMING: Final = "Server-Timing"
MOST_STRETCHES: Final = 16
"""More than any request has; what is beyond is not told."""
_NS_PER_MS: Final = 1_000_000

_current: ContextVar[RequestTiming | None] = ContextVar("request_timing", default=None)


class RequestTiming:
    """What one request spent so far, until its answer begins. Event loop's thread only."""

    def __init__(self) -> None:
        self._stretches: list[tuple[int, int]] = []
        self._pool_ns = self._lock_ns = 0
        self._is_told = False

    def header(self, *, tells_start: bool) -> str:
        """Give the header's value, empty if no database was asked; what is spent from now on is not counted."""
        self._is_told = True
        if not self._stretches:
            return ""
        metrics = [f"pool;dur={_ms(self._pool_ns)}", f"lock;dur={_ms(self._lock_ns)}"]
        for start_ns, duration_ns in self._stretches:
            start = f";start={_ms(start_ns)}" if tells_start else ""
            metrics.append(f"db;dur={_ms(duration_ns)}{start}")
        return ", ".join(metrics)

    def add_stretch(self, start_ns: int, end_ns: int) -> None:
        """Count a use of a database."""
        if not self._is_told and len(self._stretches) < MOST_STRETCHES:
            self._stretches.append((start_ns, end_ns - start_ns))

    def add_wait(self, duration_ns: int, *, is_lock: bool) -> None:
        """Count a wait within a stretch: for the write lock, or for a connection."""
        if self._is_told:
            return
        if is_lock:
            self._lock_ns += duration_ns
        else:
            self._pool_ns += duration_ns


@contextmanager
def timing_request() -> Iterator[RequestTiming]:
    """Count what is spent within, also in tasks that are made there."""
    timing = RequestTiming()
    token = _current.set(timing)
    try:
        yield timing
    finally:
        _current.reset(token)


@contextmanager
def timing_stretch() -> Iterator[None]:
    """Count this use of a database for the request that it is part of, if it is part of one."""
    start_ns = time.monotonic_ns()
    try:
        yield
    finally:
        timing = _current.get()
        if timing is not None:
            timing.add_stretch(start_ns, time.monotonic_ns())


def count_wait(duration_ns: int, *, is_lock: bool) -> None:
    """Count a wait for the request that it is part of, if it is part of one."""
    timing = _current.get()
    if timing is not None:
        timing.add_wait(duration_ns, is_lock=is_lock)


def _ms(duration_ns: int) -> str:
    """Write nanoseconds as milliseconds to the microsecond, without a float, which a long uptime would round."""
    whole, rest_ns = divmod(duration_ns, _NS_PER_MS)
    return f"{whole}.{rest_ns // 1000:03}"
