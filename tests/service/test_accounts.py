from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

from desktop_app.errors import DesktopAppError, StoreError, UsageError
from desktop_app.preferences.model import DEFAULT_PREFERENCES, Preferences
from desktop_app.service.accounts import (
    DEMO_CREDENTIALS,
    DEMO_PREFERENCES,
    add_account,
    ensure_demo_account,
    list_accounts,
)
from desktop_app.service.passwords import Passwords
from desktop_app.service.store import open_stores
from tests.helpers.service_process import credentials_path, running_service, store_path, store_url

if TYPE_CHECKING:
    from pathlib import Path

    import httpx2

    from tests.helpers.service_process import ServiceProcess

PASSWORD = "correct horse battery"


def test_an_added_account_can_sign_in_and_has_its_preferences(tmp_path: Path) -> None:
    with running_service(tmp_path, demo_account=False) as service, service.client() as client:
        assert list_accounts(store_url(tmp_path)) == []  # no demo account unless it is asked for
        add_account(store_url(tmp_path), " Grace@Example.com", PASSWORD, Preferences(display_name="Grace"))
        session = client.post("/v1/sessions", json={"email": "grace@example.com", "password": PASSWORD})
        headers = {"Authorization": f"Bearer {session.json()['token']}"}
        assert client.get("/v1/me/preferences", headers=headers).json()["display_name"] == "Grace"


def test_accounts_are_listed_in_order(tmp_path: Path) -> None:
    for email in ("b@example.com", "A@example.com"):
        add_account(store_url(tmp_path), email, PASSWORD, Preferences())
    assert list_accounts(store_url(tmp_path)) == ["a@example.com", "b@example.com"]


def test_an_email_has_one_account(tmp_path: Path) -> None:
    add_account(store_url(tmp_path), "a@example.com", PASSWORD, Preferences())
    with pytest.raises(DesktopAppError, match=r"already an account for a@example\.com"):
        add_account(store_url(tmp_path), "A@Example.com ", PASSWORD, Preferences())


@pytest.mark.parametrize("email", ["", "a", "a@", "@b", "a b@c", "a@b@c", "x" * 255 + "@b"])
def test_what_is_no_email_is_wrong_usage(tmp_path: Path, email: str) -> None:
    with pytest.raises(UsageError, match="not an email address"):
        add_account(store_url(tmp_path), email, PASSWORD, Preferences())


@pytest.mark.parametrize("length", [0, 14, 1025])
def test_a_password_too_short_or_too_long_is_wrong_usage(tmp_path: Path, length: int) -> None:
    with pytest.raises(UsageError, match="15 to 1024 characters"):
        add_account(store_url(tmp_path), "a@example.com", "x" * length, Preferences())


def test_listing_creates_nothing(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such file"):
        list_accounts(store_url(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_the_demo_account_gets_lost_preferences_back(tmp_path: Path) -> None:
    async def demo_preferences() -> Preferences:
        async with open_stores(store_url(tmp_path)) as stores:
            with closing(Passwords()) as passwords:
                await ensure_demo_account(stores, passwords)
            account = await stores.accounts.find(DEMO_CREDENTIALS.email)
            assert account is not None
            return await stores.customers.preferences(account.customer_id)

    asyncio.run(demo_preferences())
    store_path(tmp_path).unlink()
    assert asyncio.run(demo_preferences()) == DEMO_PREFERENCES


def test_a_customer_without_stored_preferences_gets_the_defaults(tmp_path: Path) -> None:
    async def preferences() -> Preferences:
        async with open_stores(store_url(tmp_path)) as stores:
            return await stores.customers.preferences("nobody's")

    assert asyncio.run(preferences()) == DEFAULT_PREFERENCES


def test_a_hash_with_old_parameters_is_renewed_on_sign_in(service: ServiceProcess, client: httpx2.Client) -> None:
    email = "old-hash@example.com"
    add_account(store_url(service.directory), email, PASSWORD, Preferences())
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with closing(sqlite3.connect(credentials_path(service.directory))) as connection:
        with connection:
            connection.execute("UPDATE accounts SET password_hash = ? WHERE email = ?", [weak, email])
        for _ in range(2):
            response = client.post("/v1/sessions", json={"email": email, "password": PASSWORD})
            assert response.status_code == 201
        query = "SELECT password_hash FROM accounts WHERE email = ?"
        (renewed,) = connection.execute(query, [email]).fetchone()
    assert not PasswordHasher().check_needs_rehash(renewed)


def test_expired_sessions_are_purged(tmp_path: Path) -> None:
    now_s = 1_000_000.0

    async def scenario() -> None:
        nonlocal now_s
        url = store_url(tmp_path)
        async with open_stores(url, session_lifetime_s=60, now_s=lambda: now_s) as stores:
            account = await stores.accounts.add("a@example.com", "hash")
            first = await stores.sessions.create(account.customer_id)
            now_s += 59
            assert await stores.sessions.customer_id(first.token) == account.customer_id
            now_s += 1
            assert await stores.sessions.customer_id(first.token) is None
            await stores.sessions.create(account.customer_id)

    asyncio.run(scenario())
    with closing(sqlite3.connect(credentials_path(tmp_path))) as connection:
        assert connection.execute("SELECT count(*) FROM sessions").fetchone() == (1,)
