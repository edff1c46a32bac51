"""The preferences that customers were last seen with, kept until they sign out: for when the database can't be had.

Qt-free. `find` and `write_out` block on the disk; everything may be called from any thread.
"""

from __future__ import annotations

import logging
import os
import threading
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Annotated

import msgspec
from msgspec import Meta, Struct

from desktop_app.preferences.model import Preferences

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_FILE_BYTES = 64 * 1024
log = logging.getLogger(__name__)


class Seen(Struct, frozen=True):
    """What a customer preferred, and when the service said so."""

    preferences: Preferences
    seen_at: Annotated[datetime, Meta(tz=True)]


class KeptPreferences:
    """Keeps a file (0600) for each customer, named after a hash, and in memory what it has kept itself.

    Memory goes first, so that nothing waits for the disk, and a disk that is full or can't be written to loses no
    more than the next run's benefit.

    Args:
        directory: Where the files are; made (0700) when the first is written. None: only in memory.
        server: What the customers are customers of: the same email elsewhere is another customer.
    """

    def __init__(self, directory: Path | None, server: str = "") -> None:
        self._directory = directory
        self._server = server
        self._memory: dict[str, Seen | None] = {}
        self._writing = threading.Lock()
        self._has_complained = False

    def keep(self, email: str, seen: Seen) -> None:
        """Keep this in place of what was kept; `write_out` brings it to the disk."""
        self._memory[self._key(email)] = seen

    def forget(self, email: str) -> None:
        """Keep nothing of this customer any more; `write_out` deletes the file."""
        self._memory[self._key(email)] = None

    def find(self, email: str) -> Seen | None:
        """Return what is kept; None also where it cannot be read."""
        key = self._key(email)
        if key in self._memory or self._directory is None:
            return self._memory.get(key)
        try:
            with self._path(self._directory, key).open("rb") as file:
                return msgspec.json.decode(file.read(LARGEST_FILE_BYTES), type=Seen)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            # It is a copy, and the next one replaces it.
            log.info("What was kept of a customer can't be read: %s", error)
            return None

    def write_out(self, email: str) -> None:
        """Bring the disk to what was last said of this customer, whatever order two calls come in."""
        key = self._key(email)
        if self._directory is None:
            return
        with self._writing:
            seen = self._memory.get(key)
            try:
                self._write(self._directory, key, seen)
            except OSError as error:
                if not self._has_complained:
                    log.warning("What is kept of customers can't be written, and ends with this run: %s", error)
                self._has_complained = True

    def _write(self, directory: Path, key: str, seen: Seen | None) -> None:
        path = self._path(directory, key)
        if seen is None:
            # With what a run that was killed may have left of it.
            for each in (path, *directory.glob(f"{path.name}.*.new")):
                each.unlink(missing_ok=True)
            return
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}.new")
        try:
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(msgspec.json.encode(seen))
            fresh.replace(path)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise

    @staticmethod
    def _path(directory: Path, key: str) -> Path:
        return directory / f"{key}.json"

    def _key(self, email: str) -> str:
        # As the service looks emails up; a hash, so that a listing of the directory names nobody.
        return sha256(f"{self._server}\n{email.strip().casefold()}".encode(errors="replace")).hexdigest()
