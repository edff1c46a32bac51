"""What SQLite cannot do, made by SQLite's own means on the real files: a 503 each time, and the service goes on."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import pytest

from desktop_app.config import DEFAULT_DEADLINE_S
from desktop_app.preferences.model import DEFAULT_PREFERENCES, Problem
from desktop_app.service.accounts import add_account, ensure_demo_account
from desktop_app.service.database import BUSY_TIMEOUT_S
from desktop_app.service.passwords import Passwords
from desktop_app.service.store import open_stores
from desktop_app.service.unavailable import DatabaseUnavailable
from tests.helpers.broken_databases import damage, fill, locked_by_another_process
from tests.helpers.service_process import (
    ServiceNotReadyError,
    credentials_path,
    running_service,
    store_path,
    store_url,
)
from tests.service.conftest import DEMO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import httpx2

    from tests.helpers.service_process import ServiceProcess

PREFERENCES = "/v1/me/preferences"


class Running(NamedTuple):
    """A service, a client of it, and the Authorization header of one who has signed in."""

    service: ServiceProcess
    client: httpx2.Client
    bearer: dict[str, str]

    def sign_in(self) -> httpx2.Response:
        return self.client.post("/v1/sessions", json=DEMO)

    def preferences(self) -> httpx2.Response:
        return self.client.get(PREFERENCES, headers=self.bearer)


async def made_with_a_session(store: str) -> str:
    """Make a store with the demo account in it, and return the token of a session."""
    async with open_stores(store) as stores:
        with closing(Passwords()) as passwords:
            await ensure_demo_account(stores, passwords)
        account = await stores.accounts.find(DEMO["email"])
        assert account is not None
        return (await stores.sessions.create(account.customer_id)).token


@contextmanager
def running(
    directory: Path, options: str = "", *, meanwhile: Callable[[], None] = lambda: None, allow_load: bool = False
) -> Iterator[Running]:
    """Run a service whose store was made before, and on which somebody has signed in."""
    token = asyncio.run(made_with_a_session(store_url(directory)))
    meanwhile()
    store = f"{store_url(directory)}{options}"
    with running_service(directory, store=store, allow_load=allow_load) as service, service.client() as client:
        yield Running(service, client, {"Authorization": f"Bearer {token}"})
        assert client.get("/healthz").status_code == 200
        assert "Traceback" not in service.log()


def assert_unavailable(response: httpx2.Response, reason: str, *, retry_after: str | None = None) -> None:
    assert response.status_code == 503
    assert response.headers["content-type"] == "application/problem+json"
    assert msgspec.json.decode(response.content, type=Problem).detail == f"The database can't be used: {reason}."
    assert response.headers.get("retry-after") == retry_after


def test_a_lock_is_given_up_well_within_a_clients_deadline() -> None:
    assert BUSY_TIMEOUT_S <= DEFAULT_DEADLINE_S / 2


def test_locked_credentials_are_told(tmp_path: Path) -> None:
    with running(tmp_path) as it:
        with locked_by_another_process(credentials_path(tmp_path)):
            start_s = time.monotonic()
            assert_unavailable(it.sign_in(), "it is locked", retry_after="1")
            assert time.monotonic() - start_s > BUSY_TIMEOUT_S * 0.9
            assert_unavailable(
                it.client.delete("/v1/sessions/current", headers=it.bearer), "it is locked", retry_after="1"
            )
            # Who only reads does not wait for who writes.
            assert it.preferences().status_code == 200
        assert it.sign_in().status_code == 201
        assert f"{credentials_path(tmp_path)} can't be used: it is locked." in it.service.log()


def test_a_customer_database_that_is_written_to_elsewhere_can_be_read(tmp_path: Path) -> None:
    with running(tmp_path) as it:
        with locked_by_another_process(store_path(tmp_path)):
            assert it.sign_in().status_code == 201
            assert it.preferences().status_code == 200
        assert it.service.log() == ""


def test_without_wal_a_locked_customer_database_cannot_be_read(tmp_path: Path) -> None:
    with running(tmp_path, "?journal_mode=delete") as it:
        with locked_by_another_process(store_path(tmp_path)):
            assert it.sign_in().status_code == 201
            assert_unavailable(it.preferences(), "it is locked", retry_after="1")
        assert it.preferences().status_code == 200


def test_a_customer_database_that_is_damaged_while_it_is_used(tmp_path: Path) -> None:
    with running(tmp_path) as it:
        assert it.preferences().status_code == 200
        restore = damage(store_path(tmp_path))
        for _ in range(3):
            assert_unavailable(it.preferences(), "it is damaged")
        assert it.sign_in().status_code == 201
        restore()
        assert it.preferences().status_code == 200


def test_credentials_that_are_damaged_while_they_are_used(tmp_path: Path) -> None:
    with running(tmp_path) as it:
        assert it.sign_in().status_code == 201
        restore = damage(credentials_path(tmp_path))
        for _ in range(3):
            assert_unavailable(it.sign_in(), "it is damaged")
            assert_unavailable(it.preferences(), "it is damaged")
        restore()
        assert it.sign_in().status_code == 201
        assert it.preferences().status_code == 200


def test_a_customer_database_that_lost_its_table(tmp_path: Path) -> None:
    with running(tmp_path) as it:
        with closing(sqlite3.connect(store_path(tmp_path))) as connection:
            connection.execute("ALTER TABLE preferences RENAME TO elsewhere")
            assert_unavailable(it.preferences(), "it does not do what it was asked for")
            connection.execute("ALTER TABLE elsewhere RENAME TO preferences")
        assert it.preferences().status_code == 200


def test_a_read_only_customer_database_is_as_good_as_any(tmp_path: Path) -> None:
    with running(tmp_path, "?mode=ro", allow_load=True) as it:
        assert it.sign_in().status_code == 201
        assert it.preferences().status_code == 200


def test_read_only_credentials_let_nobody_sign_in(tmp_path: Path) -> None:
    with running(tmp_path, "?credentials_mode=ro") as it:
        assert_unavailable(it.sign_in(), "it is read-only")
        assert_unavailable(it.client.delete("/v1/sessions/current", headers=it.bearer), "it is read-only")
        assert it.preferences().status_code == 200


def test_full_credentials_let_nobody_sign_in(tmp_path: Path) -> None:
    def fill_credentials() -> None:
        fill(credentials_path(tmp_path))

    with running(tmp_path, "?credentials_max_page_count=1", meanwhile=fill_credentials) as it:
        assert_unavailable(it.sign_in(), "it is full")
        assert it.preferences().status_code == 200
        # Room is made by those who leave.
        assert it.client.delete("/v1/sessions/current", headers=it.bearer).status_code == 204


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit")
def test_a_disk_that_takes_nothing_more(tmp_path: Path) -> None:
    if sys.platform == "linux":
        import resource

        with running(tmp_path) as it:
            assert it.preferences().status_code == 200
            before = resource.prlimit(it.service.process.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
            assert_unavailable(it.sign_in(), "it can't be read or written")
            assert it.preferences().status_code == 200
            resource.prlimit(it.service.process.pid, resource.RLIMIT_FSIZE, before)
            assert it.sign_in().status_code == 201


def test_under_load_a_customer_database_that_cannot_be_changed_lets_people_sign_in(tmp_path: Path) -> None:
    with running(tmp_path, "?mode=ro", allow_load=True) as it:
        assert it.client.put("/control/customer-load", json={"seconds": 60}).status_code == 200
        assert it.sign_in().status_code == 201
        assert it.preferences().status_code == 200
        assert "A background customer gave up" in it.service.log()


def test_a_service_does_not_start_on_a_read_only_database_that_is_not_there(tmp_path: Path) -> None:
    store = f"{store_url(tmp_path)}?mode=ro"
    with pytest.raises(ServiceNotReadyError, match="no such file"), running_service(tmp_path, store=store):
        pass
    assert [file.name for file in tmp_path.iterdir()] == ["service.log"]


def test_a_read_only_database_that_is_damaged_is_left_alone(tmp_path: Path) -> None:
    with running_service(tmp_path):
        pass
    store_path(tmp_path).write_bytes(b"this is no database" * 100)
    store = f"{store_url(tmp_path)}?mode=ro"
    with pytest.raises(ServiceNotReadyError, match="it is damaged"), running_service(tmp_path, store=store):
        pass
    assert store_path(tmp_path).read_bytes() == b"this is no database" * 100


def test_the_command_line_says_that_a_database_is_locked(tmp_path: Path) -> None:
    with running_service(tmp_path):
        pass
    with locked_by_another_process(credentials_path(tmp_path)), pytest.raises(DatabaseUnavailable, match="locked"):
        add_account(store_url(tmp_path), "a@example.com", "x" * 15, DEFAULT_PREFERENCES)
