"""What goes wrong ends at the form or the default home page, with a plain message; and gives nothing away."""

from __future__ import annotations

import json
import logging
import os
import signal
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_app.backend import Backend
from desktop_app.errors import (
    ConnectionLost,
    ExchangeError,
    InvalidReply,
    ProfileError,
    ReplyTooLarge,
    ServiceFault,
    ServiceNotStarted,
    ServiceUnreachable,
    SessionExpired,
    TooManyAttempts,
)
from desktop_app.signin.state import Degraded, Home, SignedOut
from tests.helpers.children import service_pid
from tests.helpers.deliberate import BOTH_MODES
from tests.helpers.scripted_server import Connection, ScriptedServer
from tests.helpers.service_process import store_path
from tests.signin.conftest import HEALTHY, PASSWORD, Start

JSON = {"Content_Type": "application/json"}
SESSION = json.dumps({"token": "a-token", "expires_at": "2030-01-01T00:00:00Z"}).encode()
Script = Callable[[Connection], None]


def replying(status: int, body: bytes = b"{}", **headers: str) -> Script:
    """Give every request this answer."""

    def script(connection: Connection) -> None:
        while True:
            connection.receive()
            connection.reply(status, body, **(JSON | headers))

    return script


def signing_in_then(status: int, body: bytes = b"{}") -> Script:
    """Accept any credentials, and answer the request for preferences with this."""

    def script(connection: Connection) -> None:
        while True:
            if connection.receive().path == "/v1/sessions":
                connection.reply(201, SESSION, **JSON)
            else:
                connection.reply(status, body, **JSON)

    return script


def cutting(connection: Connection) -> None:
    connection.receive()
    connection.send(b"HTTP/1.1 201 Created\r\nContent-Length: 999\r\n\r\n{")


def greeting_as_a_mail_server(connection: Connection) -> None:
    connection.receive()
    connection.send(b"220 mail ready\r\n\r\n")
    connection.stay_silent()


AT_SIGN_IN: dict[str, tuple[Script, type[ExchangeError], str]] = {
    "429": (replying(429, Retry_After="7"), TooManyAttempts, "Too many attempts. Try again in 7 s."),
    "500": (replying(500), ServiceFault, "The service has a problem (status 500)."),
    "redirect": (replying(302, Location="http://127.0.0.1:1/"), ServiceFault, "problem (status 302)"),
    "not JSON": (replying(201, b"<html>"), InvalidReply, "could not be read"),
    "wrong schema": (replying(201, b'{"token": 7}'), InvalidReply, "could not be read"),
    "over 1 MiB": (replying(201, b" " * (1024 * 1024 + 1)), ReplyTooLarge, "too large"),
    "cut off": (cutting, ConnectionLost, "broke before the answer was complete"),
    "not HTTP": (greeting_as_a_mail_server, InvalidReply, "could not be read"),
}
AT_LOADING: dict[str, tuple[Script, type[ExchangeError]]] = {
    "429": (signing_in_then(429), TooManyAttempts),
    "500": (signing_in_then(500), ServiceFault),
    "not JSON": (signing_in_then(200, b"<html>"), InvalidReply),
    "wrong type": (signing_in_then(200, b'{"reduced_motion": "yes"}'), InvalidReply),
    "unknown theme": (signing_in_then(200, b'{"theme": "pink"}'), InvalidReply),
}


@BOTH_MODES
@pytest.mark.parametrize("case", AT_SIGN_IN)
def test_a_fault_at_signing_in_is_told_plainly_at_the_form(start: Start, mode: str, case: str) -> None:
    script, error, message = AT_SIGN_IN[case]
    with ScriptedServer(script) as server:
        running = start(HEALTHY, mode, server=server.url)
        running.sign_in()
        failure = running.wait_for(SignedOut).failure
        assert failure is not None
        assert isinstance(failure.error, error)
        assert message in running.window.form.banner.title.text()


@BOTH_MODES
@pytest.mark.parametrize("case", AT_LOADING)
def test_a_fault_at_loading_ends_in_the_default_home_page(start: Start, mode: str, case: str) -> None:
    script, error = AT_LOADING[case]
    with ScriptedServer(script) as server:
        running = start(HEALTHY, mode, server=server.url)
        running.sign_in()
        assert isinstance(running.wait_for(Degraded).failure.error, error)


@BOTH_MODES
def test_an_expired_session_ends_at_the_form_with_the_email(start: Start, mode: str) -> None:
    with ScriptedServer(signing_in_then(401)) as server:
        running = start(HEALTHY, mode, server=server.url)
        running.sign_in()
        failure = running.wait_for(SignedOut).failure
        assert failure is not None
        assert isinstance(failure.error, SessionExpired)
        assert running.window.form.email.text() == "demo@example.com"


@BOTH_MODES
def test_a_service_that_is_not_there_is_told_at_the_form(start: Start, mode: str) -> None:
    with ScriptedServer(replying(200)) as server:
        gone = server.url
    running = start(HEALTHY, mode, server=gone)
    running.sign_in()
    failure = running.wait_for(SignedOut).failure
    assert failure is not None
    assert isinstance(failure.error, ServiceUnreachable)


def test_a_service_that_died_twice_is_told_at_the_next_sign_in(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    running = start(HEALTHY, own_service=True)
    backend: Backend = running.program.backend
    for _ in range(2):
        running.wait_until(backend.endpoint().done)
        endpoint = backend.endpoint()
        os.kill(service_pid(backend), signal.SIGKILL)
        running.wait_until(lambda endpoint=endpoint: backend.endpoint() is not endpoint)  # type: ignore[misc]
    running.wait_until(backend.endpoint().done)
    caplog.clear()
    running.sign_in()
    failure = running.wait_for(SignedOut).failure
    assert failure is not None
    assert isinstance(failure.error, ServiceNotStarted)


def test_a_corrupt_database_is_set_aside_and_told(start: Start, tmp_path: Path) -> None:
    database = tmp_path / "customers.sqlite3"
    database.write_bytes(b"not a database" * 1000)
    running = start(HEALTHY, own_service=True)
    running.wait_until(running.window.notice.isVisible)
    (kept,) = tmp_path.glob("customers.sqlite3.corrupt-*")
    assert kept.read_bytes().startswith(b"not a database")
    assert kept.name in running.window.notice.title.text()


def test_a_profile_that_cannot_be_used_is_told_at_the_form(start: Start) -> None:
    running = start(HEALTHY)
    assert running.program.presenter is not None
    error = ServiceNotStarted(reason=str(ProfileError(path="/nowhere", reason="it is not writable")))
    running.painted.clear()
    running.program.presenter.report(error)
    running.wait_for(SignedOut)
    assert "Choose another one with --profile-dir." in running.window.form.banner.title.text()


def test_what_was_typed_is_kept_when_the_service_turns_out_not_to_start(start: Start) -> None:
    running = start(HEALTHY)
    running.fill_in("ada@example.com", "a password")
    assert running.program.presenter is not None
    running.painted.clear()
    running.program.presenter.report(ServiceNotStarted(reason="there is none."))
    running.wait_for(SignedOut)
    form = running.window.form
    assert (form.email.text(), form.password.text()) == ("ada@example.com", "a password")


def test_neither_password_nor_token_is_in_log_or_title(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    running = start(HEALTHY)
    running.sign_in()
    token = running.wait_for(Home).session.token
    said = caplog.text + running.window.windowTitle() + repr(running.states) + running.window.announcement
    assert PASSWORD not in said
    assert token not in said


def test_the_password_leaves_the_form_once_it_is_confirmed(start: Start) -> None:
    running = start(HEALTHY)
    running.sign_in()
    running.wait_for(Home)
    assert running.window.form.password.text() == ""


def test_neither_password_nor_token_is_in_the_services_files(start: Start, service: object) -> None:
    running = start(HEALTHY)
    running.sign_in()
    token = running.wait_for(Home).session.token
    directory = store_path(getattr(service, "directory")).parent  # noqa: B009
    for path in directory.iterdir():
        if path.suffix == ".sqlite3":
            # What is in the write-ahead log only, the files alone would not show.
            sqlite3.connect(path).close()
    content = b"".join(path.read_bytes() for path in directory.iterdir())
    assert PASSWORD.encode() not in content
    assert token.encode() not in content
