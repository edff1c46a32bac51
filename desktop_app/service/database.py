"""One database as the service uses it: a pool of connections, timed, whose failures have a name.

What SQLite cannot do - another process holds the lock, the file is damaged, read-only or full - is no bug of the
service's: it becomes a `DatabaseUnavailable` here, and a 503 in http.py.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Final

from sqlalchemy import URL, event
from sqlalchemy.exc import DatabaseError, DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import QueuePool

from desktop_app.service.server_timing import count_wait, timing_stretch
from desktop_app.service.unavailable import DatabaseUnavailable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from prometheus_client import Histogram
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
    from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

    from desktop_app.service.metrics import Metrics
    from desktop_app.service.store_url import DatabaseFile

BUSY_TIMEOUT_S: Final = 1.0
"""How long a statement waits for another process's lock: a locked database is told well within the 3 s that a client
has by default, and each write here takes milliseconds."""
_POOL_TIMEOUT_S: Final = 90.0
"""Longer than any deadline of a client, whose going away ends the wait (see http.py), and than any load."""
_RETRY_AFTER_S: Final = 1

# By primary result code (https://www.sqlite.org/rescode.html).
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})
_REASONS: Final = {
    sqlite3.SQLITE_CORRUPT: "it is damaged",
    sqlite3.SQLITE_NOTADB: "it is damaged",
    sqlite3.SQLITE_READONLY: "it is read-only",
    sqlite3.SQLITE_FULL: "it is full",
    sqlite3.SQLITE_IOERR: "it can't be read or written",
    sqlite3.SQLITE_CANTOPEN: "it can't be opened",
}
# After these, what is open can still be read.
_OPEN_ALL_THE_SAME: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY})


class Database:
    """One SQLite file and its pool of connections. Event loop's thread only; to be disposed of.

    Args:
        name: What its figures are called: ``credentials`` or ``customers``.
        file: The file, made ready, and how to open it.
        connections: The most there are at a time.
        metrics: Where its waits are put down.
    """

    def __init__(self, name: str, file: DatabaseFile, connections: int, metrics: Metrics) -> None:
        self.connections = connections
        self._file = file
        self._metrics = metrics.store(name)
        self._engine = self._new_engine(connections)
        self._generation = 0
        """Counts failures after which what is open is no good any more: a file that was restored is opened anew."""
        event.listen(self._engine.sync_engine, "connect", self._on_connect)
        event.listen(self._engine.sync_engine, "checkout", self._on_checkout)
        metrics.watch_pool(name, connections, self._checked_out)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection, after a wait for one; whatever is begun on it and not committed is rolled back.

        Raises:
            DatabaseUnavailable: There was none in time, or what was done with it failed for SQLite's reasons.
        """
        connection = self._engine.connect()
        try:
            with timing_stretch():
                with _timed(self._metrics.pool_wait), self._metrics.pool_waiting.track_inprogress():
                    await connection.start()
                try:
                    yield connection
                finally:
                    # Shielded: a connection that a cancelled request leaves behind would be lost to the pool.
                    await asyncio.shield(asyncio.create_task(connection.close()))
        except PoolTimeoutError as error:
            raise self._unavailable("no connection became free in time", _RETRY_AFTER_S) from error
        except DatabaseError as error:
            if not _is_sqlites(error):
                raise
            raise self._translated(error) from error

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Give a connection that holds the write lock; what is done with it is committed at the end.

        Raises:
            DatabaseUnavailable: As for `reading`, or the lock was not to be had in `BUSY_TIMEOUT_S`.
        """
        async with self.reading() as connection:
            await self.lock(connection)
            yield connection
            await connection.commit()

    async def lock(self, connection: AsyncConnection) -> None:
        """Take the write lock, before anything is read: what is read then holds until the end.

        Raises:
            sqlalchemy.exc.OperationalError: It was not to be had in `BUSY_TIMEOUT_S`; see `is_locked`.
        """
        with _timed(self._metrics.lock_wait, is_lock=True):
            await connection.exec_driver_sql("BEGIN IMMEDIATE")

    async def dispose(self) -> None:
        """Close all connections."""
        await self._engine.dispose()

    def _new_engine(self, connections: int) -> AsyncEngine:
        # As a URI, because only that can say that a file which has gone is not to be made anew, empty.
        mode = "ro" if self._file.read_only else "rw"
        return create_async_engine(
            URL.create(
                "sqlite+aiosqlite",
                database=self._file.path.absolute().as_uri(),
                query={"mode": mode, "uri": "true"},
            ),
            # isolation_level None: transactions begin where they are written here, nowhere else.
            connect_args={"timeout": BUSY_TIMEOUT_S, "isolation_level": None},
            pool_size=connections,
            max_overflow=0,
            pool_timeout=_POOL_TIMEOUT_S,
            hide_parameters=True,  # an error's text would otherwise show emails and hashes in the log
        )

    def _on_connect(self, connection: DBAPIConnection, entry: ConnectionPoolEntry) -> None:
        entry.info["generation"] = self._generation
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        # Safe with WAL: a power cut may lose the last sign-in, never the database's integrity.
        cursor.execute("PRAGMA synchronous = NORMAL")
        if self._file.max_page_count is not None:
            cursor.execute(f"PRAGMA max_page_count = {self._file.max_page_count:d}")
        cursor.close()

    def _on_checkout(
        self, _connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection
    ) -> None:
        if entry.info["generation"] != self._generation:
            raise DisconnectionError

    def _checked_out(self) -> int:
        pool = self._engine.pool
        assert isinstance(pool, QueuePool)
        return pool.checkedout()

    def _translated(self, error: DBAPIError) -> DatabaseUnavailable:
        if is_locked(error):
            return self._unavailable("it is locked", _RETRY_AFTER_S)
        code = _code(error)
        if code not in _OPEN_ALL_THE_SAME:
            self._generation += 1
        return self._unavailable(_REASONS.get(code, "it does not do what it was asked for"))

    def _unavailable(self, reason: str, retry_after_s: int | None = None) -> DatabaseUnavailable:
        return DatabaseUnavailable(path=str(self._file.path), reason=reason, retry_after_s=retry_after_s)


@contextmanager
def _timed(histogram: Histogram, *, is_lock: bool = False) -> Iterator[None]:
    """Put a wait down among the figures, and to the request's account."""
    start_ns = time.monotonic_ns()
    try:
        yield
    finally:
        duration_ns = time.monotonic_ns() - start_ns
        histogram.observe(duration_ns / 1e9)
        count_wait(duration_ns, is_lock=is_lock)


def is_locked(error: DBAPIError) -> bool:
    """Tell whether somebody else holds the lock."""
    return _code(error) in _BUSY


def is_interrupted(error: DBAPIError) -> bool:
    """Tell whether the statement was ended by ``interrupt``."""
    return _code(error) == sqlite3.SQLITE_INTERRUPT


def _is_sqlites(error: DBAPIError) -> bool:
    """Tell a failure of the database from a wrong use of it, such as a constraint that was not kept."""
    return isinstance(error, OperationalError) or type(error) is DatabaseError


def _code(error: DBAPIError) -> int:
    return getattr(error.orig, "sqlite_errorcode", 0) & 0xFF
