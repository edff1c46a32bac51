"""A deadline: one time budget for everything that is done under it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Deadline:
    """A total time budget that starts when it is made.

    Not a timeout: a timeout limits one socket operation, and a thousand of them can each be in time while the
    person waits for ever.

    Args:
        budget_ms: The whole budget.
        now_ns: A monotonic clock in nanoseconds, such as ``time.monotonic_ns``.
    """

    def __init__(self, budget_ms: int, now_ns: Callable[[], int]) -> None:
        self.budget_ms = budget_ms
        self._now_ns = now_ns
        self._started_ns = now_ns()

    @property
    def elapsed_ms(self) -> int:
        """How long it has been running, rounded down."""
        return (self._now_ns() - self._started_ns) // 1_000_000

    @property
    def remaining_s(self) -> float:
        """What is left, in the unit that sockets and asyncio take; never negative."""
        return self._remaining_ns / 1e9

    @property
    def remaining_ms(self) -> int:
        """What is left, rounded down; never negative."""
        return self._remaining_ns // 1_000_000

    @property
    def _remaining_ns(self) -> int:
        end_ns = self._started_ns + self.budget_ms * 1_000_000
        return max(0, end_ns - self._now_ns())
