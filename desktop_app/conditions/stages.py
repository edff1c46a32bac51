"""What each toxic does to the bytes of one direction of one connection.

A stage reads its inbox and fills its outbox until the inbox has ended. It may be cancelled at any await and must
then have lost nothing: it keeps to the rule in `Pipe`.
"""

from __future__ import annotations

import enum
from random import Random
from typing import TYPE_CHECKING, NamedTuple, Protocol, assert_never

from desktop_app.conditions.pipe import Chunk
from desktop_app.conditions.toxics import Latency, LatencyAttributes, Timeout, TimeoutAttributes

if TYPE_CHECKING:
    import asyncio

    from desktop_app.conditions.clock import Clock
    from desktop_app.conditions.pipe import Pipe
    from desktop_app.conditions.toxics import Toxic

_NS_PER_MS = 1_000_000

# Reads that follow one another more closely than this are one message, however the kernel cut it up.
BURST_GAP_NS = 20 * _NS_PER_MS


class Ending(enum.Enum):
    """How a stage, a direction or a connection came to its end."""

    DRAINED = enum.auto()
    """Its input ended, and all of it was passed on."""
    CLOSED = enum.auto()
    """The connection is to be closed now, in both directions."""
    RESET = enum.auto()
    """The connection is to be reset now, in both directions."""


class Surroundings(NamedTuple):
    """What a stage knows of its connection."""

    clock: Clock
    random: Random
    client_ended: asyncio.Event
    """Set once the client has closed its sending side, which mostly means that it is gone."""


class Stage(Protocol):
    """One toxic at work on one direction of one connection."""

    async def run(self, inbox: Pipe, outbox: Pipe) -> Ending:
        """Move what comes from ``inbox`` to ``outbox``, and end ``outbox`` when all is through."""


class Pass:
    """No fault: everything goes on at once."""

    async def run(self, inbox: Pipe, outbox: Pipe) -> Ending:
        """Move chunks as they come."""
        while (chunk := await inbox.head()) is not None:
            await outbox.room()
            inbox.pop()
            outbox.put(chunk)
        outbox.end()
        return Ending.DRAINED


class Delay:
    """``latency``: each chunk leaves its delay after it came, so delays overlap as they do on a wire.

    Order is kept. One jitter is drawn for a burst of chunks, where Toxiproxy draws one a chunk: a message stays
    together, and the numbers a seed gives do not depend on how the kernel cut it up. The end of the data is not
    delayed (as in Toxiproxy), but waits for the data before it.
    """

    def __init__(self, attributes: LatencyAttributes, surroundings: Surroundings) -> None:
        self._latency_ns = attributes.latency_ms * _NS_PER_MS
        self._jitter_ns = attributes.jitter_ms * _NS_PER_MS
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


class Silence:
    """``timeout``: nothing passes; after the timeout, if it has one, the connection is closed.

    What came is kept, up to the pipe's bound, and goes on if the toxic is taken away, as after a partition that
    heals. (Toxiproxy throws it away and then has to close the connection.)
    """

    def __init__(self, attributes: TimeoutAttributes, surroundings: Surroundings) -> None:
        self._timeout_ns = attributes.timeout_ms * _NS_PER_MS
        self._clock = surroundings.clock
        self._client_ended = surroundings.client_ended

    async def run(self, inbox: Pipe, outbox: Pipe) -> Ending:
        """Wait, and close."""
        if self._timeout_ns:
            await self._clock.sleep_until_ns(self._clock.now_ns() + self._timeout_ns)
        else:
            # For ever is until nobody is left: else each client that gave up would leave its sockets behind here.
            await inbox.settled()
            await self._client_ended.wait()
        return Ending.CLOSED


def stage_for(toxic: Toxic, surroundings: Surroundings) -> Stage:
    """Return a new stage that does what the toxic says."""
    match toxic:
        case Latency():
            return Delay(toxic.attributes, surroundings)
        case Timeout():
            return Silence(toxic.attributes, surroundings)
        case _:
            assert_never(toxic)
