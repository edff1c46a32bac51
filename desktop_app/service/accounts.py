"""Accounts as the command line sees them, and the demo account."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final

import msgspec

from desktop_app.errors import StoreError, UsageError
from desktop_app.preferences.model import Credentials, Email, Preferences
from desktop_app.service.credentials import normalised
from desktop_app.service.passwords import Passwords
from desktop_app.service.store import open_stores
from desktop_app.service.store_url import parse_store_url

if TYPE_CHECKING:
    from desktop_app.service.store import Stores

_log = logging.getLogger(__name__)

SHORTEST_PASSWORD: Final = 15
"""In characters. NIST SP 800-63B-4, 3.1.1.2, and OWASP: at least 15 where the password is the only factor."""
LONGEST_PASSWORD: Final = 1024

DEMO_CREDENTIALS: Final = Credentials(email="demo@example.com", password="responsive-by-default")  # noqa: S106 public
DEMO_PREFERENCES: Final = Preferences(
    display_name="Ada Lovelace",
    language="de",
    theme="dark",
    accent="orange",
    text_size="large",
    currency="EUR",
    favourite_categories=("music", "travel", "books"),
    reduced_motion=False,
)


def add_account(store_url: str, email: str, password: str, preferences: Preferences) -> None:
    """Add an account; blocks, runs an event loop of its own.

    Raises:
        UsageError: The URL, the email or the password makes no sense.
        StoreError: A database cannot be used.
        DesktopAppError: The email has an account already.
    """
    email = normalised(email)
    try:
        msgspec.convert(email, Email)
    except msgspec.ValidationError as error:
        raise UsageError(reason=f"{email!r} is not an email address.") from error
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        reason = f"The password has to have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters."
        raise UsageError(reason=reason)
    asyncio.run(_add(store_url, email, password, preferences))


def list_accounts(store_url: str) -> list[str]:
    """Return the emails of all accounts, sorted; blocks, runs an event loop of its own.

    Raises:
        UsageError: The URL makes no sense.
        StoreError: There is no such database, or it cannot be used.
    """
    url = parse_store_url(store_url)
    for file in (url.customers, url.credentials):
        if not file.path.exists():  # to list is no reason to create one
            raise StoreError(path=str(file.path), reason="there is no such file")
    return asyncio.run(_emails(store_url))


async def ensure_demo_account(stores: Stores, passwords: Passwords) -> None:
    """Create the demo account or its preferences, whichever is missing."""
    account = await stores.accounts.find(DEMO_CREDENTIALS.email)
    if account is None:
        password_hash = await passwords.hash(DEMO_CREDENTIALS.password)
        account = await stores.accounts.find_or_add(DEMO_CREDENTIALS.email, password_hash)
    if not await stores.customers.has_preferences(account.customer_id):
        await stores.customers.set_preferences(account.customer_id, DEMO_PREFERENCES)


async def _add(store_url: str, email: str, password: str, preferences: Preferences) -> None:
    passwords = Passwords()
    try:
        async with open_stores(store_url) as stores:
            _log_notices(stores)
            account = await stores.accounts.add(email, await passwords.hash(password))
            await stores.customers.set_preferences(account.customer_id, preferences)
    finally:
        passwords.close()


async def _emails(store_url: str) -> list[str]:
    async with open_stores(store_url) as stores:
        _log_notices(stores)
        return await stores.accounts.emails()


def _log_notices(stores: Stores) -> None:
    for notice in stores.notices:
        _log.warning(notice)
