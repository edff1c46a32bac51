"""What the program is told: the server, the deadline."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.conditions.presets import PRESETS
from desktop_app.config import (
    Options,
    address_of,
    checked_server,
    default_profile_dir,
    is_loopback,
)
from desktop_app.errors import UsageError

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
