"""The timers of an asyncio event loop whose time has come, in asyncio's order."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any, Final

FEWEST_TIMERS: Final = 100
"""Of cancelled timers, so many are not worth being looked for; as in asyncio."""
TIMERS_PER_LOOK: Final = 32
"""So many are taken between two looks at the clock: a tenth of a millisecond or so."""


class DueTimers:
    """Takes what is due from a loop's heap into its queue.

    Each costs some microseconds: where ten thousand are due at once, taking them is longer than a frame, and is gone
    on with later. The loop's thread.
    """

    def __init__(self) -> None:
        self._until_s: float | None = None

    @property
    def is_amid(self) -> bool:
        """Whether there is more to be taken of what was due."""
        return self._until_s is not None

    def take(self, loop: Any, is_late: Callable[[], bool]) -> bool:
        """Take what is due, or go on with it, until it is late; tell whether all has been taken."""
        scheduled = loop._scheduled
        if self._until_s is None:
            _remove_cancelled(loop)
            if not scheduled:
                return True
            self._until_s = loop.time()
        until_s, count = self._until_s, 0
        # A time that is no number has come, as in asyncio: it must not be in the way of the others. As there, those
        # that were cancelled stay counted: of equal times, which fires first depends on when the heap is made anew.
        while scheduled and not scheduled[0]._when > until_s:
            handle = heapq.heappop(scheduled)
            handle._scheduled = False
            loop._ready.append(handle)
            count += 1
            if not count % TIMERS_PER_LOOK and is_late():
                return False
        self._until_s = None
        return True


def _remove_cancelled(loop: Any) -> None:
    """Have cancelled timers leave: all if they are most of them, otherwise those in front."""
    scheduled = loop._scheduled
    if len(scheduled) > FEWEST_TIMERS and 2 * loop._timer_cancelled_count > len(scheduled):
        for handle in scheduled:
            handle._scheduled = not handle._cancelled
        scheduled[:] = [handle for handle in scheduled if not handle._cancelled]
        heapq.heapify(scheduled)
        loop._timer_cancelled_count = 0
    while scheduled and scheduled[0]._cancelled:
        heapq.heappop(scheduled)._scheduled = False
        loop._timer_cancelled_count -= 1
