"""The credentials database: who may sign in, and who is signed in."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import IntegrityError

from desktop_app.errors import DesktopAppError
from desktop_app.preferences.model import Session
from desktop_app.service import schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop_app.service.database import Database


class Account(NamedTuple):
    """Who may sign in; ``customer_id`` leads to the customer database."""

    email: str
    customer_id: str
    password_hash: str


def normalised(email: str) -> str:
    """Return the form of ``email`` under which it is stored and looked up."""
    return email.strip().casefold()


class Accounts:
    """Who may sign in. Every email passed in is a normalised one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, email: str, password_hash: str) -> Account:
        """Store a new account under a new, random customer id.

        Raises:
            DesktopAppError: The email has an account already.
        """
        account = Account(email, secrets.token_hex(16), password_hash)
        try:
            async with self._database.writing() as connection:
                await connection.execute(insert(schema.accounts).values(account._asdict()))
        except IntegrityError as error:
            raise DesktopAppError(reason=f"There is already an account for {email}.") from error
        return account

    async def find_or_add(self, email: str, password_hash: str) -> Account:
        """Return the account of ``email``; store a new one unless another service on the same store just has."""
        account = Account(email, secrets.token_hex(16), password_hash)
        change = sqlite_insert(schema.accounts).values(account._asdict()).on_conflict_do_nothing()
        async with self._database.writing() as connection:
            await connection.execute(change)
        found = await self.find(email)
        assert found is not None, "accounts are never deleted"
        return found

    async def find(self, email: str) -> Account | None:
        """Return the account of ``email``, or None."""
        query = select(schema.accounts).where(schema.accounts.c.email == email)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).one_or_none()
        return None if row is None else Account(row.email, row.customer_id, row.password_hash)

    async def set_password_hash(self, email: str, password_hash: str) -> None:
        """Replace the password hash of ``email``."""
        change = update(schema.accounts).where(schema.accounts.c.email == email)
        async with self._database.writing() as connection:
            await connection.execute(change.values(password_hash=password_hash))

    async def emails(self) -> list[str]:
        """Return all emails, sorted."""
        query = select(schema.accounts.c.email).order_by(schema.accounts.c.email)
        async with self._database.reading() as connection:
            return list(await connection.scalars(query))


class Sessions:
    """Who is signed in: random tokens, of which only the SHA-256 is stored.

    A plain hash is enough: unlike a password, 32 random bytes cannot be guessed.

    Args:
        database: That of the credentials.
        lifetime_s: How long a session is valid.
        now_s: The wall clock, in seconds since the epoch.
    """

    def __init__(self, database: Database, *, lifetime_s: float, now_s: Callable[[], float]) -> None:
        self._database = database
        self._lifetime_s = lifetime_s
        self._now_s = now_s

    async def create(self, customer_id: str) -> Session:
        """Start a session, and purge those that have expired."""
        now_s = self._now_s()
        expires_at_s = int(now_s + self._lifetime_s)
        token = secrets.token_urlsafe(32)
        sessions = schema.sessions
        async with self._database.writing() as connection:
            await connection.execute(delete(sessions).where(sessions.c.expires_at_s <= now_s))
            await connection.execute(
                insert(sessions).values(token_hash=_hashed(token), customer_id=customer_id, expires_at_s=expires_at_s)
            )
        return Session(token=token, expires_at=datetime.fromtimestamp(expires_at_s, UTC))

    async def customer_id(self, token: str) -> str | None:
        """Return whose session ``token`` is; None when it is unknown or has expired."""
        sessions = schema.sessions
        query = select(sessions.c.customer_id).where(
            sessions.c.token_hash == _hashed(token), sessions.c.expires_at_s > self._now_s()
        )
        async with self._database.reading() as connection:
            return await connection.scalar(query)

    async def expire_all(self) -> None:
        """Let every session that there is expire now."""
        async with self._database.writing() as connection:
            await connection.execute(update(schema.sessions).values(expires_at_s=0))

    async def end(self, token: str) -> bool:
        """End the session of ``token``; False when it is unknown or has expired."""
        sessions = schema.sessions
        async with self._database.writing() as connection:
            result = await connection.execute(
                delete(sessions).where(
                    sessions.c.token_hash == _hashed(token), sessions.c.expires_at_s > self._now_s()
                )
            )
        return result.rowcount == 1


def _hashed(token: str) -> bytes:
    return sha256(token.encode()).digest()
