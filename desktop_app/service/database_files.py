"""A SQLite file made ready for use: private, sound, of this schema; a damaged one set aside and kept."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final

from desktop_app.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    from desktop_app.service.store_url import DatabaseFile

LOCK_TIMEOUT_S: Final = 5.0
"""How long the start waits for another process's lock, longer than a request does: it may be starting, too."""

_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
_MAGIC: Final = b"SQLite format 3\0"
_COMPANIONS: Final = ("", "-wal", "-shm")


def prepare_database(
    file: DatabaseFile, ddl: Sequence[str], *, schema_version: int, utc_now: Callable[[], datetime]
) -> str | None:
    """Make ``file`` a sound database that only its owner can read, creating what is missing.

    One that is to be read only is looked at and left as it is.

    Args:
        file: The database file; its directory is made, too (0700).
        ddl: The statements that create its tables.
        schema_version: The one that ``ddl`` makes, positive.
        utc_now: The clock that names a damaged file that is set aside; UTC.

    Returns:
        One sentence for the person if a damaged database was set aside and a new one made, else None.

    Raises:
        StoreError: It cannot be read or written, or is not this program's, or a newer version's.
    """
    path = file.path
    try:
        if path.is_dir():
            raise StoreError(path=str(path), reason="it is a directory, not a file")
        if file.read_only:
            _require_sound(path, schema_version)
            return None
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        notice = None
        if path.exists() and _is_damaged(path, schema_version):
            kept = _set_aside(path, utc_now())
            notice = f"The database {path} was damaged: it was kept as {kept.name}, and a new, empty one was made."
        _make_private(path)
        _create_tables(file, ddl, schema_version)
    except OSError as error:
        raise StoreError(path=str(path), reason=(error.strerror or str(error)).lower()) from error
    except sqlite3.Error as error:
        raise StoreError(path=str(path), reason=str(error)) from error
    return notice


def _require_sound(path: Path, schema_version: int) -> None:
    if not path.exists():
        raise StoreError(path=str(path), reason="there is no such file")
    if _is_damaged(path, schema_version):
        raise StoreError(path=str(path), reason="it is damaged")
    with closing(_connect(path)) as connection:
        if _version(connection) == 0:
            raise StoreError(path=str(path), reason="it is empty")


def _is_damaged(path: Path, schema_version: int) -> bool:
    with path.open("rb") as file:
        beginning = file.read(len(_MAGIC))
    if beginning not in (b"", _MAGIC):
        return True  # told without SQLite, which would throw away the -wal file of what it takes for no database
    with closing(_connect(path)) as connection:
        try:
            # The version comes first: a newer version's database may look malformed to this one.
            _check_version(path, connection, schema_version)
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",))
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode & 0xFF in _DAMAGED:
                return True
            raise


def _set_aside(path: Path, now: datetime) -> Path:
    """Rename the database and its companions; nothing is ever overwritten."""
    stamp = f"{path.name}.corrupt-{now:%Y%m%dT%H%M%SZ}"
    kept, count = path.with_name(stamp), 1
    while any(os.path.lexists(f"{kept}{suffix}") for suffix in _COMPANIONS):
        count += 1
        kept = path.with_name(f"{stamp}-{count}")
    for suffix in _COMPANIONS:
        companion = path.with_name(path.name + suffix)
        if companion.exists():
            companion.rename(f"{kept}{suffix}")
    return kept


def _make_private(path: Path) -> None:
    # SQLite gives its -wal and -shm files the mode of the database, so this is all it takes.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)


def _create_tables(file: DatabaseFile, ddl: Sequence[str], schema_version: int) -> None:
    with closing(_connect(file.path)) as connection:
        _check_version(file.path, connection, schema_version)
        connection.execute(f"PRAGMA journal_mode = {'WAL' if file.wal else 'DELETE'}")
        if _version(connection) == schema_version:
            return  # without the lock: who writes elsewhere need not end for that
        # Another process may be about to do the same: whoever comes second finds the tables made.
        connection.execute("BEGIN IMMEDIATE")
        if _version(connection) == 0:
            for statement in ddl:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {schema_version:d}")
        connection.execute("COMMIT")


def _check_version(path: Path, connection: sqlite3.Connection, schema_version: int) -> None:
    version = _version(connection)
    if version > schema_version:
        reason = (
            f"it was written by a newer version of this program (schema {version}, this one knows {schema_version})"
        )
        raise StoreError(path=str(path), reason=reason)
    if version == 0 and connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone():
        raise StoreError(path=str(path), reason="it is another program's database")


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _connect(path: Path) -> sqlite3.Connection:
    # isolation_level None: transactions begin and end where they are written here, nowhere else.
    return sqlite3.connect(path, timeout=LOCK_TIMEOUT_S, isolation_level=None)
