"""What the program is told, and what it remembers."""

from __future__ import annotations

import json
import os
import stat
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.conditions.presets import PRESETS
from desktop_app.config import (
    SETTINGS_FILE,
    Options,
    Profile,
    Settings,
    address_of,
    checked_server,
    default_profile_dir,
    is_loopback,
)
from desktop_app.errors import ProfileError, UsageError

SERVERS = [
    ("https://shop.example.com", "https://shop.example.com"),
    ("https://shop.example.com/", "https://shop.example.com"),
    ("https://shop.example.com:8443", "https://shop.example.com:8443"),
    ("https://shop.example.com/api/", "https://shop.example.com/api"),
    ("https://192.0.2.7", "https://192.0.2.7"),
    ("https://[2001:db8::1]:8443", "https://[2001:db8::1]:8443"),
    ("http://localhost:8000", "http://localhost:8000"),
    ("http://LOCALHOST", "http://LOCALHOST"),
    ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
    ("http://127.5.6.7", "http://127.5.6.7"),
    ("http://[::1]:8000", "http://[::1]:8000"),
]


@pytest.mark.parametrize(("url", "checked"), SERVERS)
def test_a_server_that_makes_sense(url: str, checked: str) -> None:
    assert checked_server(url) == checked


NO_SERVERS = [
    "",
    "shop.example.com",
    "localhost:8000",
    "//shop.example.com",
    "ftp://shop.example.com",
    "file:///etc/passwd",
    "https://",
    "https:///path",
    "https://:8443",
    "https://shop.example.com:port",
    "https://shop.example.com:99999",
    "https://shop.example.com:-1",
    "https://[::1",
    "https://[not-an-address]",
    "https://ada@shop.example.com",
    "https://ada:secret@shop.example.com",
    "https://@shop.example.com",
    "https://shop.example.com?debug=1",
    "https://shop.example.com#top",
    "https://shop.example.com:0",
    "https://shop example.com",
    "https://shop.\nexample.com",
    "https://shop.\texample.com",
    "https://shop.example.com\n",
    "https://shop..example.com",
    "https://shop%2eexample.com",
    "https://shop.example.com\\@localhost",
    "http://127.0.0.1%2eexample.com",
    "http://127.٠.0.1",
    "http://127.0.0.1\n",
]


@pytest.mark.parametrize("url", NO_SERVERS)
def test_a_server_that_makes_no_sense(url: str) -> None:
    with pytest.raises(UsageError, match="--server"):
        checked_server(url)


CLEAR_TEXT = [
    "http://shop.example.com",
    "http://192.0.2.7:8000",
    "http://10.0.0.1",
    "http://0.0.0.0:8000",
    "http://localhost.example.com",
    "http://127.0.0.1.example.com",
    "http://128.0.0.1",
    "http://127.1",
    "http://127.0.0.256",
    "http://2130706433",
    "http://[::]",
    "http://[::ffff:192.0.2.7]",
    "http://[2001:db8::1]",
    "HTTP://shop.example.com",
]


@pytest.mark.parametrize("url", CLEAR_TEXT)
def test_a_password_travels_in_clear_text_on_this_machine_only(url: str) -> None:
    with pytest.raises(UsageError, match="clear text"):
        checked_server(url)


@given(url=st.text(max_size=40) | st.text(max_size=30).map("http://{}".format))
def test_any_text_is_a_server_or_wrong_usage(url: str) -> None:
    with suppress(UsageError):
        assert url.startswith(checked_server(url))


@pytest.mark.parametrize("host", ["localhost", "::1", "127.0.0.1", "127.255.255.254"])
def test_this_machine(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["", "::", "0.0.0.0", "126.0.0.1", "127", "127.0.0", "127.0.0.1.", "127.0.0.a", "127.0.0.-1", "local"]
)
def test_not_this_machine(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("https://shop.example.com", ("shop.example.com", 443)),
        ("http://localhost", ("localhost", 80)),
        ("http://[::1]:8000/x", ("::1", 8000)),
    ],
)
def test_an_address(url: str, address: tuple[str, int]) -> None:
    assert address_of(url) == address


@pytest.mark.parametrize(("deadline_s", "deadline_ms"), [(3.0, 3000), (0.25, 250), (0.0015, 2), (3600, 3_600_000)])
def test_a_deadline_in_milliseconds(deadline_s: float, deadline_ms: int) -> None:
    assert Options(PRESETS["healthy"], deadline_s=deadline_s).deadline_ms == deadline_ms


def test_the_platform_s_directory_is_the_default() -> None:
    assert default_profile_dir().name == "desktop-app"


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
