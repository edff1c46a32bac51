"""Both drivers against servers that break off, and against what is no server at all."""

from __future__ import annotations

import gzip
import itertools
import socket
import threading
import tracemalloc
import zlib
from collections.abc import Callable

import pytest

from desktop_app.errors import ConnectionLost, ExchangeError, InvalidReply, ReplyTooLarge, ServiceUnreachable
from desktop_app.preferences.exchange import load_preferences, sign_in_and_load
from desktop_app.preferences.phases import Phase, Step
from desktop_app.preferences.progress import Progress
from desktop_app.preferences.transport import LARGEST_BODY_BYTES, Endpoint
from tests.helpers.exchanges import CREDENTIALS, PREFERENCES_JSON, SESSION, SESSION_JSON
from tests.helpers.scripted_server import HANG_S, Connection, ScriptedServer, raw_reply, refused_address
from tests.preferences.conftest import Connect

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
LOADS = itertools.repeat(raw_reply(200, PREFERENCES_JSON))


def test_a_refused_connection(connect: Connect) -> None:
    with (
        connect(Endpoint("http://{}:{}".format(*refused_address()))) as driver,
        pytest.raises(ServiceUnreachable),
    ):
        driver.run(sign_in_and_load(CREDENTIALS))


def test_the_exchange_after_a_refused_one_connects_anew(connect: Connect) -> None:
    address = refused_address()
    with connect(Endpoint("http://{}:{}".format(*address))) as driver:
        with pytest.raises(ServiceUnreachable):
            driver.run(load_preferences(SESSION))
        with ScriptedServer(sends(raw_reply(200, PREFERENCES_JSON)), port=address[1]):
            assert driver.run(load_preferences(SESSION)).display_name == "Ada"


def test_an_unknown_host(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    def getaddrinfo(*_args: object, **_kwargs: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    with connect(Endpoint("http://shop.test")) as driver, pytest.raises(ServiceUnreachable):
        driver.run(load_preferences(SESSION))


def test_a_host_that_no_name_can_be(connect: Connect) -> None:
    with connect(Endpoint(f"http://{'a' * 64}.test")) as driver, pytest.raises(ServiceUnreachable):
        driver.run(load_preferences(SESSION))


def test_a_server_without_tls_where_tls_is_meant(connect: Connect) -> None:
    def script(connection: Connection) -> None:
        connection.send(raw_reply(200))
        connection.stay_silent()

    with (
        ScriptedServer(script) as server,
        connect(Endpoint(f"https://127.0.0.1:{server.port}")) as driver,
        pytest.raises(ServiceUnreachable),
    ):
        driver.run(sign_in_and_load(CREDENTIALS))


def closes_at_once(_connection: Connection) -> None:
    return


def closes_before_the_reply(connection: Connection) -> None:
    connection.receive()


def resets(connection: Connection) -> None:
    connection.receive()
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.socket.close()


def sends(data: bytes) -> Callable[[Connection], None]:
    def script(connection: Connection) -> None:
        connection.receive()
        connection.send(data)

    return script


BROKEN: dict[str, Callable[[Connection], None]] = {
    "before the request": closes_at_once,
    "before the reply": closes_before_the_reply,
    "by a reset": resets,
    "in the status line": sends(b"HTTP/1.1 200"),
    "in the headers": sends(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "before the body": sends(HEAD),
    "in the body": sends(HEAD + b"{"),
    "in a chunk": sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{"),
    "before the last chunk": sends(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"),
}


@pytest.mark.parametrize("script", BROKEN.values(), ids=BROKEN)
def test_a_connection_that_breaks(connect: Connect, script: Callable[[Connection], None]) -> None:
    with ScriptedServer(script) as server, connect(Endpoint(server.url)) as driver, pytest.raises(ConnectionLost):
        driver.run(load_preferences(SESSION))


MALFORMED = {
    "another protocol": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "binary": bytes(range(256)) * 4,
    "no status": b"HTTP/1.1\r\n\r\n",
    "a status of words": b"HTTP/1.1 abc OK\r\n\r\n",
    "a header without a colon": b"HTTP/1.1 200 OK\r\nContent-Length\r\n\r\n",
    "a length of words": b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}",
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "a chunk size of words": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nmany\r\n{}\r\n",
    "2 MB of headers": b"HTTP/1.1 200 OK\r\nX-Large: " + b"x" * 2_000_000 + b"\r\n\r\n",
    "2 MB of many headers": b"HTTP/1.1 200 OK\r\n" + b"X-Header: value\r\n" * 120_000 + b"\r\n",
    "not gzip": raw_reply(200, b"{}", Content_Encoding="gzip"),
    "not deflate": raw_reply(200, b"\xff{}", Content_Encoding="deflate"),
    "cut gzip": raw_reply(200, gzip.compress(PREFERENCES_JSON)[:-12], Content_Encoding="gzip"),
}


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_a_reply_that_cannot_be_read(connect: Connect, data: bytes) -> None:
    with (
        ScriptedServer(sends(data)) as server,
        connect(Endpoint(server.url)) as driver,
        pytest.raises(InvalidReply),
    ):
        driver.run(load_preferences(SESSION))


LATER = {
    "a chunk size of words": (b"Transfer-Encoding: chunked", b"many\r\n{}\r\n"),
    "a chunk longer than it says": (b"Transfer-Encoding: chunked", b"2\r\n{}{}{}\r\n0\r\n\r\n"),
    "not gzip": (b"Content-Encoding: gzip\r\nContent-Length: 20", b" " * 20),
}


@pytest.mark.parametrize(("headers", "body"), LATER.values(), ids=LATER)
def test_a_body_that_is_malformed_once_the_headers_are_read(connect: Connect, headers: bytes, body: bytes) -> None:
    """It is told at once, not at the deadline: the connection stays open for as long."""
    has_begun = threading.Event()

    def listen(phase: Phase) -> None:
        if phase.step is Step.WAIT:
            has_begun.set()

    def script(connection: Connection) -> None:
        connection.receive()
        connection.send(b"HTTP/1.1 200 OK\r\n" + headers + b"\r\n\r\n")
        assert has_begun.wait(HANG_S)
        connection.send(body)
        connection.stay_silent()

    with (
        ScriptedServer(script) as server,
        connect(Endpoint(server.url), lambda: listen) as driver,
        pytest.raises(InvalidReply),
    ):
        driver.run(load_preferences(SESSION))


def test_a_change_to_another_protocol_was_not_asked_for(connect: Connect) -> None:
    data = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: else\r\nConnection: Upgrade\r\n\r\nhello"
    with (
        ScriptedServer(sends(data)) as server,
        connect(Endpoint(server.url)) as driver,
        pytest.raises(InvalidReply),
    ):
        driver.run(load_preferences(SESSION))


def test_a_compressed_reply_is_read(connect: Connect) -> None:
    data = raw_reply(200, gzip.compress(PREFERENCES_JSON), Content_Encoding="gzip")
    with ScriptedServer(sends(data)) as server, connect(Endpoint(server.url)) as driver:
        assert driver.run(load_preferences(SESSION)).display_name == "Ada"


BOMB_BYTES = 64 * LARGEST_BODY_BYTES
BOMBS = {
    "gzip": raw_reply(200, gzip.compress(bytes(BOMB_BYTES)), Content_Encoding="gzip"),
    "deflate": raw_reply(200, zlib.compress(bytes(BOMB_BYTES)), Content_Encoding="deflate"),
    "gzip in gzip": raw_reply(200, gzip.compress(gzip.compress(bytes(BOMB_BYTES))), Content_Encoding="gzip, gzip"),
}


@pytest.mark.parametrize("data", BOMBS.values(), ids=BOMBS)
def test_a_compressed_bomb_is_too_large_and_not_unpacked(connect: Connect, data: bytes) -> None:
    with ScriptedServer(sends(data)) as server, connect(Endpoint(server.url)) as driver:
        tracemalloc.start()
        try:
            with pytest.raises(ReplyTooLarge):
                driver.run(load_preferences(SESSION))
            _, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak_bytes < 8 * LARGEST_BODY_BYTES


def test_a_connection_that_the_server_closed_meanwhile_is_made_anew(connect: Connect) -> None:
    with (
        ScriptedServer(sends(raw_reply(200, PREFERENCES_JSON))) as server,
        connect(Endpoint(server.url)) as driver,
    ):
        driver.run(load_preferences(SESSION))
        server.wait_until_closed(1)
        assert driver.run(load_preferences(SESSION)).display_name == "Ada"
        assert server.connections == 2


def test_a_sign_in_does_not_go_on_a_connection_that_was_closed_while_the_thread_was_busy(connect: Connect) -> None:
    """It is never sent twice, so that it would fail: nothing of the loop ran since the server closed."""
    answers = itertools.chain([raw_reply(200, PREFERENCES_JSON), raw_reply(201, SESSION_JSON)], LOADS)

    def script(connection: Connection) -> None:
        connection.receive()
        connection.send(next(answers))

    with ScriptedServer(script) as server, connect(Endpoint(server.url)) as driver:
        driver.run(load_preferences(SESSION))
        server.wait_until_closed(1)
        assert driver.run(sign_in_and_load(CREDENTIALS)).display_name == "Ada"


def test_a_load_that_breaks_on_a_kept_connection_is_tried_again_by_the_exchange_alone(connect: Connect) -> None:
    told: list[object] = []

    def script(connection: Connection) -> None:
        for _ in range(2 if server.connections == 1 else 1):
            connection.receive()
            if len(server.requests) != 2:
                connection.reply(200, PREFERENCES_JSON)

    with ScriptedServer(script) as server, connect(Endpoint(server.url)) as driver:
        driver.run(load_preferences(SESSION))
        assert driver.run(load_preferences(SESSION), tell=told.append).display_name == "Ada"
        assert len(server.requests) == 3
    assert told[-1] == Progress(2)


def test_a_server_that_closes_between_the_requests(connect: Connect) -> None:
    confirmed: list[object] = []

    def script(connection: Connection) -> None:
        connection.receive()
        connection.reply(201, SESSION_JSON, Connection="close")

    with ScriptedServer(script) as server, connect(Endpoint(server.url)) as driver, pytest.raises(ExchangeError):
        driver.run(sign_in_and_load(CREDENTIALS), tell=confirmed.append)
    assert confirmed == [SESSION]
