"""Real load on the customer database: its connections held by queries that never end by themselves.

It makes the condition ``database-busy``: who wants preferences waits for a connection, while signing in, which
uses the other database, stays quick.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Annotated, Final

from msgspec import Meta, Struct
from sqlalchemy.exc import OperationalError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_log = logging.getLogger(__name__)

_ENDLESS_QUERY: Final = """
    WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT (n * 7 + 1) % 1000003 FROM numbers)
    SELECT count(*), total(n) FROM numbers
"""
"""One step of SQLite, without end and in constant memory, with Python's interpreter lock released throughout."""

_INTERRUPT_AGAIN_AFTER_S: Final = 0.01


class LoadOrder(Struct, frozen=True):
    """How many of the pool's connections are held, and for how many seconds after each sign-in."""

    connections: Annotated[int, Meta(ge=1, le=2)] = 2
    seconds: Annotated[float, Meta(gt=0, le=60)] = 6.0


class CustomerLoad:
    """Armed with an order, it loads the customer database anew after each sign-in. Event loop's thread only."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._order: LoadOrder | None = None
        self._burst: asyncio.Task[None] | None = None
        self._stop = asyncio.Event()
        self._one_change_at_a_time = asyncio.Lock()

    @property
    def armed(self) -> bool:
        """Whether the next sign-in starts a burst."""
        return self._order is not None

    @property
    def running(self) -> bool:
        """Whether connections are being held."""
        return self._burst is not None and not self._burst.done()

    def arm(self, order: LoadOrder) -> None:
        """Let each sign-in from now on start a burst."""
        self._order = order

    async def disarm(self) -> None:
        """Start no more bursts, and interrupt the one that runs; returns when its connections are free."""
        async with self._one_change_at_a_time:
            self._order = None
            await self._end_burst()

    async def restart(self) -> None:
        """Begin the burst anew, if armed; returns when the connections are held."""
        async with self._one_change_at_a_time:
            await self._end_burst()
            if self._order is None:
                return
            async with AsyncExitStack() as unless_all:
                connecting = [self._engine.connect() for _ in range(self._order.connections)]
                held = [await unless_all.enter_async_context(connection) for connection in connecting]
                unless_all.pop_all()  # from here on it is the queries that give them back
            self._stop.clear()
            self._burst = asyncio.create_task(self._run_burst(held, self._order.seconds))

    async def _end_burst(self) -> None:
        self._stop.set()
        if self._burst is not None:
            await self._burst

    async def _run_burst(self, held: list[AsyncConnection], seconds: float) -> None:
        queries = {asyncio.create_task(_query_until_interrupted(connection)) for connection in held}
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        while queries:
            for connection in held:
                await _interrupt(connection)
            # Once more, should a query have been about to begin when it was interrupted.
            _, queries = await asyncio.wait(queries, timeout=_INTERRUPT_AGAIN_AFTER_S)


async def _query_until_interrupted(connection: AsyncConnection) -> None:
    try:
        await connection.exec_driver_sql(_ENDLESS_QUERY)
    except OperationalError as error:
        if str(error.orig) != "interrupted":
            _log.exception("The load's query failed")
    finally:
        await connection.close()


async def _interrupt(connection: AsyncConnection) -> None:
    if connection.closed:
        return
    raw = await connection.get_raw_connection()
    if raw.driver_connection is not None:
        await raw.driver_connection.interrupt()
