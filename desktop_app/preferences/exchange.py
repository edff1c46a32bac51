"""Signing in and loading preferences, written once, without I/O.

An exchange is a generator: it yields a `Request`, is sent the `Reply` or thrown the `ExchangeError` that there was
instead, and returns its result or raises an `ExchangeError`. What drives it decides how to wait; `blocking` and
`asynchronous` do. They differ in nothing else, but for what only the latter can do: wait for as long as the
service asks, and let a request go on after the deadline.

Retries are a part of it, and there are no others beneath it: a request that reads (GET) is sent `MOST_TRIES` times at
most; one that changes something (POST, DELETE) is sent again only if it was never sent, for nobody can tell what
became of it.
"""

from __future__ import annotations

import datetime
import email.utils
import itertools
import math
import random
from collections.abc import Callable, Generator
from http import HTTPStatus
from typing import TypeAlias, TypeVar

import msgspec

from desktop_app.errors import (
    ConnectionLost,
    ExchangeError,
    InvalidReply,
    ServiceBusy,
    ServiceFault,
    ServiceUnreachable,
    SessionExpired,
    TooManyAttempts,
    WrongCredentials,
)
from desktop_app.overriding import override
from desktop_app.preferences.model import Credentials, Preferences, Session
from desktop_app.preferences.progress import MOST_TRIES, Progress

T = TypeVar("T")
LONGEST_RETRY_AFTER_S = 3600
FIRST_BACKOFF_MS = 200
PASSING = frozenset({429, 500, 502, 503, 504})
"""The statuses that say nothing about the next try; 429 and 503 may say when that should be."""


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


class Wait(msgspec.Struct, frozen=True):
    """How long to wait before the next try."""

    duration_ms: int
    next_try: int
    """From 2 to `MOST_TRIES`."""
    is_asked_for: bool
    """Whether it is the service that asked for it, by a Retry-After."""
    error: ExchangeError
    """What to throw at once where this cannot or should not be waited for."""


Step: TypeAlias = Request | Wait | Session
"""What an exchange wants to be done."""

Tell: TypeAlias = Callable[[Session | Progress], None]
"""Takes what the person may want to know while an exchange goes on, on the thread that drives it."""

Exchange: TypeAlias = Generator[Step, Reply | None, T]
"""Yields each request, is sent its reply (never None) or thrown an `ExchangeError`, and returns a ``T``.

It may also yield a `Wait`, or a `Session` to say that the credentials are confirmed, and is sent None.
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
    # What follows may take long, and the password would be as long in memory.
    del credentials
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
    """Send a request, again where that may help, and return the last reply."""
    for number in itertools.count(1):
        asked_s: int | None = None
        try:
            reply = yield request
        except (ServiceUnreachable, ConnectionLost) as error:
            was_sent = isinstance(error, ConnectionLost)
            if number == MOST_TRIES or (was_sent and request.method != "GET"):
                raise
            failure: ExchangeError = error
        else:
            assert reply is not None, "whoever drives an exchange answers each request"
            if number == MOST_TRIES or request.method != "GET" or reply.status not in PASSING:
                return reply
            failure = _fault(reply)
            if reply.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
                asked_s = _retry_after_s(reply.headers["retry-after"]) if "retry-after" in reply.headers else None
        duration_ms = _backoff_ms(number) if asked_s is None else asked_s * 1000
        yield Wait(duration_ms, number + 1, asked_s is not None, failure)
    raise AssertionError("it counts without end")


def _backoff_ms(tries: int) -> int:
    """Choose a pause anywhere up to a limit that doubles: "full jitter", so that no two clients march in step.

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    return random.randint(0, FIRST_BACKOFF_MS << (tries - 1))  # noqa: S311 - it keeps no secret


def _authorization(session: Session) -> dict[str, str]:
    return {"authorization": f"Bearer {session.token}"}


def _expect(reply: Reply, status: HTTPStatus) -> Reply:
    if reply.status != status:
        raise _fault(reply)
    return reply


def _fault(reply: Reply) -> ExchangeError:
    if reply.status == HTTPStatus.TOO_MANY_REQUESTS:
        return TooManyAttempts(seconds=_retry_after_s(reply.headers.get("retry-after", "")))
    if reply.status == HTTPStatus.SERVICE_UNAVAILABLE and "retry-after" in reply.headers:
        return ServiceBusy(seconds=_retry_after_s(reply.headers["retry-after"]))
    return ServiceFault(status=reply.status)


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
