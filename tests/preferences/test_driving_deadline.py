"""Both drivers keep a total deadline, however the service spends it: never before, and not long after."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from desktop_app.errors import DeadlineExceeded
from desktop_app.preferences.exchange import load_preferences, sign_in_and_load
from desktop_app.preferences.transport import Endpoint
from tests.helpers.exchanges import CREDENTIALS, PREFERENCES_JSON, SESSION, SESSION_JSON
from tests.helpers.scripted_server import Connection, ScriptedServer, raw_reply
from tests.preferences.conftest import Connect

DEADLINE_MS = 200
# What a busy machine may add; each script goes on for much longer, so that a wait per operation shows.
SLACK_MS = 3000
LONG_S = 30

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n"


def silent(connection: Connection) -> None:
    connection.stay_silent()


def drips_the_status(connection: Connection) -> None:
    connection.receive()
    connection.drip(b"HTTP/1.1 200 " + b"O" * 2000, LONG_S / 2000)


def drips_headers(connection: Connection) -> None:
    connection.receive()
    connection.send(b"HTTP/1.1 200 OK\r\n")
    connection.drip(b"X-Header: value\r\n" * 200, LONG_S / 2000)


def drips_the_body(connection: Connection) -> None:
    connection.receive()
    connection.send(HEAD)
    connection.drip(b" " * 2000, LONG_S / 2000)


def drips_chunks(connection: Connection) -> None:
    connection.receive()
    connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    connection.drip(b"1\r\n \r\n" * 400, LONG_S / 2000)


def stops_in_the_body(connection: Connection) -> None:
    connection.receive()
    connection.send(HEAD + b"{")
    connection.stay_silent()


def goes_on_continuing(connection: Connection) -> None:
    connection.receive()
    while not connection.ending.wait(0.01):
        connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")


def confirms_and_is_silent(connection: Connection) -> None:
    connection.receive()
    connection.reply(201, SESSION_JSON)
    connection.stay_silent()


def assert_ends_at_the_deadline(run: Callable[[], object], deadline_ms: int = DEADLINE_MS) -> None:
    start_ns = time.monotonic_ns()
    with pytest.raises(DeadlineExceeded):
        run()
    elapsed_ms = (time.monotonic_ns() - start_ns) / 1e6
    assert deadline_ms <= elapsed_ms < deadline_ms + SLACK_MS


@pytest.mark.parametrize(
    "script",
    [
        silent,
        drips_the_status,
        drips_headers,
        drips_the_body,
        drips_chunks,
        stops_in_the_body,
        goes_on_continuing,
        confirms_and_is_silent,
    ],
)
def test_the_deadline_is_total(connect: Connect, script: Callable[[Connection], None]) -> None:
    with ScriptedServer(script) as server, connect(Endpoint(server.url)) as driver:
        assert_ends_at_the_deadline(lambda: driver.run(sign_in_and_load(CREDENTIALS), DEADLINE_MS))


def test_both_requests_share_one_deadline(connect: Connect) -> None:
    def script(connection: Connection) -> None:
        connection.receive()
        connection.ending.wait(DEADLINE_MS * 0.75 / 1000)
        connection.reply(201, SESSION_JSON)
        connection.receive()
        connection.ending.wait(DEADLINE_MS * 2 / 1000)
        connection.reply(200, PREFERENCES_JSON)

    with ScriptedServer(script) as server, connect(Endpoint(server.url)) as driver:
        assert_ends_at_the_deadline(lambda: driver.run(sign_in_and_load(CREDENTIALS), DEADLINE_MS))


def test_a_deadline_that_is_over_sends_nothing(connect: Connect) -> None:
    with ScriptedServer(silent) as server, connect(Endpoint(server.url)) as driver:
        assert_ends_at_the_deadline(lambda: driver.run(load_preferences(SESSION), 0), 0)
    assert server.requests == []


def test_a_connection_given_up_at_the_deadline_is_closed(connect: Connect) -> None:
    closed = threading.Event()

    def script(connection: Connection) -> None:
        connection.stay_silent()
        closed.set()

    with ScriptedServer(script) as server, connect(Endpoint(server.url)) as driver:
        with pytest.raises(DeadlineExceeded):
            driver.run(load_preferences(SESSION), 50)
        assert closed.wait(LONG_S)


def test_the_next_exchange_has_a_deadline_and_a_connection_of_its_own(connect: Connect) -> None:
    def script(connection: Connection) -> None:
        if server.connections > 1:
            connection.receive()
            connection.send(raw_reply(200, PREFERENCES_JSON))
        connection.stay_silent()

    with ScriptedServer(script) as server, connect(Endpoint(server.url)) as driver:
        with pytest.raises(DeadlineExceeded):
            driver.run(load_preferences(SESSION), 50)
        assert driver.run(load_preferences(SESSION)).display_name == "Ada"


@pytest.fixture
def stuck_resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have every lookup of a name hang until the test is over."""
    released = threading.Event()
    ended: list[threading.Event] = []

    def getaddrinfo(*_args: object, **_kwargs: object) -> list[object]:
        ended.append(threading.Event())
        try:
            released.wait(LONG_S)
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        finally:
            ended[-1].set()

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield
    released.set()
    assert all(lookup.wait(LONG_S) for lookup in ended)


# In this order: asyncio's own loop waits for its threads when it is closed, which is after the lookup was let go.
def test_the_deadline_ends_a_lookup_that_hangs(connect: Connect, stuck_resolver: None) -> None:
    with connect(Endpoint("http://shop.test")) as driver:
        assert_ends_at_the_deadline(lambda: driver.run(load_preferences(SESSION), DEADLINE_MS))
