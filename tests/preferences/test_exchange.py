"""Signing in and loading, played by hand: what is asked, and what each answer means."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from desktop_app.errors import ExchangeError, ServiceFault, SessionExpired, TooManyAttempts, WrongCredentials
from desktop_app.preferences.exchange import Exchange, Reply, Request, load_preferences, sign_in_and_load, sign_out
from desktop_app.preferences.model import DEFAULT_PREFERENCES, Preferences
from tests.helpers.exchanges import CREDENTIALS, PASSWORD, PREFERENCES_JSON, SESSION, SESSION_JSON, TOKEN, play, reply

CREATED = reply(201, SESSION_JSON)
LOADED = reply(200, PREFERENCES_JSON)


def test_the_preferences_are_the_result() -> None:
    _, preferences = play(sign_in_and_load(CREDENTIALS), [CREATED, LOADED])
    assert preferences == Preferences(display_name="Ada", theme="dark", favourite_categories=("books",))


def test_it_posts_the_credentials_then_says_it_is_confirmed_then_asks_for_the_preferences() -> None:
    yielded, _ = play(sign_in_and_load(CREDENTIALS), [CREATED, LOADED])
    posted, session, got = yielded
    assert isinstance(posted, Request)
    assert isinstance(got, Request)
    assert (posted.method, posted.path) == ("POST", "/v1/sessions")
    assert session == SESSION
    assert (got.method, got.path) == ("GET", "/v1/me/preferences")


def test_the_credentials_travel_as_json() -> None:
    request = next(sign_in_and_load(CREDENTIALS))
    assert isinstance(request, Request)
    assert request.headers == {"content-type": "application/json"}
    assert msgspec.json.decode(request.body) == {"email": "ada@example.com", "password": PASSWORD}


def test_the_token_travels_in_the_authorization_header() -> None:
    request = next(load_preferences(SESSION))
    assert isinstance(request, Request)
    assert request.headers == {"authorization": f"Bearer {TOKEN}"}
    assert request.body == b""


def test_signing_in_carries_no_token_and_loading_no_password() -> None:
    yielded, _ = play(sign_in_and_load(CREDENTIALS), [CREATED, LOADED])
    posted, _, got = yielded
    assert isinstance(posted, Request)
    assert isinstance(got, Request)
    assert "authorization" not in posted.headers
    assert PASSWORD.encode() not in got.body + repr(got.headers).encode()


REFUSALS: list[tuple[int, type[ExchangeError]]] = [
    (400, ServiceFault),
    (403, ServiceFault),
    (404, ServiceFault),
    (429, TooManyAttempts),
    (500, ServiceFault),
    (503, ServiceFault),
    (301, ServiceFault),
    (302, ServiceFault),
    (307, ServiceFault),
    (204, ServiceFault),
    (202, ServiceFault),
    (999, ServiceFault),
]


@pytest.mark.parametrize(("status", "error"), [*REFUSALS, (401, WrongCredentials), (200, ServiceFault)])
def test_a_status_that_refuses_the_sign_in(status: int, error: type[ExchangeError]) -> None:
    with pytest.raises(error):
        play(sign_in_and_load(CREDENTIALS), [reply(status, SESSION_JSON)])


@pytest.mark.parametrize(("status", "error"), [*REFUSALS, (401, SessionExpired), (201, ServiceFault)])
def test_a_status_that_refuses_the_preferences(status: int, error: type[ExchangeError]) -> None:
    with pytest.raises(error):
        play(sign_in_and_load(CREDENTIALS), [CREATED, reply(status, PREFERENCES_JSON)])


@pytest.mark.parametrize(("status", "error"), [*REFUSALS, (401, SessionExpired), (201, ServiceFault)])
def test_a_status_that_refuses_a_retry(status: int, error: type[ExchangeError]) -> None:
    with pytest.raises(error):
        play(load_preferences(SESSION), [reply(status, PREFERENCES_JSON)])


@pytest.mark.parametrize("status", [403, 500, 302])
def test_the_person_is_told_the_status(status: int) -> None:
    with pytest.raises(ServiceFault, match=str(status)):
        play(load_preferences(SESSION), [reply(status)])


def test_nothing_is_asked_after_a_refused_sign_in() -> None:
    steps = sign_in_and_load(CREDENTIALS)
    next(steps)
    with pytest.raises(WrongCredentials):
        steps.send(reply(401))
    with pytest.raises(StopIteration):
        next(steps)


def test_a_load_of_no_preferences_gives_the_defaults() -> None:
    assert play(load_preferences(SESSION), [reply(200, b"{}")])[1] == DEFAULT_PREFERENCES


@pytest.mark.parametrize("status", [204, 401])
def test_signing_out_is_done_when_the_service_knows_the_session_no_more(status: int) -> None:
    yielded, _ = play(sign_out(SESSION), [reply(status)])
    (request,) = yielded
    assert isinstance(request, Request)
    assert (request.method, request.path) == ("DELETE", "/v1/sessions/current")
    assert request.headers == {"authorization": f"Bearer {TOKEN}"}


@pytest.mark.parametrize(("status", "error"), [(429, TooManyAttempts), (500, ServiceFault), (200, ServiceFault)])
def test_signing_out_fails_with_what_the_service_says(status: int, error: type[ExchangeError]) -> None:
    with pytest.raises(error):
        play(sign_out(SESSION), [reply(status)])


@pytest.mark.parametrize("start", [lambda: sign_in_and_load(CREDENTIALS), lambda: load_preferences(SESSION)])
def test_a_driver_that_forgets_to_answer_is_told(start: Callable[[], Exchange[Preferences]]) -> None:
    steps = start()
    next(steps)
    with pytest.raises(AssertionError, match="answers each request"):
        steps.send(None)


def test_an_abandoned_exchange_can_be_closed() -> None:
    steps = sign_in_and_load(CREDENTIALS)
    next(steps)
    steps.close()
    with pytest.raises(StopIteration):
        steps.send(Reply(201, {}, SESSION_JSON))
