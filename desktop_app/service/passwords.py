"""Passwords: argon2id in worker threads, and the same work for an email that has no account."""

from __future__ import annotations

import asyncio
import base64
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

_MAX_AT_ONCE: Final = 2
"""Each verification takes 64 MiB and four threads for some 140 ms: more at once only slow each other down."""


class Passwords:
    """Hashes and verifies off the event loop, at most two at once; made and used on the event loop's thread."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._dummy_hash = _hash_of_no_password(self._hasher)
        self._threads = ThreadPoolExecutor(_MAX_AT_ONCE, thread_name_prefix="argon2")

    async def hash(self, password: str) -> str:
        """Return the argon2id hash of ``password``, with its parameters and a new salt in it."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._hasher.hash, password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Tell whether ``password`` is the one that was hashed.

        Args:
            password_hash: None when there is no such account: the same work is done, and the answer is False.
            password: What the person typed.
        """
        loop = asyncio.get_running_loop()
        matches = await loop.run_in_executor(
            self._threads, self._matches, password_hash or self._dummy_hash, password
        )
        return matches and password_hash is not None

    def needs_rehash(self, password_hash: str) -> bool:
        """Tell whether the hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        """Drop what still waits; what already runs ends by itself within a fraction of a second."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, password_hash: str, password: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


def _hash_of_no_password(hasher: PasswordHasher) -> str:
    """Return a well-formed hash that nothing matches, and that costs as much to verify as a real one.

    Hashing a random password would do the same, but would cost 140 ms at each start.
    """
    salt, digest = (
        base64.b64encode(os.urandom(size)).rstrip(b"=").decode() for size in (hasher.salt_len, hasher.hash_len)
    )
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${costs}${salt}${digest}"
