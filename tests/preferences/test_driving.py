"""Both drivers against a server that behaves: what goes over the wire, and what comes back."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from desktop_app import __version__
from desktop_app.errors import (
    ExchangeError,
    InvalidReply,
    ReplyTooLarge,
    ServiceFault,
    SessionExpired,
    TooManyAttempts,
    WrongCredentials,
)
from desktop_app.preferences.exchange import load_preferences, sign_in_and_load
from desktop_app.preferences.model import Preferences, Session
from desktop_app.preferences.progress import Progress
from desktop_app.preferences.transport import LARGEST_BODY_BYTES, Endpoint
from tests.helpers.exchanges import CREDENTIALS, PASSWORD, PREFERENCES_JSON, SESSION, SESSION_JSON, TOKEN
from tests.helpers.scripted_server import Connection, ScriptedServer, raw_reply
from tests.preferences.conftest import Connect

Script = Callable[[Connection], None]


def serve_everything(connection: Connection) -> None:
    """Play a service that confirms whoever comes, on a connection that is kept."""
    while True:
        if connection.receive().method == "POST":
            connection.reply(201, SESSION_JSON)
        else:
            connection.reply(200, PREFERENCES_JSON)


def always(*replies: bytes) -> Script:
    """Answer each request of a connection with the next of these, then close it."""

    def script(connection: Connection) -> None:
        for data in replies:
            connection.receive()
            connection.send(data)

    return script


def test_an_exchange_ends_in_the_preferences(connect: Connect) -> None:
    with ScriptedServer(serve_everything) as server, connect(Endpoint(server.url)) as driver:
        preferences = driver.run(sign_in_and_load(CREDENTIALS))
    assert preferences == Preferences(display_name="Ada", theme="dark", favourite_categories=("books",))


def test_the_session_is_told_before_the_preferences_are_asked_for(connect: Connect) -> None:
    seen: list[tuple[Session | Progress, int]] = []
    with ScriptedServer(serve_everything) as server, connect(Endpoint(server.url)) as driver:
        driver.run(sign_in_and_load(CREDENTIALS), tell=lambda news: seen.append((news, len(server.requests))))
    assert seen == [(SESSION, 1)]


def test_the_requests_arrive_as_the_exchange_made_them(connect: Connect) -> None:
    with ScriptedServer(serve_everything) as server, connect(Endpoint(server.url)) as driver:
        driver.run(sign_in_and_load(CREDENTIALS))
    posted, got = server.requests
    assert (posted.method, posted.path) == ("POST", "/v1/sessions")
    assert json.loads(posted.body) == {"email": CREDENTIALS.email, "password": PASSWORD}
    assert posted.headers["content-type"] == "application/json"
    assert (got.method, got.path, got.body) == ("GET", "/v1/me/preferences", b"")
    assert got.headers["authorization"] == f"Bearer {TOKEN}"


def test_every_request_carries_the_secret_and_says_who_asks(connect: Connect) -> None:
    with ScriptedServer(serve_everything) as server, connect(Endpoint(server.url, "the-secret")) as driver:
        driver.run(sign_in_and_load(CREDENTIALS))
    assert [request.headers["desktop-app-secret"] for request in server.requests] == ["the-secret"] * 2
    assert [request.headers["user-agent"] for request in server.requests] == [f"desktop-app/{__version__}"] * 2
    assert [request.headers["accept"] for request in server.requests] == ["application/json"] * 2


def test_a_service_without_a_secret_is_sent_none(connect: Connect) -> None:
    with ScriptedServer(serve_everything) as server, connect(Endpoint(server.url)) as driver:
        driver.run(load_preferences(SESSION))
    assert "desktop-app-secret" not in server.requests[0].headers


def test_the_password_goes_only_where_it_is_asked_for(connect: Connect) -> None:
    with ScriptedServer(serve_everything) as server, connect(Endpoint(server.url)) as driver:
        driver.run(sign_in_and_load(CREDENTIALS))
    posted, got = server.requests
    assert PASSWORD not in posted.path + str(posted.headers) + str(got)


def test_a_path_in_the_url_of_the_service_stays_before_the_request_s(connect: Connect) -> None:
    with ScriptedServer(serve_everything) as server, connect(Endpoint(f"{server.url}/shop")) as driver:
        driver.run(load_preferences(SESSION))
    assert server.requests[0].path == "/shop/v1/me/preferences"


def test_two_exchanges_share_a_connection(connect: Connect) -> None:
    with ScriptedServer(serve_everything) as server, connect(Endpoint(server.url)) as driver:
        driver.run(sign_in_and_load(CREDENTIALS))
        driver.run(load_preferences(SESSION))
        assert (len(server.requests), server.connections) == (3, 1)


def test_no_cookie_is_kept(connect: Connect) -> None:
    script = always(raw_reply(201, SESSION_JSON, Set_Cookie="a=b; Path=/"), raw_reply(200, PREFERENCES_JSON))
    with ScriptedServer(script) as server, connect(Endpoint(server.url)) as driver:
        driver.run(sign_in_and_load(CREDENTIALS))
    assert len(server.requests) == 2
    assert not [request for request in server.requests if "cookie" in request.headers]


def test_only_codings_that_are_known_are_asked_for(connect: Connect) -> None:
    with ScriptedServer(serve_everything) as server, connect(Endpoint(server.url)) as driver:
        driver.run(load_preferences(SESSION))
    assert server.requests[0].headers["accept-encoding"] == "gzip, deflate"


STATUSES: list[tuple[int, type[ExchangeError]]] = [
    (401, WrongCredentials),
    (403, ServiceFault),
    (429, TooManyAttempts),
    (500, ServiceFault),
]


@pytest.mark.parametrize(("status", "error"), STATUSES)
def test_a_refused_sign_in(connect: Connect, status: int, error: type[ExchangeError]) -> None:
    with (
        ScriptedServer(always(raw_reply(status))) as server,
        connect(Endpoint(server.url)) as driver,
        pytest.raises(error),
    ):
        driver.run(sign_in_and_load(CREDENTIALS))


def test_an_expired_session(connect: Connect) -> None:
    script = always(raw_reply(201, SESSION_JSON), raw_reply(401))
    with ScriptedServer(script) as server, connect(Endpoint(server.url)) as driver, pytest.raises(SessionExpired):
        driver.run(sign_in_and_load(CREDENTIALS))


def test_the_retry_after_header_is_read_in_any_case(connect: Connect) -> None:
    script = always(raw_reply(429, RETRY_AFTER="42"))
    with (
        ScriptedServer(script) as server,
        connect(Endpoint(server.url)) as driver,
        pytest.raises(TooManyAttempts) as caught,
    ):
        driver.run(sign_in_and_load(CREDENTIALS))
    assert caught.value.values == {"seconds": 42}


def test_a_connection_serves_on_after_a_refusal(connect: Connect) -> None:
    script = always(raw_reply(401, b"{}"), raw_reply(201, SESSION_JSON), raw_reply(200, PREFERENCES_JSON))
    with ScriptedServer(script) as server, connect(Endpoint(server.url)) as driver:
        with pytest.raises(WrongCredentials):
            driver.run(sign_in_and_load(CREDENTIALS))
        driver.run(sign_in_and_load(CREDENTIALS))
        assert server.connections == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(connect: Connect, status: int) -> None:
    with ScriptedServer(serve_everything) as target:
        script = always(raw_reply(status, Location=f"{target.url}/v1/sessions"))
        with (
            ScriptedServer(script) as server,
            connect(Endpoint(server.url)) as driver,
            pytest.raises(ServiceFault, match=str(status)),
        ):
            driver.run(sign_in_and_load(CREDENTIALS))
        assert target.connections == 0


def preferences_of(size_bytes: int) -> bytes:
    start, end = b'{"display_name": "Ada", "padding": "', b'"}'
    return start + b"x" * (size_bytes - len(start) - len(end)) + end


def test_a_body_of_just_the_largest_size_is_taken(connect: Connect) -> None:
    script = always(raw_reply(200, preferences_of(LARGEST_BODY_BYTES)))
    with ScriptedServer(script) as server, connect(Endpoint(server.url)) as driver:
        assert driver.run(load_preferences(SESSION)).display_name == "Ada"


def test_a_byte_more_is_too_large(connect: Connect) -> None:
    script = always(raw_reply(200, preferences_of(LARGEST_BODY_BYTES + 1)))
    with ScriptedServer(script) as server, connect(Endpoint(server.url)) as driver, pytest.raises(ReplyTooLarge):
        driver.run(load_preferences(SESSION))


def test_an_endless_body_is_too_large(connect: Connect) -> None:
    def script(connection: Connection) -> None:
        connection.receive()
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.send(b"10000\r\n" + b" " * 0x10000 + b"\r\n")

    with ScriptedServer(script) as server, connect(Endpoint(server.url)) as driver, pytest.raises(ReplyTooLarge):
        driver.run(load_preferences(SESSION))


def test_the_next_exchange_after_a_body_too_large_is_well(connect: Connect) -> None:
    def script(connection: Connection) -> None:
        is_first = server.connections == 1
        while True:
            connection.receive()
            connection.reply(200, preferences_of(LARGEST_BODY_BYTES * 2) if is_first else PREFERENCES_JSON)

    with ScriptedServer(script) as server, connect(Endpoint(server.url)) as driver:
        with pytest.raises(ReplyTooLarge):
            driver.run(load_preferences(SESSION))
        assert driver.run(load_preferences(SESSION)).display_name == "Ada"


def test_a_body_in_chunks_is_put_together(connect: Connect) -> None:
    half = len(PREFERENCES_JSON) // 2
    chunks = [PREFERENCES_JSON[:half], PREFERENCES_JSON[half:], b""]
    body = b"".join(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n" for chunk in chunks)
    script = always(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
    with ScriptedServer(script) as server, connect(Endpoint(server.url)) as driver:
        assert driver.run(load_preferences(SESSION)).display_name == "Ada"


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"theme": 1}', b"\xff\xfe"])
def test_a_body_that_cannot_be_read(connect: Connect, body: bytes) -> None:
    with (
        ScriptedServer(always(raw_reply(200, body))) as server,
        connect(Endpoint(server.url)) as driver,
        pytest.raises(InvalidReply),
    ):
        driver.run(load_preferences(SESSION))
