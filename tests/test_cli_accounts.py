"""``desktop-app accounts``: who can sign in."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers.program import Ended, Run, assert_complains, run_here, run_program

PASSWORD = "correct horse battery staple"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return run_here(capsys, monkeypatch)


def add(run: Run, store: str, email: str, password: str, directory: Path) -> Ended:
    file = directory / "password"
    file.write_text(password)
    return run("accounts", "add", email, "--store", store, "--password-file", file)


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/store/customers.sqlite3"


def test_an_account_that_was_added_is_listed(tmp_path: Path, store: str) -> None:
    for email in ("ada@example.com", "grace@example.com"):
        ended = add(run_program, store, email, PASSWORD, tmp_path)
        assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"{email} can sign in now.\n", "")
    listed = run_program("accounts", "list", "--store", store)
    assert (listed.returncode, listed.stderr) == (0, "")
    assert listed.stdout.splitlines() == ["ada@example.com", "grace@example.com"]


def test_the_profile_directory_holds_the_accounts_by_default(tmp_path: Path, run: Run) -> None:
    (tmp_path / "password").write_text(PASSWORD)
    options = ["--profile-dir", tmp_path / "profile", "--password-file", tmp_path / "password"]
    assert run("accounts", "add", "ada@example.com", *options).returncode == 0
    assert run("accounts", "list", "--profile-dir", tmp_path / "profile").stdout == "ada@example.com\n"


def test_an_account_is_added_once(tmp_path: Path, store: str, run: Run) -> None:
    add(run, store, "ada@example.com", PASSWORD, tmp_path)
    assert_complains(add(run, store, "ADA@example.com", PASSWORD, tmp_path), 1, "ada@example.com")


@pytest.mark.parametrize("email", ["ada", "ada@", "@example.com", "a da@example.com", "ada@b@c", "a@" + "b" * 260])
def test_an_email_that_is_none(tmp_path: Path, store: str, email: str, run: Run) -> None:
    assert_complains(add(run, store, email, PASSWORD, tmp_path), 2)


@pytest.mark.parametrize("password", ["", "short", "\n\n"])
def test_a_password_that_is_too_short(tmp_path: Path, store: str, password: str, run: Run) -> None:
    ended = add(run, store, "ada@example.com", password, tmp_path)
    assert_complains(ended, 2, "password")


def test_a_password_file_that_is_not_there(tmp_path: Path, store: str, run: Run) -> None:
    options = ["--store", store, "--password-file", tmp_path / "none"]
    assert_complains(run("accounts", "add", "ada@example.com", *options), 2, "No such file")


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
def test_a_password_file_that_cannot_be_read(tmp_path: Path, store: str, content: bytes | None, run: Run) -> None:
    file = tmp_path / "file"
    file.mkdir() if content is None else file.write_bytes(content)
    options = ["--store", store, "--password-file", file]
    assert_complains(run("accounts", "add", "ada@example.com", *options), 2, "can't be read")


@pytest.mark.parametrize("content", ["", "[]", '{"theme": "neon"}', "[" * 10_000])
def test_preferences_that_cannot_be_read(tmp_path: Path, store: str, content: str, run: Run) -> None:
    for name, text in (("password", PASSWORD), ("preferences", content)):
        (tmp_path / name).write_text(text)
    options = ["--password-file", tmp_path / "password", "--preferences", tmp_path / "preferences"]
    assert_complains(run("accounts", "add", "ada@example.com", "--store", store, *options), 2, "preferences")


def test_a_store_that_is_not_there_has_no_accounts_to_list(store: str, run: Run) -> None:
    assert_complains(run("accounts", "list", "--store", store), 1, "customers.sqlite3")
