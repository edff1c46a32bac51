"""The two stores, opened: credentials and customers, a SQLite database and a pool of connections each.

They are two, as they would be in production, so that a busy customer database leaves signing in quick.
"""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from desktop_app.service import schema
from desktop_app.service.attempts import Attempts
from desktop_app.service.credentials import Accounts, Sessions
from desktop_app.service.customers import Customers
from desktop_app.service.database import Database
from desktop_app.service.database_files import prepare_database
from desktop_app.service.metrics import Metrics
from desktop_app.service.store_url import parse_store_url

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

SESSION_LIFETIME_S: Final = 12 * 3600.0
_CUSTOMERS_CONNECTIONS: Final = 2
_CREDENTIALS_CONNECTIONS: Final = 4


@dataclass(frozen=True)
class Stores:
    """The open stores; ``notices`` are sentences for the person about what was found on opening them."""

    accounts: Accounts
    sessions: Sessions
    attempts: Attempts
    customers: Customers
    customer_database: Database
    notices: tuple[str, ...]


@asynccontextmanager
async def open_stores(
    store_url: str,
    *,
    metrics: Metrics | None = None,
    session_lifetime_s: float = SESSION_LIFETIME_S,
    now_s: Callable[[], float] = time.time,
) -> AsyncIterator[Stores]:
    """Open both stores, creating what is missing and setting aside what is damaged; close them at the end.

    Args:
        store_url: See `parse_store_url`.
        metrics: Where their waits are put down; None: nowhere that is read.
        session_lifetime_s: How long a session is valid.
        now_s: The wall clock, in seconds since the epoch.

    Raises:
        UsageError: The URL makes no sense.
        StoreError: A database cannot be used.
    """
    files = parse_store_url(store_url)
    metrics = metrics or Metrics()

    def utc_now() -> datetime:
        return datetime.fromtimestamp(now_s(), UTC)

    notices = [
        prepare_database(file, schema.ddl(tables), schema_version=schema.SCHEMA_VERSION, utc_now=utc_now)
        for file, tables in ((files.customers, schema.CUSTOMERS), (files.credentials, schema.CREDENTIALS))
    ]
    customers = Database("customers", files.customers, _CUSTOMERS_CONNECTIONS, metrics)
    credentials = Database("credentials", files.credentials, _CREDENTIALS_CONNECTIONS, metrics)
    try:
        yield Stores(
            accounts=Accounts(credentials),
            sessions=Sessions(credentials, lifetime_s=session_lifetime_s, now_s=now_s),
            attempts=Attempts(credentials, now_s=now_s),
            customers=Customers(customers),
            customer_database=customers,
            notices=tuple(notice for notice in notices if notice is not None),
        )
    finally:
        await customers.dispose()
        await credentials.dispose()
