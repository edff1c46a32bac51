"""Faults of the service's databases and of the directories that they are in."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.signin.form import DEMO_EMAIL, DEMO_PASSWORD
from tests.helpers.broken_databases import damage, fill, locked_by_another_process
from tests.helpers.service_process import credentials_path, running_service, store_path, store_url
from tests.reliability.processes import own_service
from tests.reliability.running import PROFILE
from tests.reliability.sites import Make, Site, Surroundings

if TYPE_CHECKING:
    from tests.helpers.service_process import ServiceProcess

Find = Callable[[Path], Path]
"""Finds a database in a service's directory."""


def _site(service: ServiceProcess) -> Site:
    return Site(service.url, email=DEMO_EMAIL, password=DEMO_PASSWORD)


@contextmanager
def _service_with_a_copied_store(surroundings: Surroundings, options: str = "") -> Iterator[ServiceProcess]:
    """Run a service of this fault's own, on a copy of the store that all share."""
    _copy_store(surroundings)
    store = store_url(surroundings.directory) + options
    with running_service(surroundings.directory, store=store) as service:
        yield service


def _copy_store(surroundings: Surroundings) -> None:
    store_path(surroundings.directory).parent.mkdir(exist_ok=True)
    for find in (store_path, credentials_path):
        with (
            closing(sqlite3.connect(find(surroundings.service.directory))) as shared,
            closing(sqlite3.connect(find(surroundings.directory))) as own,
        ):
            shared.backup(own)


@contextmanager
def token_expired(surroundings: Surroundings) -> Iterator[Site]:
    """Have each session be over as soon as it begins."""
    with running_service(surroundings.directory, session_lifetime_s=0) as service:
        yield _site(service)


def locked(find: Find, options: str = "") -> Make:
    """Make the fault that another process holds the lock of this database."""

    @contextmanager
    def make(surroundings: Surroundings) -> Iterator[Site]:
        with (
            _service_with_a_copied_store(surroundings, options) as service,
            locked_by_another_process(find(surroundings.directory)),
        ):
            yield _site(service)

    return make


def damaged_while_it_runs(find: Find) -> Make:
    """Make the fault that this database is overwritten under the running service."""

    @contextmanager
    def make(surroundings: Surroundings) -> Iterator[Site]:
        with _service_with_a_copied_store(surroundings) as service:
            damage(find(surroundings.directory))
            yield _site(service)

    return make


def opened_with(options: str) -> Make:
    """Make the fault that the databases are opened with these options, such as ``?mode=ro``."""

    @contextmanager
    def make(surroundings: Surroundings) -> Iterator[Site]:
        with _service_with_a_copied_store(surroundings, options) as service:
            yield _site(service)

    return make


@contextmanager
def full(surroundings: Surroundings) -> Iterator[Site]:
    """Have the credentials' database have no room for one more session."""
    _copy_store(surroundings)
    fill(credentials_path(surroundings.directory))
    store = f"{store_url(surroundings.directory)}?credentials_max_page_count=1"
    with running_service(surroundings.directory, store=store) as service:
        yield _site(service)


@contextmanager
def damaged_at_the_start(surroundings: Surroundings) -> Iterator[Site]:
    """Have the program's own service find a customer database that is none."""
    (surroundings.directory / "customers.sqlite3").write_bytes(b"not a database" * 1000)
    yield own_service(surroundings)


@contextmanager
def file_for_the_stores_directory(surroundings: Surroundings) -> Iterator[Site]:
    """Have a file where the directory of the customer database should be."""
    (surroundings.directory / "store").write_bytes(b"")
    site = own_service(surroundings)
    site.store_url = store_url(surroundings.directory)
    yield site


@contextmanager
def file_for_the_profiles_directory(surroundings: Surroundings) -> Iterator[Site]:
    """Have a file where the profile's directory should be, in which the own service would have its store."""
    (surroundings.directory / PROFILE).write_bytes(b"")
    yield Site(email=DEMO_EMAIL, password=DEMO_PASSWORD)


@contextmanager
def file_for_the_profiles_directory_of_another_service(surroundings: Surroundings) -> Iterator[Site]:
    """Have such a file, and a service that runs elsewhere."""
    (surroundings.directory / PROFILE).write_bytes(b"")
    yield _site(surroundings.service)
