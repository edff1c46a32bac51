"""Signing in and loading preferences, written once, without I/O.

An exchange is a generator: it yields a `Request`, is sent the `Reply`, and returns its result or raises an
`ExchangeError`. What drives it decides how to wait; `blocking` and `asynchronous` do, and differ in nothing else.
"""

from __future__ import annotations

import datetime
import email.utils
import math
from collections.abc import Generator
from http import HTTPStatus
from typing import TypeAlias, TypeVar

import msgspec

from desktop_app.errors import InvalidReply, ServiceFault, SessionExpired, TooManyAttempts, WrongCredentials
from desktop_app.overriding import override
from desktop_app.preferences.model import Credentials, Preferences, Session

T = TypeVar("T")
LONGEST_RETRY_AFTER_S = 3600


class Request(msgspec.Struct, frozen=True):
    """What to ask the service; headers and body stay out of the ``repr``, for they hold secrets."""

    method: str
    path: str
    headers: dict[str, str] = {}
    body: bytes = b""

    @override
    def __repr__(self) -> str:
        return f"Request({self.method} {self.path})"


class Reply(msgspec.Struct, frozen=True):
    """What the service answered; ``headers`` have lower-case names; the body stays out of the ``repr``."""

    status: int
    headers: dict[str, str]
    body: bytes

    @override
    def __repr__(self) -> str:
        return f"Reply({self.status}, {len(self.body)} bytes)"


Exchange: TypeAlias = Generator[Request | Session, Reply | None, T]
"""Yields each request, is sent its reply (never None), and returns a ``T``.

It may also yield a `Session`, to say that the credentials are confirmed, and is sent None.
"""


def sign_in_and_load(credentials: Credentials) -> Exchange[Preferences]:
    """Confirm the credentials, then load the preferences of the customer they belong to."""
    reply = yield from _ask(
        Request(
            "POST",
            "/v1/sessions",
            {"content-type": "application/json"},
            msgspec.json.encode(credentials),
        )
    )
    if reply.status == HTTPStatus.UNAUTHORIZED:
        raise WrongCredentials
    session = _decode(_expect(reply, HTTPStatus.CREATED), Session)
    yield session
    return (yield from load_preferences(session))


def load_preferences(session: Session) -> Exchange[Preferences]:
    """Load the preferences of the customer whose session it is."""
    reply = yield from _ask(Request("GET", "/v1/me/preferences", _authorization(session)))
    if reply.status == HTTPStatus.UNAUTHORIZED:
        raise SessionExpired
    return _decode(_expect(reply, HTTPStatus.OK), Preferences)


def sign_out(session: Session) -> Exchange[None]:
    """Have the service forget the session; one that it has forgotten already is as good."""
    reply = yield from _ask(Request("DELETE", "/v1/sessions/current", _authorization(session)))
    if reply.status != HTTPStatus.UNAUTHORIZED:
        _expect(reply, HTTPStatus.NO_CONTENT)


def _ask(request: Request) -> Exchange[Reply]:
    reply = yield request
    assert reply is not None, "whoever drives an exchange answers each request"
    return reply


def _authorization(session: Session) -> dict[str, str]:
    return {"authorization": f"Bearer {session.token}"}


def _expect(reply: Reply, status: HTTPStatus) -> Reply:
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise TooManyAttempts(seconds=_retry_after_s(reply.headers.get("retry-after", "")))
    if reply.status != status:
        raise ServiceFault(status=reply.status)
    return reply


def _retry_after_s(value: str) -> int:
    """Read a Retry-After header: seconds or a date (RFC 9110, 10.2.3), within 1 s and an hour."""
    value = value.strip()
    if value.isascii() and value.isdecimal():
        # More digits than an hour has seconds, however many there are, are more than an hour.
        return min(max(int(value[:10]), 1), LONGEST_RETRY_AFTER_S)
    try:
        until = email.utils.parsedate_to_datetime(value)
        until = until if until.tzinfo else until.replace(tzinfo=datetime.UTC)
        seconds = math.ceil((until - datetime.datetime.now(datetime.UTC)).total_seconds())
    except (ValueError, OverflowError):
        seconds = 1
    return min(max(seconds, 1), LONGEST_RETRY_AFTER_S)


def _decode(reply: Reply, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(reply.body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        # msgspec names the field and the type it wants, never the value: safe to log.
        raise InvalidReply(detail=f"{kind.__name__}: {error}") from None
