"""Both drivers wait and try again as the exchange says, inside the deadline."""

from __future__ import annotations

import itertools
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable

import pytest
import trustme

from desktop_app.errors import (
    ConnectionLost,
    DeadlineExceeded,
    ServiceBusy,
    ServiceNotTrusted,
    ServiceUnreachable,
    TooManyAttempts,
)
from desktop_app.preferences.exchange import load_preferences, sign_in_and_load
from desktop_app.preferences.progress import MOST_TRIES, Progress
from desktop_app.preferences.transport import Endpoint
from tests.helpers.exchanges import CREDENTIALS, PREFERENCES_JSON, SESSION, SESSION_JSON
from tests.helpers.scripted_server import HANG_S, Connection, ScriptedServer, raw_reply, refused_address
from tests.preferences.conftest import Connect

LOADED = raw_reply(200, PREFERENCES_JSON)


def replies(*answers: bytes) -> Callable[[Connection], None]:
    """Answer the requests of all connections, one after the other; an empty answer breaks the connection off."""
    left = iter(answers)

    def script(connection: Connection) -> None:
        while True:
            connection.receive()
            answer = next(left)
            if not answer:
                return
            connection.send(answer)

    return script


@pytest.mark.parametrize("failure", [b"", raw_reply(503), raw_reply(500), b"HTTP/1.1 200 OK\r\nContent-Length: 9"])
def test_the_third_try_succeeds(connect: Connect, failure: bytes) -> None:
    if failure and not failure.endswith(b"\r\n\r\n"):
        failures = cut(failure, LOADED)
    else:
        failures = replies(failure, failure, LOADED)
    with ScriptedServer(failures) as server, connect(Endpoint(server.url)) as driver:
        assert driver.run(load_preferences(SESSION)).display_name == "Ada"
        assert len(server.requests) == MOST_TRIES


def cut(beginning: bytes, then: bytes) -> Callable[[Connection], None]:
    number = itertools.count()

    def script(connection: Connection) -> None:
        connection.receive()
        connection.send(then if next(number) == MOST_TRIES - 1 else beginning)

    return script


def test_what_goes_on_is_told(connect: Connect) -> None:
    told: list[object] = []
    with (
        ScriptedServer(replies(raw_reply(500), raw_reply(500), LOADED)) as server,
        connect(Endpoint(server.url)) as driver,
    ):
        driver.run(load_preferences(SESSION), tell=told.append)
    assert [each.number for each in told if isinstance(each, Progress)] == [2, 2, 3, 3]
    assert told[1::2] == [Progress(2), Progress(3)]


def test_a_sign_in_that_broke_off_is_not_sent_twice(connect: Connect) -> None:
    with (
        ScriptedServer(replies(b"", raw_reply(201, SESSION_JSON), LOADED)) as server,
        connect(Endpoint(server.url)) as driver,
    ):
        with pytest.raises(ConnectionLost):
            driver.run(sign_in_and_load(CREDENTIALS))
        assert len(server.requests) == 1


def test_a_refused_sign_in_is_tried_three_times(connect: Connect) -> None:
    told: list[object] = []
    with (
        connect(Endpoint("http://{}:{}".format(*refused_address()))) as driver,
        pytest.raises(ServiceUnreachable),
    ):
        driver.run(sign_in_and_load(CREDENTIALS), tell=told.append)
    assert told[-1] == Progress(MOST_TRIES)


def test_a_pause_longer_than_what_remains_is_not_begun(connect: Connect) -> None:
    begun = time.monotonic()
    with (
        ScriptedServer(replies(raw_reply(429, Retry_After="60"), LOADED)) as server,
        connect(Endpoint(server.url)) as driver,
    ):
        with pytest.raises(TooManyAttempts):
            driver.run(load_preferences(SESSION), deadline_ms=20_000)
        assert len(server.requests) == 1
    assert time.monotonic() - begun < 20


def test_only_the_async_driver_waits_as_long_as_the_service_asks(
    connect: Connect, request: pytest.FixtureRequest
) -> None:
    with (
        ScriptedServer(replies(raw_reply(503, Retry_After="1"), LOADED)) as server,
        connect(Endpoint(server.url)) as driver,
    ):
        if "blocking" in request.node.name:
            with pytest.raises(ServiceBusy):
                driver.run(load_preferences(SESSION))
            assert len(server.requests) == 1
        else:
            begun = time.monotonic()
            driver.run(load_preferences(SESSION))
            assert time.monotonic() - begun >= 1


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def over_tls(script: Callable[[Connection], None], certificate: trustme.LeafCert) -> Callable[[Connection], None]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)

    def wrapped(connection: Connection) -> None:
        with context.wrap_socket(connection.socket, server_side=True) as secured:
            script(Connection(secured, connection.ending, connection.requests))

    return wrapped


def test_a_trusted_certificate_is_trusted(connect: Connect, authority: trustme.CA) -> None:
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    script = over_tls(replies(LOADED), authority.issue_cert("shop.test"))
    with ScriptedServer(script) as server:
        endpoint = Endpoint("https://shop.test", via=server.address, ssl_context=trusting)
        with connect(endpoint) as driver:
            assert driver.run(load_preferences(SESSION)).display_name == "Ada"


@pytest.mark.parametrize("name", ["elsewhere.test", "shop.test"])
def test_a_certificate_that_proves_nothing_ends_it_at_once(
    connect: Connect, authority: trustme.CA, name: str
) -> None:
    told: list[object] = []
    trusting = ssl.create_default_context()
    if name == "elsewhere.test":
        authority.configure_trust(trusting)
    with ScriptedServer(over_tls(replies(LOADED), authority.issue_cert(name))) as server:
        endpoint = Endpoint("https://shop.test", via=server.address, ssl_context=trusting)
        with connect(endpoint) as driver, pytest.raises(ServiceNotTrusted):
            driver.run(sign_in_and_load(CREDENTIALS), tell=told.append)
        assert (told, server.requests) == ([], [])


def over_tls_to(server: ScriptedServer, authority: trustme.CA) -> Endpoint:
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    return Endpoint("https://shop.test", via=server.address, ssl_context=trusting)


def test_a_sign_in_does_not_go_on_a_connection_over_tls_that_was_closed_meanwhile(
    connect: Connect, authority: trustme.CA
) -> None:
    answers = iter([LOADED, raw_reply(201, SESSION_JSON), LOADED, LOADED])

    def script(connection: Connection) -> None:
        connection.receive()
        connection.send(next(answers))

    with (
        ScriptedServer(over_tls(script, authority.issue_cert("shop.test"))) as server,
        connect(over_tls_to(server, authority)) as driver,
    ):
        driver.run(load_preferences(SESSION))
        server.wait_until_closed(1)
        assert driver.run(sign_in_and_load(CREDENTIALS)).display_name == "Ada"


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"])
def test_a_connection_over_tls_that_is_given_up_ends_without_the_other_side(
    connect: Connect, authority: trustme.CA, beginning: bytes
) -> None:
    """The server answers no closing handshake, for which asyncio waits 30 s."""
    has_ended = threading.Event()

    def script(connection: Connection) -> None:
        connection.receive()
        connection.send(beginning)
        with socket.socket(fileno=os.dup(connection.socket.fileno())) as beneath:
            beneath.settimeout(HANG_S)
            while beneath.recv(65536):
                pass
            has_ended.set()

    with (
        ScriptedServer(over_tls(script, authority.issue_cert("shop.test"))) as server,
        connect(over_tls_to(server, authority)) as driver,
    ):
        with pytest.raises(DeadlineExceeded):
            driver.run(load_preferences(SESSION), 300)
        # The async driver's loop stands still by now.
        assert has_ended.wait(HANG_S / 3)
