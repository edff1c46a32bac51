"""Throttling of sign-ins per email, whether or not the email has an account.

The first five failures in a row cost nothing, each further one twice the wait of the one before: 1 s, 2 s, 4 s and
so on to 60 s. While the wait lasts nothing is checked and nothing counted, so nobody is locked out for good.
(OWASP Authentication Cheat Sheet, "Account Lockout": prefer exponential delays.)
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from desktop_app.service import schema

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.ext.asyncio import AsyncConnection

    from desktop_app.service.database import Database

FREE_FAILURES: Final = 5
LONGEST_WAIT_MS: Final = 60_000
FORGOTTEN_AFTER_MS: Final = 3_600_000
"""At the longest wait an hour allows 60 attempts: forgetting after an idle hour helps nobody to guess more."""
MAX_EMAILS: Final = 10_000
"""The emails whose failures are remembered; the one unused for longest makes room."""


def wait_ms(failures: int) -> int:
    """Return the wait in milliseconds that follows ``failures`` failures in a row."""
    if failures < FREE_FAILURES:
        return 0
    # The exponent is capped first: a million failures would otherwise be a number of a million bits.
    return min(1000 << min(failures - FREE_FAILURES, 6), LONGEST_WAIT_MS)


class Attempts:
    """The failures in a row of each email, in the credentials database: a restart forgets none.

    Args:
        database: That of the credentials.
        now_s: The wall clock, in seconds since the epoch: it has to outlive a restart.
    """

    def __init__(self, database: Database, *, now_s: Callable[[], float]) -> None:
        self._database = database
        self._now_s = now_s

    async def begin(self, email: str) -> int:
        """Return for how many more milliseconds ``email`` has to wait; 0: go ahead and check the password.

        An attempt counts as a failure until it is known to be a success, so that a hundred at the same time get
        no further than one after the other.
        """
        now_ms = self._now_ms()
        async with self._database.writing() as connection:
            entry = await self._locked_entry(connection, email)
            # A clock that was set back must not make anybody wait longer than the rule says.
            remaining_ms: int = min(entry.blocked_until_ms - now_ms, wait_ms(entry.failures))
            if remaining_ms > 0:
                return remaining_ms
            await self._count(connection, email, entry.failures + 1, now_ms)
            await self._forget_old(connection, now_ms)
        return 0

    async def failed(self, email: str) -> None:
        """Let the wait begin now: the check that began the attempt has itself taken time."""
        async with self._database.writing() as connection:
            entry = await self._locked_entry(connection, email)
            await self._count(connection, email, entry.failures, self._now_ms())

    async def succeeded(self, email: str) -> None:
        """Forget the failures of ``email``."""
        async with self._database.writing() as connection:
            await connection.execute(delete(schema.attempts).where(schema.attempts.c.email_hash == _key(email)))

    async def _locked_entry(self, connection: AsyncConnection, email: str) -> Row[int, int]:
        """Return the entry of ``email``, made when missing; under the write lock, so nobody else sees the same."""
        entries = schema.attempts
        blank = insert(entries).values(email_hash=_key(email), failures=0, last_at_ms=0, blocked_until_ms=0)
        await connection.execute(
            blank.on_conflict_do_update(index_elements=["email_hash"], set_={"failures": entries.c.failures})
        )
        query = select(entries.c.failures, entries.c.blocked_until_ms).where(entries.c.email_hash == _key(email))
        return (await connection.execute(query)).one()

    async def _count(self, connection: AsyncConnection, email: str, failures: int, now_ms: int) -> None:
        await connection.execute(
            update(schema.attempts)
            .where(schema.attempts.c.email_hash == _key(email))
            .values(failures=failures, last_at_ms=now_ms, blocked_until_ms=now_ms + wait_ms(failures))
        )

    async def _forget_old(self, connection: AsyncConnection, now_ms: int) -> None:
        entries = schema.attempts
        await connection.execute(delete(entries).where(entries.c.last_at_ms < now_ms - FORGOTTEN_AFTER_MS))
        count = (await connection.execute(select(func.count()).select_from(entries))).scalar_one()
        surplus = count - MAX_EMAILS
        if surplus > 0:
            oldest = select(entries.c.email_hash).order_by(entries.c.last_at_ms).limit(surplus)
            await connection.execute(delete(entries).where(entries.c.email_hash.in_(oldest)))

    def _now_ms(self) -> int:
        return int(self._now_s() * 1000)


def _key(email: str) -> bytes:
    return sha256(email.encode()).digest()
