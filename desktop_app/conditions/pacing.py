"""The toxics that decide when bytes pass, and in what pieces: ``latency``, ``bandwidth``, ``slicer``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from desktop_app.conditions.pipe import Chunk
from desktop_app.conditions.stage import NS_PER_MS, NS_PER_US, Ending

if TYPE_CHECKING:
    from desktop_app.conditions.pipe import Pipe
    from desktop_app.conditions.stage import Surroundings
    from desktop_app.conditions.toxics import BandwidthAttributes, LatencyAttributes, SlicerAttributes

# Reads that follow one another more closely than this are one message, however the kernel cut it up.
BURST_GAP_NS = 20 * NS_PER_MS

# A stage that was woken late makes up for it, so that a rate holds on a busy machine; but for no more than this, or
# what could not leave while nobody read would all leave at once.
CATCH_UP_NS = 100 * NS_PER_MS

# Toxiproxy's interval, too.
THROTTLE_MS = 100
_BYTES_PER_KB = 1_000


class Delay:
    """``latency``: each chunk leaves its delay after it came, so delays overlap as they do on a wire.

    Order is kept. One jitter is drawn for a burst of chunks, where Toxiproxy draws one a chunk: a message stays
    together, and the numbers a seed gives do not depend on how the kernel cut it up. The end of the data is not
    delayed (as in Toxiproxy), but waits for the data before it.
    """

    def __init__(self, attributes: LatencyAttributes, surroundings: Surroundings) -> None:
        self._latency_ns = attributes.latency_ms * NS_PER_MS
        self._jitter_ns = attributes.jitter_ms * NS_PER_MS
        self._clock = surroundings.clock
        self._random = surroundings.random
        self._delay_ns = 0
        self._previous_at_ns: int | None = None
        self._previous_due_ns = 0

    async def run(self, inbox: Pipe, outbox: Pipe) -> Ending:
        """Hold each chunk until it is due."""
        while (chunk := await inbox.head()) is not None:
            due_ns = self._due_ns(chunk)
            await self._clock.sleep_until_ns(due_ns)
            await outbox.room()
            inbox.pop()
            outbox.put(Chunk(chunk.data, due_ns))
        outbox.end()
        return Ending.DRAINED

    def _due_ns(self, chunk: Chunk) -> int:
        if self._previous_at_ns is None or chunk.at_ns - self._previous_at_ns > BURST_GAP_NS:
            self._delay_ns = self._drawn_delay_ns()
        self._previous_at_ns = chunk.at_ns
        self._previous_due_ns = max(self._previous_due_ns, chunk.at_ns + self._delay_ns)
        return self._previous_due_ns

    def _drawn_delay_ns(self) -> int:
        jitter_ns = self._random.randint(-self._jitter_ns, self._jitter_ns) if self._jitter_ns else 0
        return max(0, self._latency_ns + jitter_ns)


class Throttle:
    """``bandwidth``, with a rate above 0: a piece has passed when the line has had the time to carry it.

    The line carries one thing after the other, from when the toxic came. Pieces are of what it carries in
    `THROTTLE_MS`, so that a large chunk does not arrive all at its end.
    """

    def __init__(self, attributes: BandwidthAttributes, surroundings: Surroundings) -> None:
        self._rate_bytes_per_ms = attributes.rate_kb_per_s * _BYTES_PER_KB // 1_000
        self._clock = surroundings.clock
        self._free_ns = surroundings.clock.now_ns()

    async def run(self, inbox: Pipe, outbox: Pipe) -> Ending:
        """Pass on piece by piece."""
        while (chunk := await inbox.head()) is not None:
            size_bytes = min(len(chunk.data), self._rate_bytes_per_ms * THROTTLE_MS)
            carried_ns = size_bytes * NS_PER_MS // self._rate_bytes_per_ms
            due_ns = max(self._free_ns, chunk.at_ns) + carried_ns
            await self._clock.sleep_until_ns(due_ns)
            await outbox.room()
            outbox.put(Chunk(inbox.take(size_bytes), due_ns))
            self._free_ns = max(due_ns, self._clock.now_ns() - CATCH_UP_NS)
        outbox.end()
        return Ending.DRAINED


class Slice:
    """``slicer``: data passes in small packets, the first at once and each other one a delay after the last."""

    def __init__(self, attributes: SlicerAttributes, surroundings: Surroundings) -> None:
        self._smallest_bytes = attributes.average_bytes - attributes.variation_bytes
        self._largest_bytes = attributes.average_bytes + attributes.variation_bytes
        self._delay_ns = attributes.delay_us * NS_PER_US
        self._clock = surroundings.clock
        self._random = surroundings.random
        self._free_ns = surroundings.clock.now_ns()

    async def run(self, inbox: Pipe, outbox: Pipe) -> Ending:
        """Pass on packet by packet."""
        while (chunk := await inbox.head()) is not None:
            due_ns = max(self._free_ns, chunk.at_ns)
            await self._clock.sleep_until_ns(due_ns)
            # The socket gets the packets one by one, and other connections their turn, also without a delay.
            await asyncio.sleep(0)
            await outbox.room()
            outbox.put(Chunk(inbox.take(self._drawn_size_bytes()), due_ns))
            self._free_ns = max(due_ns + self._delay_ns, self._clock.now_ns() - CATCH_UP_NS)
        outbox.end()
        return Ending.DRAINED

    def _drawn_size_bytes(self) -> int:
        return max(1, self._random.randint(self._smallest_bytes, self._largest_bytes))
