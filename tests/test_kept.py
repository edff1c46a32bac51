"""What is kept of a customer: private, the last word counts, and never in the way."""

from __future__ import annotations

import datetime
import logging
from pathlib import Path

import pytest

from desktop_app.kept import LARGEST_FILE_BYTES, KeptPreferences, Seen
from desktop_app.preferences.model import Preferences

EMAIL = "ada@example.com"
ADA = Seen(Preferences(display_name="Ada"), datetime.datetime(2026, 5, 3, 14, 10, tzinfo=datetime.UTC))
LATER = Seen(Preferences(display_name="Ada L."), datetime.datetime(2026, 5, 4, tzinfo=datetime.UTC))


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def written(directory: Path, seen: Seen = ADA, email: str = EMAIL) -> Path:
    kept = KeptPreferences(directory)
    kept.keep(email, seen)
    kept.write_out(email)
    (path,) = directory.iterdir()
    return path


def test_nothing_is_kept_at_first(directory: Path) -> None:
    assert KeptPreferences(directory).find(EMAIL) is None


def test_another_run_finds_what_was_kept(directory: Path) -> None:
    written(directory)
    assert KeptPreferences(directory).find(EMAIL) == ADA


@pytest.mark.parametrize("email", ["Ada@Example.com", " ada@example.com "])
def test_an_email_is_looked_up_as_the_service_does(directory: Path, email: str) -> None:
    written(directory)
    assert KeptPreferences(directory).find(email) == ADA


def test_another_customer_finds_nothing(directory: Path) -> None:
    written(directory)
    assert KeptPreferences(directory).find("bob@example.com") is None


def test_the_same_email_at_another_service_finds_nothing(directory: Path) -> None:
    written(directory)
    assert KeptPreferences(directory, "https://shop.test").find(EMAIL) is None


def test_only_the_owner_can_read_it_and_the_name_tells_nothing(directory: Path) -> None:
    path = written(directory)
    assert (directory.stat().st_mode & 0o777, path.stat().st_mode & 0o777) == (0o700, 0o600)
    assert "ada" not in path.name


def test_it_is_gone_when_it_is_forgotten(directory: Path) -> None:
    written(directory)
    kept = KeptPreferences(directory)
    kept.forget(EMAIL)
    assert kept.find(EMAIL) is None
    kept.write_out(EMAIL)
    assert list(directory.iterdir()) == []


def test_the_last_word_counts_however_late_the_disk_is(directory: Path) -> None:
    kept = KeptPreferences(directory)
    kept.keep(EMAIL, ADA)
    kept.forget(EMAIL)
    kept.write_out(EMAIL)  # of the first, delayed
    kept.write_out(EMAIL)
    assert KeptPreferences(directory).find(EMAIL) is None


def test_the_newest_replaces_the_older(directory: Path) -> None:
    written(directory)
    written(directory, LATER)
    assert KeptPreferences(directory).find(EMAIL) == LATER


@pytest.mark.parametrize("content", [b"", b"{", b"\xff", b"[]", b"[" * 5000, b" " * LARGEST_FILE_BYTES + b"{}"])
def test_a_file_that_cannot_be_read_is_as_good_as_none(directory: Path, content: bytes) -> None:
    written(directory).write_bytes(content)
    assert KeptPreferences(directory).find(EMAIL) is None


def test_a_directory_in_the_place_of_the_file_is_as_good_as_none(directory: Path) -> None:
    path = written(directory)
    path.unlink()
    path.mkdir()
    assert KeptPreferences(directory).find(EMAIL) is None


def test_where_it_cannot_be_written_it_is_kept_in_memory_and_said_once(
    directory: Path, caplog: pytest.LogCaptureFixture
) -> None:
    directory.write_text("a file where a directory should be")
    kept = KeptPreferences(directory)
    kept.keep(EMAIL, ADA)
    kept.write_out(EMAIL)
    kept.write_out(EMAIL)
    assert kept.find(EMAIL) == ADA
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    caplog.clear()


def test_what_could_not_be_written_whole_is_not_left_behind(
    directory: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    written(directory).unlink()
    kept = KeptPreferences(directory)
    kept.keep(EMAIL, ADA)

    def replace(_self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", replace)
    kept.write_out(EMAIL)
    assert list(directory.iterdir()) == []
    caplog.clear()


def test_what_a_run_that_was_killed_left_is_forgotten_too(directory: Path) -> None:
    path = written(directory)
    path.with_name(f"{path.name}.4711.new").write_bytes(b"half of it")
    kept = KeptPreferences(directory)
    kept.forget(EMAIL)
    kept.write_out(EMAIL)
    assert list(directory.iterdir()) == []


def test_without_a_directory_it_is_kept_in_memory() -> None:
    kept = KeptPreferences(None)
    kept.keep(EMAIL, ADA)
    kept.write_out(EMAIL)
    assert kept.find(EMAIL) == ADA
