"""The two stores, opened: credentials and customers, a SQLite database and a pool of connections each.

They are two, as they would be in production, so that a busy customer database leaves signing in quick.
"""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import URL, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from desktop_app.errors import UsageError
from desktop_app.service import schema
from desktop_app.service.attempts import Attempts
from desktop_app.service.credentials import Accounts, Sessions
from desktop_app.service.customers import Customers
from desktop_app.service.database_files import BUSY_TIMEOUT_S, prepare_database

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

_PREFIX: Final = "sqlite:///"
SESSION_LIFETIME_S: Final = 12 * 3600.0
CUSTOMER_CONNECTIONS: Final = 2
_CREDENTIALS_CONNECTIONS: Final = 4
_POOL_TIMEOUT_S: Final = 90.0
"""Longer than any deadline of a client, whose going away ends the wait (see http.py), and than any load."""


@dataclass(frozen=True)
class Stores:
    """The open stores; ``notices`` are sentences for the person about what was found on opening them."""

    accounts: Accounts
    sessions: Sessions
    attempts: Attempts
    customers: Customers
    customers_engine: AsyncEngine
    notices: tuple[str, ...]


def store_paths(store_url: str) -> tuple[Path, Path]:
    """Return the files of the customer and of the credentials database.

    Raises:
        UsageError: The URL is not ``sqlite:///PATH``.
    """
    name = store_url.removeprefix(_PREFIX)
    if name == store_url or name in ("", ":memory:") or "\0" in name:
        raise UsageError(reason=f"The store has to be {_PREFIX}PATH, PATH being a file's, not {store_url!r}.")
    path = Path(name)
    return path, path.with_name(f"{path.stem}-credentials{path.suffix}")


@asynccontextmanager
async def open_stores(
    store_url: str,
    *,
    session_lifetime_s: float = SESSION_LIFETIME_S,
    now_s: Callable[[], float] = time.time,
) -> AsyncIterator[Stores]:
    """Open both stores, creating what is missing and setting aside what is damaged; close them at the end.

    Args:
        store_url: ``sqlite:///PATH``; PATH is the customer database, the credentials' lies beside it.
        session_lifetime_s: How long a session is valid.
        now_s: The wall clock, in seconds since the epoch.

    Raises:
        UsageError: The URL makes no sense.
        StoreError: A database cannot be used.
    """
    customers_path, credentials_path = store_paths(store_url)

    def utc_now() -> datetime:
        return datetime.fromtimestamp(now_s(), UTC)

    notices = [
        prepare_database(path, schema.ddl(tables), schema_version=schema.SCHEMA_VERSION, utc_now=utc_now)
        for path, tables in ((customers_path, schema.CUSTOMERS), (credentials_path, schema.CREDENTIALS))
    ]
    customers_engine = _engine(customers_path, CUSTOMER_CONNECTIONS)
    credentials_engine = _engine(credentials_path, _CREDENTIALS_CONNECTIONS)
    try:
        yield Stores(
            accounts=Accounts(credentials_engine),
            sessions=Sessions(credentials_engine, lifetime_s=session_lifetime_s, now_s=now_s),
            attempts=Attempts(credentials_engine, now_s=now_s),
            customers=Customers(customers_engine),
            customers_engine=customers_engine,
            notices=tuple(notice for notice in notices if notice is not None),
        )
    finally:
        await customers_engine.dispose()
        await credentials_engine.dispose()


def _engine(path: Path, connections: int) -> AsyncEngine:
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),
        connect_args={"timeout": BUSY_TIMEOUT_S},
        pool_size=connections,
        max_overflow=0,
        pool_timeout=_POOL_TIMEOUT_S,
        hide_parameters=True,  # an error's text would otherwise show emails and hashes in the log
    )
    event.listen(engine.sync_engine, "connect", _set_up_connection)
    return engine


def _set_up_connection(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    # Safe with WAL: a power cut may lose the last sign-in, never the database's integrity.
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()
