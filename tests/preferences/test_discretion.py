"""Passwords, tokens and the per-run secret show in no text that could end up in a log."""

from __future__ import annotations

import traceback

import pytest

from desktop_app.errors import ExchangeError, InvalidReply
from desktop_app.preferences.exchange import Reply, Request, load_preferences, sign_in_and_load
from desktop_app.preferences.model import Session
from desktop_app.preferences.transport import Endpoint
from tests.helpers.exchanges import CREDENTIALS, PASSWORD, SESSION, SESSION_JSON, TOKEN, play, reply
from tests.helpers.scripted_server import Connection, ScriptedServer
from tests.preferences.conftest import Connect

SECRET = "never-to-be-seen-secret"
SECRETS = (PASSWORD, TOKEN, SECRET)
ENDPOINT = Endpoint("https://shop.example.com", SECRET, ("127.0.0.1", 4711))
HOLDERS: list[object] = [
    CREDENTIALS,
    SESSION,
    ENDPOINT,
    next(sign_in_and_load(CREDENTIALS)),
    next(load_preferences(SESSION)),
    Reply(201, {"set-cookie": TOKEN}, SESSION_JSON),
]


@pytest.mark.parametrize("holder", HOLDERS, ids=lambda holder: type(holder).__name__)
def test_what_holds_a_secret_does_not_show_it(holder: object) -> None:
    texts = f"{holder!r} {holder!s} {holder} {[holder]}"
    assert not [secret for secret in SECRETS if secret in texts]


def test_what_is_no_secret_is_shown() -> None:
    assert repr(CREDENTIALS) == "Credentials(email='ada@example.com')"
    assert repr(Request("GET", "/x", {"a": "b"}, b"c")) == "Request(GET /x)"
    assert repr(Reply(200, {"a": "b"}, b"abc")) == "Reply(200, 3 bytes)"
    assert repr(ENDPOINT) == "Endpoint('https://shop.example.com', via=('127.0.0.1', 4711))"
    assert repr(SESSION) == "Session(expires_at=2030-01-01T00:00:00+00:00)"


def assert_discreet(error: BaseException) -> None:
    detail = getattr(error, "detail", "")
    texts = f"{error!r} {error!s} {detail} " + "".join(traceback.format_exception(error))
    cause = error.__cause__
    while cause is not None:
        texts += f" {cause!r} {cause!s}"
        cause = cause.__cause__
    assert not [secret for secret in SECRETS if secret in texts]


@pytest.mark.parametrize(
    "body",
    [
        f'{{"token": "{TOKEN}"}}',
        f'{{"token": ["{TOKEN}"], "expires_at": "2030-01-01T00:00:00Z"}}',
        f'{{"token": "x", "expires_at": "{TOKEN}"}}',
        f'"{TOKEN}"',
        f'{{"token": "{TOKEN}", ',
    ],
)
def test_a_session_that_cannot_be_read_is_not_quoted(body: str) -> None:
    with pytest.raises(InvalidReply) as caught:
        play(sign_in_and_load(CREDENTIALS), [reply(201, body.encode())])
    assert_discreet(caught.value)


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_a_refusal_does_not_quote_the_reply(status: int) -> None:
    with pytest.raises(ExchangeError) as caught:
        play(sign_in_and_load(CREDENTIALS), [reply(status, PASSWORD.encode(), location=SECRET)])
    assert_discreet(caught.value)


def _close(connection: Connection) -> None:
    connection.receive()


def _not_http(connection: Connection) -> None:
    connection.receive()
    connection.send(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")


def _silent(connection: Connection) -> None:
    connection.stay_silent()


@pytest.mark.parametrize("script", [_close, _not_http, _silent])
def test_a_failed_request_does_not_quote_what_was_sent(
    connect: Connect, script: object, caplog: pytest.LogCaptureFixture
) -> None:
    assert callable(script)
    caplog.set_level("INFO")
    with ScriptedServer(script) as server, connect(Endpoint(server.url, SECRET)) as driver:
        for steps in (sign_in_and_load(CREDENTIALS), load_preferences(SESSION)):
            with pytest.raises(ExchangeError) as caught:
                driver.run(steps, 200)
            assert_discreet(caught.value)
    assert not [secret for secret in SECRETS if secret in caplog.text]


@pytest.mark.parametrize("token", [f"{TOKEN}\r\nx-injected: yes", f"{TOKEN}\n", f"{TOKEN}\0", f"{TOKEN}\u00e9"])
def test_a_token_that_is_no_header_is_not_sent_and_not_quoted(connect: Connect, token: str) -> None:
    session = Session(token, SESSION.expires_at)
    with ScriptedServer(_close) as server, connect(Endpoint(server.url)) as driver:
        with pytest.raises(InvalidReply) as caught:
            driver.run(load_preferences(session))
        assert_discreet(caught.value)
        assert server.requests == []
