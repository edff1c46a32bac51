"""The profile directory, and the settings in it."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import asdict
from pathlib import Path

import pytest

from desktop_app.config import SETTINGS_FILE, Profile, Settings
from desktop_app.errors import ProfileError


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_a_new_profile_directory_is_the_person_s_alone(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        Profile(tmp_path / "a" / "profile")
    finally:
        os.umask(before)
    assert mode_of(tmp_path / "a" / "profile") == 0o700


def test_a_profile_directory_can_be_used_again(tmp_path: Path) -> None:
    Profile(tmp_path / "profile").save_settings(Settings(mode="blocking"))
    assert Profile(tmp_path / "profile").load_settings() == Settings(mode="blocking")


def test_the_store_is_in_the_profile_directory(tmp_path: Path) -> None:
    assert Profile(tmp_path).store_url == f"sqlite:///{tmp_path}/customers.sqlite3"


def test_a_file_where_the_directory_should_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ProfileError, match="--profile-dir"):
        Profile(tmp_path / "file")


def test_a_directory_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ProfileError, match="Not a directory"):
        Profile(tmp_path / "file" / "profile")


def test_a_directory_with_too_long_a_name(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="too long"):
        Profile(tmp_path / ("x" * 300))


def test_a_directory_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Asked of the system, for a test that runs as root is refused nothing.
    monkeypatch.setattr(os, "access", lambda *_args: False)
    with pytest.raises(ProfileError, match="not writable"):
        Profile(tmp_path)


def test_settings_of_a_first_run(tmp_path: Path) -> None:
    assert Profile(tmp_path).load_settings() == Settings(mode="async", geometry="")


@pytest.mark.parametrize("settings", [Settings(), Settings("blocking", "AdnQywADAAA=")])
def test_settings_come_back_as_they_were(tmp_path: Path, settings: Settings) -> None:
    profile = Profile(tmp_path)
    profile.save_settings(settings)
    assert profile.load_settings() == settings


def test_settings_are_the_person_s_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Profile(tmp_path).save_settings(Settings())
    finally:
        os.umask(before)
    assert mode_of(tmp_path / SETTINGS_FILE) == 0o600


def test_saving_leaves_nothing_else_behind(tmp_path: Path) -> None:
    profile = Profile(tmp_path)
    for mode in ("blocking", "async"):
        profile.save_settings(Settings(mode))
    assert [path.name for path in tmp_path.iterdir()] == [SETTINGS_FILE]


def test_settings_that_cannot_be_written(tmp_path: Path) -> None:
    profile = Profile(tmp_path)
    (tmp_path / SETTINGS_FILE).mkdir()
    with pytest.raises(ProfileError):
        profile.save_settings(Settings())


def test_settings_of_a_later_version_are_read(tmp_path: Path) -> None:
    (tmp_path / SETTINGS_FILE).write_text(json.dumps(asdict(Settings("blocking")) | {"zoom": 2}))
    assert Profile(tmp_path).load_settings() == Settings("blocking")


CORRUPT = {
    "empty": b"",
    "cut": b'{"mode": "blo',
    "binary": bytes(range(256)),
    "null": b"null",
    "number": b"5",
    "text": b'"mode"',
    "mode is a number": b'{"mode": 5}',
    "mode is null": b'{"mode": null}',
    "geometry is a list": b'{"geometry": []}',
    "geometry is half a character": b'{"geometry": "\\ud800"}',
    "an unknown mode": b'{"mode": "fast"}',
    "nested deeply": b"[" * 100_000,
}


@pytest.mark.parametrize("content", CORRUPT.values(), ids=CORRUPT)
def test_corrupt_settings_are_set_aside_and_kept(
    tmp_path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / SETTINGS_FILE).write_bytes(content)
    assert Profile(tmp_path).load_settings() == Settings()
    (aside,) = tmp_path.iterdir()
    assert aside.name.startswith(f"{SETTINGS_FILE}.corrupt-")
    assert aside.read_bytes() == content
    assert aside.name in caplog.text
    caplog.clear()


def test_after_corrupt_settings_new_ones_can_be_saved(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / SETTINGS_FILE).write_bytes(b"{")
    profile = Profile(tmp_path)
    profile.load_settings()
    caplog.clear()
    profile.save_settings(Settings("blocking"))
    assert profile.load_settings() == Settings("blocking")
