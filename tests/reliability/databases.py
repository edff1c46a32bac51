"""Faults of the service's databases and of the directories that they are in."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

from desktop_app.signin.form import DEMO_EMAIL, DEMO_PASSWORD
from tests.helpers.service_process import credentials_path, running_service, store_path
from tests.reliability.processes import own_service
from tests.reliability.sites import Site, Surroundings

if TYPE_CHECKING:
    from tests.helpers.service_process import ServiceProcess

_HEADER_BYTES: Final = 100


def _site(service: ServiceProcess) -> Site:
    return Site(service.url, email=DEMO_EMAIL, password=DEMO_PASSWORD)


@contextmanager
def token_expired(surroundings: Surroundings) -> Iterator[Site]:
    """Have each session be over as soon as it begins."""
    with running_service(surroundings.directory, session_lifetime_s=0) as service:
        yield _site(service)


@contextmanager
def locked(surroundings: Surroundings) -> Iterator[Site]:
    """Have another process hold the lock of the credentials' database, into which each sign-in writes."""
    with running_service(surroundings.directory) as service:
        database = sqlite3.connect(credentials_path(surroundings.directory), isolation_level=None)
        with closing(database):
            database.execute("BEGIN IMMEDIATE")
            yield _site(service)


@contextmanager
def corrupted_while_it_runs(surroundings: Surroundings) -> Iterator[Site]:
    """Overwrite the customer database under the running service."""
    with running_service(surroundings.directory) as service:
        path = store_path(surroundings.directory)
        with closing(sqlite3.connect(path)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with path.open("r+b") as file:
            file.seek(_HEADER_BYTES)
            file.write(os.urandom(path.stat().st_size - _HEADER_BYTES))
        yield _site(service)


@contextmanager
def corrupt_at_the_start(surroundings: Surroundings) -> Iterator[Site]:
    """Have the program's own service find a customer database that is none."""
    (surroundings.directory / "customers.sqlite3").write_bytes(b"not a database" * 1000)
    yield own_service(surroundings)


@contextmanager
def file_for_a_directory(surroundings: Surroundings) -> Iterator[Site]:
    """Have a file where the directory of the customer database should be."""
    (surroundings.directory / "store").write_bytes(b"")
    site = own_service(surroundings)
    site.store_url = f"sqlite:///{surroundings.directory}/store/customers.sqlite3"
    yield site
