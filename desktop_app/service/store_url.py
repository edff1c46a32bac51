"""The URL that says where the store is and how its two databases are opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl

from msgspec import Struct

from desktop_app.errors import UsageError

_PREFIX: Final = "sqlite:///"
_CREDENTIALS: Final = "credentials_"
_MOST_PAGES: Final = 4294967294
_FORM: Final = f"""\
The store has to be {_PREFIX}PATH, PATH being a file's, perhaps with ?mode=ro, ?max_page_count=N or \
?journal_mode=delete behind it, or with several of these joined by &"""


class DatabaseFile(Struct, frozen=True):
    """A SQLite file, and how it is opened.

    Args:
        path: The file.
        read_only: It is neither made nor changed (``mode=ro``).
        max_page_count: How many pages it may grow to, its present size at least (``max_page_count=N``); None: any.
        wal: Readers and the writer do not wait for one another. Where the file system cannot do that, there is
            ``journal_mode=delete``: then everybody waits while another process writes.
    """

    path: Path
    read_only: bool = False
    max_page_count: int | None = None
    wal: bool = True


class StoreUrl(Struct, frozen=True):
    """Both databases of a store."""

    customers: DatabaseFile
    credentials: DatabaseFile


def parse_store_url(store_url: str) -> StoreUrl:
    """Read ``sqlite:///PATH``, PATH being the customer database; the credentials' lies beside it.

    What follows a question mark is for the customer database alone, so that signing in goes on where that one is
    read-only or full; with ``credentials_`` before its name it is for the other.

    Raises:
        UsageError: It is anything else.
    """
    name, options = _split(store_url.removeprefix(_PREFIX))
    if not store_url.startswith(_PREFIX) or name in ("", ":memory:") or "\0" in name:
        raise _unusable(store_url)
    path = Path(name)
    fields: dict[str, dict[str, Any]] = {"": {}, _CREDENTIALS: {}}
    for key, value in options:
        prefix = _CREDENTIALS if key.startswith(_CREDENTIALS) else ""
        fields[prefix] |= _option(key.removeprefix(prefix), value, store_url)
    return StoreUrl(
        customers=DatabaseFile(path, **fields[""]),
        credentials=DatabaseFile(path.with_name(f"{path.stem}-credentials{path.suffix}"), **fields[_CREDENTIALS]),
    )


def _split(name: str) -> tuple[str, list[tuple[str, str]]]:
    """Split off the options; a question mark in the name of a directory begins none."""
    path, mark, query = name.rpartition("?")
    if not mark or "/" in query or "=" not in query:
        return name, []
    return path, parse_qsl(query, keep_blank_values=True)


def _option(key: str, value: str, store_url: str) -> dict[str, Any]:
    match key, value:
        case "mode", "ro" | "rw":
            return {"read_only": value == "ro"}
        case "journal_mode", "wal" | "delete":
            return {"wal": value == "wal"}
        case "max_page_count", _ if value.isascii() and value.isdecimal() and 1 <= int(value[:11]) <= _MOST_PAGES:
            return {"max_page_count": int(value)}
    raise _unusable(store_url)


def _unusable(store_url: str) -> UsageError:
    return UsageError(reason=f"{_FORM}, not {store_url!r}.")
