"""Real load on the customer database: background customers that hold its connections and its write lock.

It makes the condition ``database-busy``. Each background customer does what a report does that somebody started at
the wrong time of day: it takes a connection, takes the write lock, changes rows, and then computes. So the first one
computes, the second waits for the lock with the last connection in its hands, and the others queue in the pool,
before whoever asks for preferences. Signing in, which uses the other database, stays quick. Nothing that they
change is ever committed, and only the one that computes takes processor time.
"""

from __future__ import annotations

import asyncio
import logging
from contextvars import Context
from typing import TYPE_CHECKING, Annotated, Final

from msgspec import Meta, Struct
from sqlalchemy import update
from sqlalchemy.exc import OperationalError

from desktop_app.service import schema
from desktop_app.service.database import is_interrupted, is_locked
from desktop_app.service.unavailable import DatabaseUnavailable

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from desktop_app.service.database import Database

_log = logging.getLogger(__name__)

_ENDLESS_REPORT: Final = """
    WITH RECURSIVE days(n) AS (SELECT 1 UNION ALL SELECT (n * 7 + 1) % 1000003 FROM days)
    SELECT count(*), total(length(customer.document)) FROM days CROSS JOIN preferences AS customer
"""
"""One step of SQLite, without end and in constant memory, with Python's interpreter lock released throughout."""

_CHANGE_NOTHING: Final = update(schema.preferences).values(document=schema.preferences.c.document)

_INTERRUPT_AGAIN_AFTER_S: Final = 0.01


class LoadOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """How many background customers there are, and for how many seconds from each sign-in on; ``now``: at once, too.

    One holds the write lock alone, two hold every connection, and more than two make a queue for them.
    """

    customers: Annotated[int, Meta(ge=1, le=16)] = 4
    seconds: Annotated[float, Meta(gt=0, le=60)] = 6.0
    now: bool = False


class LoadState(Struct, frozen=True):
    """Whether the next sign-in starts background customers, and whether there are any now."""

    armed: bool
    running: bool


class CustomerLoad:
    """Armed with an order, it loads the customer database anew after each sign-in. Event loop's thread only."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._order: LoadOrder | None = None
        self._burst: _Burst | None = None
        self._one_change_at_a_time = asyncio.Lock()

    @property
    def state(self) -> LoadState:
        """How it stands now."""
        return LoadState(armed=self._order is not None, running=self._burst is not None and self._burst.running)

    async def arm(self, order: LoadOrder) -> None:
        """Let each sign-in from now on start a burst, and start one at once if the order says so."""
        self._order = order
        if order.now:
            await self.restart()

    async def disarm(self) -> None:
        """Start no more bursts, and end the one that runs; returns when its connections are free."""
        async with self._one_change_at_a_time:
            self._order = None
            await self._end_burst()

    async def restart(self) -> None:
        """Begin the burst anew, if armed; returns when the connections and the lock are held."""
        async with self._one_change_at_a_time:
            await self._end_burst()
            if self._order is not None:
                self._burst = _Burst(self._database, self._order)
                await self._burst.begun()

    async def _end_burst(self) -> None:
        if self._burst is not None:
            await self._burst.end()


class _Burst:
    """Background customers from their coming to their going; begins at once."""

    def __init__(self, database: Database, order: LoadOrder) -> None:
        self._database = database
        self._to_be_held = min(order.customers, database.connections)
        self._held: dict[asyncio.Task[None], AsyncConnection] = {}
        self._lock_was_tried = False
        self._everything_held = asyncio.Event()
        self._stop = asyncio.Event()
        # They ask for a connection in this order, and the pool serves them in this order.
        # What they wait for is not the sign-in's that brought them.
        self._customers = [
            asyncio.create_task(self._be_a_customer(), context=Context()) for _ in range(order.customers)
        ]
        self._run = asyncio.create_task(self._until_over(order.seconds))

    @property
    def running(self) -> bool:
        """Whether there are still customers."""
        return not self._run.done()

    async def begun(self) -> None:
        """Return when all that is to be held is held, or the customers have given up."""
        holding = asyncio.create_task(self._everything_held.wait())
        try:
            await asyncio.wait({holding, self._run}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            holding.cancel()

    async def end(self) -> None:
        """Release everything at once; returns when it is free."""
        self._stop.set()
        # Shielded: whoever asked may go away, and the connections are to be given back all the same.
        await asyncio.shield(self._run)

    async def _until_over(self, seconds: float) -> None:
        stopping = asyncio.create_task(self._stop.wait())
        leaving = asyncio.create_task(asyncio.wait(self._customers))
        await asyncio.wait({stopping, leaving}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        self._stop.set()
        for customer in self._customers:
            # Those who queue go first, lest they are given what the others give back.
            if customer not in self._held:
                customer.cancel()
        while not leaving.done():
            for connection in list(self._held.values()):
                await _interrupt(connection)
            # Once more, should a statement have been about to begin when it was interrupted.
            await asyncio.wait({leaving}, timeout=_INTERRUPT_AGAIN_AFTER_S)
        await stopping

    async def _be_a_customer(self) -> None:
        this = asyncio.current_task()
        assert this is not None
        try:
            async with self._database.reading() as connection:
                self._held[this] = connection
                self._note_progress()
                try:
                    await self._work(connection)
                finally:
                    del self._held[this]
        except DatabaseUnavailable as error:
            _log.warning("A background customer gave up: %s", error)

    async def _work(self, connection: AsyncConnection) -> None:
        try:
            await self._lock(connection)
            if not self._stop.is_set():
                await connection.execute(_CHANGE_NOTHING)
                await connection.exec_driver_sql(_ENDLESS_REPORT)
        except OperationalError as error:
            if not is_interrupted(error):
                raise

    async def _lock(self, connection: AsyncConnection) -> None:
        """Return with the write lock, or when it is not wanted any more."""
        while not self._stop.is_set():
            try:
                await self._database.lock(connection)
            except OperationalError as error:
                if not is_locked(error):
                    raise
                await connection.rollback()
            else:
                self._note_progress(lock_was_tried=True)
                return
            self._note_progress(lock_was_tried=True)

    def _note_progress(self, *, lock_was_tried: bool = False) -> None:
        self._lock_was_tried |= lock_was_tried
        if self._lock_was_tried and len(self._held) >= self._to_be_held:
            self._everything_held.set()


async def _interrupt(connection: AsyncConnection) -> None:
    if connection.closed:
        return
    raw = await connection.get_raw_connection()
    if raw.driver_connection is not None:
        await raw.driver_connection.interrupt()
