"""The toxics that decide how a connection ends: ``timeout``, ``slow_close``, ``reset_peer``, ``limit_data``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from desktop_app.conditions.pipe import Chunk
from desktop_app.conditions.stage import NS_PER_MS, Ending

if TYPE_CHECKING:
    from desktop_app.conditions.pipe import Pipe
    from desktop_app.conditions.stage import Surroundings
    from desktop_app.conditions.toxics import (
        LimitDataAttributes,
        ResetPeerAttributes,
        SlowCloseAttributes,
        TimeoutAttributes,
    )


class Silence:
    """``timeout``: nothing passes; after the timeout, if it has one, the connection is closed.

    What came is kept, up to the pipe's bound, and goes on if the toxic is taken away, as after a partition that
    heals. (Toxiproxy throws it away and then has to close the connection.)
    """

    def __init__(self, attributes: TimeoutAttributes, surroundings: Surroundings) -> None:
        self._clock = surroundings.clock
        self._client_ended = surroundings.client_ended
        timeout_ns = attributes.timeout_ms * NS_PER_MS
        self._due_ns = self._clock.now_ns() + timeout_ns if timeout_ns else None

    async def run(self, inbox: Pipe, outbox: Pipe) -> Ending:
        """Wait, and close."""
        if self._due_ns is not None:
            await self._clock.sleep_until_ns(self._due_ns)
        else:
            # For ever is until nobody is left: else each client that gave up would leave its sockets behind here.
            await inbox.settled()
            await self._client_ended.wait()
        return Ending.CLOSED


class LateEnd:
    """``slow_close``: data passes at once, and the end of the data some time after it came."""

    def __init__(self, attributes: SlowCloseAttributes, surroundings: Surroundings) -> None:
        self._delay_ns = attributes.delay_ms * NS_PER_MS
        self._clock = surroundings.clock
        self._due_ns: int | None = None

    async def run(self, inbox: Pipe, outbox: Pipe) -> Ending:
        """Move chunks as they come, and wait at the end."""
        while (chunk := await inbox.head()) is not None:
            await outbox.room()
            inbox.pop()
            outbox.put(chunk)
        if self._due_ns is None:
            self._due_ns = self._clock.now_ns() + self._delay_ns
        await self._clock.sleep_until_ns(self._due_ns)
        outbox.end()
        return Ending.DRAINED


class Reset:
    """``reset_peer``: from the first data, or the end, on, a time runs; then the connection is reset.

    Until then data passes, as with a peer that breaks down in the midst of it. (Toxiproxy passes nothing on, so
    that nothing ever arrives on a connection that will be reset.) The end does not pass: what ends is the
    connection, by the reset.
    """

    def __init__(self, attributes: ResetPeerAttributes, surroundings: Surroundings) -> None:
        self._timeout_ns = attributes.timeout_ms * NS_PER_MS
        self._clock = surroundings.clock
        self._started_ns = self._clock.now_ns()
        self._due_ns: int | None = None

    async def run(self, inbox: Pipe, outbox: Pipe) -> Ending:
        """Move chunks as they come, until the time is over."""
        if self._due_ns is None:
            chunk = await inbox.head()
            first_ns = self._clock.now_ns() if chunk is None else max(chunk.at_ns, self._started_ns)
            self._due_ns = first_ns + self._timeout_ns
        passing = asyncio.create_task(self._pass(inbox, outbox, self._due_ns))
        try:
            await self._clock.sleep_until_ns(self._due_ns)
        finally:
            passing.cancel()
            await asyncio.wait([passing])
        return Ending.RESET

    async def _pass(self, inbox: Pipe, outbox: Pipe, due_ns: int) -> None:
        # By when it came: a machine that is late, or on time, passes the same.
        while (chunk := await inbox.head()) is not None and max(chunk.at_ns, self._started_ns) < due_ns:
            await outbox.room()
            inbox.pop()
            outbox.put(chunk)


class Limit:
    """``limit_data``: so many bytes pass, and then the end.

    Args:
        attributes: How many.
        previous: What has counted so far on this connection.
    """

    def __init__(self, attributes: LimitDataAttributes, previous: Limit | None) -> None:
        self._limit_bytes = attributes.limit_bytes
        self.passed_bytes: int = previous.passed_bytes if previous else 0
        self.has_cut: bool = previous is not None and previous.has_cut and self.passed_bytes >= self._limit_bytes
        """Whether it has ended its outbox: the connection is to be closed once that is empty."""

    async def run(self, inbox: Pipe, outbox: Pipe) -> Ending:
        """Move and count chunks as they come, until the limit."""
        while not self.has_cut and (chunk := await inbox.head()) is not None:
            await outbox.room()
            # Less than nothing where the limit was lowered.
            if (left_bytes := self._limit_bytes - self.passed_bytes) > 0:
                data = inbox.take(left_bytes)
                outbox.put(Chunk(data, chunk.at_ns))
                self.passed_bytes += len(data)
            self.has_cut = self.passed_bytes >= self._limit_bytes
        outbox.end()
        return Ending.DRAINED
