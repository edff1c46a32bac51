"""The database files: private, kept when damaged, and without secrets."""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import stat
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from desktop_app.errors import StoreError, UsageError
from desktop_app.service.accounts import list_accounts
from desktop_app.service.database_files import prepare_database
from desktop_app.service.store import open_stores
from desktop_app.service.store_url import DatabaseFile, parse_store_url
from tests.helpers.service_process import (
    ServiceNotReadyError,
    credentials_path,
    running_service,
    store_path,
    store_url,
)
from tests.service.conftest import DEMO

if TYPE_CHECKING:
    from collections.abc import Callable


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def opened(url: str) -> tuple[str, ...]:
    """Open and close the stores, with an account, and return the notices."""

    async def main() -> tuple[str, ...]:
        async with open_stores(url) as stores:
            if await stores.accounts.find("a@example.com") is None:
                await stores.accounts.add("a@example.com", "hash")
            return stores.notices

    return asyncio.run(main())


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_only_the_owner_can_read_the_store(tmp_path: Path) -> None:
    with running_service(tmp_path) as service, service.client() as client:
        client.post("/v1/sessions", json=DEMO)
        files = list(store_path(tmp_path).parent.iterdir())
        assert any(file.name.endswith("-wal") for file in files)
        assert mode(store_path(tmp_path).parent) == 0o700
        assert {mode(file) for file in files} == {0o600}


def test_no_password_and_no_token_is_in_any_file(tmp_path: Path) -> None:
    with running_service(tmp_path) as service, service.client() as client:
        token = client.post("/v1/sessions", json=DEMO).json()["token"]
        client.get("/v1/me/preferences", headers={"Authorization": f"Bearer {token}"})
        client.post("/v1/sessions", json={"email": "typed-password-as-email", "password": "canary-password"})
        content = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"$argon2id$" in content
    for secret in (DEMO["password"], token, "typed-password-as-email", "canary-password"):
        assert secret.encode() not in content


@pytest.mark.parametrize("which", [store_path, credentials_path])
def test_what_is_not_a_database_is_set_aside_and_kept(tmp_path: Path, which: Callable[[Path], Path]) -> None:
    path = which(tmp_path)
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 100)
    wal = path.with_name(path.name + "-wal")
    wal.write_bytes(b"its log")
    (notice,) = opened(store_url(tmp_path))
    kept_wal, kept = sorted(path.parent.glob("*.corrupt-*"), reverse=True)
    assert re.fullmatch(re.escape(path.name) + r"\.corrupt-\d{8}T\d{6}Z", kept.name)
    assert kept.read_bytes() == b"this is no database" * 100
    assert kept_wal.name == kept.name + "-wal"
    assert kept_wal.read_bytes() == b"its log"
    assert str(path) in notice
    assert kept.name in notice


def test_a_database_with_damaged_pages_is_set_aside_and_kept(tmp_path: Path) -> None:
    opened(store_url(tmp_path))
    path = credentials_path(tmp_path)
    content = bytearray(path.read_bytes())
    content[100:4096] = b"\xaa" * 3996
    path.write_bytes(content)
    (notice,) = opened(store_url(tmp_path))
    (kept,) = path.parent.glob("*.corrupt-*")
    assert kept.read_bytes() == content
    assert kept.name in notice


def test_the_service_starts_with_a_damaged_database_and_says_so(tmp_path: Path) -> None:
    path = credentials_path(tmp_path)
    path.parent.mkdir()
    path.write_bytes(b"this is no database" * 100)
    with running_service(tmp_path) as service, service.client() as client:
        assert client.post("/v1/sessions", json=DEMO).status_code == 201
        (notice,) = service.notices
    assert "damaged" in notice


def test_an_earlier_damaged_database_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "store"
    for number in range(3):
        path.write_bytes(b"damaged %d" % number * 100)
        prepare_database(DatabaseFile(path), [], schema_version=1, utc_now=lambda: datetime(2026, 1, 2, tzinfo=UTC))
    contents = [file.read_bytes()[:9] for file in sorted(tmp_path.glob("*.corrupt-20260102T000000Z*"))]
    assert contents == [b"damaged 0", b"damaged 1", b"damaged 2"]


def test_a_sound_store_gives_no_notice_and_keeps_its_content(tmp_path: Path) -> None:
    url = store_url(tmp_path)
    assert opened(url) == opened(url) == ()
    assert list_accounts(url) == ["a@example.com"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("PRAGMA user_version = 99", "newer version"),
        ("CREATE TABLE bookmarks (url TEXT)", "another program's database"),
    ],
)
def test_a_database_of_another_kind_is_refused_and_left_alone(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "other.sqlite3"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(content)
    before = path.read_bytes()
    with pytest.raises(StoreError, match=reason):
        opened(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_name_may_have_any_character(tmp_path: Path) -> None:
    path = tmp_path / "a b?c=d#e%20f" / "é&g=h.sqlite3"
    assert opened(f"sqlite:///{path}") == ()
    assert sorted(file.name for file in path.parent.iterdir()) == ["é&g=h-credentials.sqlite3", "é&g=h.sqlite3"]


def test_a_directory_as_store_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a directory"):
        opened(f"sqlite:///{tmp_path}")


def test_a_path_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match="can't be used"):
        opened(f"sqlite:///{tmp_path / 'file' / 'store'}")


@pytest.mark.skipif(sys.platform != "linux", reason="/proc takes nobody's files, not even root's")
def test_a_directory_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(StoreError, match="can't be used"):
        opened("sqlite:////proc/store.sqlite3")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_directory_is_refused(tmp_path: Path) -> None:
    directory = tmp_path / "read-only"
    directory.mkdir(mode=0o500)
    with pytest.raises(StoreError, match="permission denied"):
        opened(f"sqlite:///{directory / 'store'}")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "store.sqlite3",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "postgresql://h/d",
        "sqlite:///a\0b",
    ],
)
def test_another_url_than_a_sqlite_files_is_wrong_usage(url: str) -> None:
    with pytest.raises(UsageError, match="sqlite:///PATH"):
        parse_store_url(url)


def test_a_service_that_cannot_use_its_store_says_so_in_one_line(tmp_path: Path) -> None:
    nonsense = "mysql://localhost/customers"
    with pytest.raises(ServiceNotReadyError) as caught, running_service(tmp_path, store=nonsense):
        pass
    assert caught.value.exit_code == 1
    (line,) = str(caught.value).splitlines()
    assert "sqlite:///PATH" in line


def test_the_credentials_lie_beside_the_customers() -> None:
    url = parse_store_url("sqlite:////var/x/store.db")
    assert url.customers.path == Path("/var/x/store.db")
    assert url.credentials.path == Path("/var/x/store-credentials.db")


def test_a_locked_database_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop_app.service.database_files.LOCK_TIMEOUT_S", 0.05)
    store_path(tmp_path).parent.mkdir()
    with closing(sqlite3.connect(store_path(tmp_path), isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreError, match="locked"):
            opened(store_url(tmp_path))


def test_a_database_that_is_written_to_elsewhere_is_opened_all_the_same(tmp_path: Path) -> None:
    opened(store_url(tmp_path))
    with closing(sqlite3.connect(store_path(tmp_path), isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        opened(store_url(tmp_path))


@pytest.mark.parametrize(("option", "journal_mode"), [("", "wal"), ("?journal_mode=delete", "delete")])
def test_the_journal_mode_can_be_chosen(tmp_path: Path, option: str, journal_mode: str) -> None:
    for _ in range(2):
        opened(store_url(tmp_path))
        opened(store_url(tmp_path) + option)
        with closing(sqlite3.connect(store_path(tmp_path))) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == (journal_mode,)
        with closing(sqlite3.connect(credentials_path(tmp_path))) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_options_are_for_the_customers_unless_they_say_otherwise() -> None:
    url = parse_store_url("sqlite:///x.db?mode=ro&credentials_max_page_count=7&credentials_journal_mode=delete")
    assert url.customers == DatabaseFile(Path("x.db"), read_only=True)
    assert url.credentials == DatabaseFile(Path("x-credentials.db"), max_page_count=7, wal=False)


def test_a_question_mark_in_a_directorys_name_begins_no_options() -> None:
    assert parse_store_url("sqlite:////home/who?mode=ro/x.db").customers == DatabaseFile(
        Path("/home/who?mode=ro/x.db")
    )


@pytest.mark.parametrize(
    "options",
    [
        "mode=rwc",
        "mode=",
        "max_page_count=0",
        "max_page_count=-1",
        "max_page_count=4294967295",
        "max_page_count=\u0663",
        "journal_mode=off",
        "cache=shared",
        "credentials_cache=shared",
        "mode=ro&cache=shared",
    ],
)
def test_an_option_that_there_is_not_is_wrong_usage(options: str) -> None:
    with pytest.raises(UsageError, match=r"sqlite:///PATH.*max_page_count"):
        parse_store_url(f"sqlite:///x.db?{options}")
