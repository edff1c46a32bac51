"""A service without a network: it knows whose data is whose, and a test says how each request ends.

It stands where the HTTP libraries begin, so that all above them is the program's own.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NoReturn

import aiohttp
import httpcore2
import httpx2
from aiohttp.client_reqrep import ConnectionKey
from multidict import CIMultiDict
from yarl import URL

from desktop_app.overriding import override
from desktop_app.preferences.asynchronous import BROKEN_OFF
from tests.helpers.manual_time import ManualTime

SIGN_IN, LOAD, LEAVE = "POST /v1/sessions", "GET /v1/me/preferences", "DELETE /v1/sessions/current"
LIFETIME: Final = timedelta(hours=12)
SHORT_LIFETIME: Final = timedelta(seconds=20)


@dataclass(frozen=True)
class Customer:
    """Somebody who has an account; their preferences carry a new number each time they are asked for."""

    name: str
    email: str
    password: str
    tastes: dict[str, Any]


TRUTH: Final = "what is true"
SHORT_TRUTH: Final = "what is true, for 20 s"
FAULTS: Final = (
    "401",
    "429",
    "429 for 2 s",
    "429 for 7200 s",
    "500",
    "503",
    "503 for 1 s",
    "503 for 40 s",
    "504",
    "unreachable",
    "broken",
    "broken midway",
    "not JSON",
    "wrong type",
    "302",
)
"""How a request may end otherwise: a status, for how long to stay away, or what becomes of the connection."""


@dataclass(eq=False)
class Asked:
    """A request that the service was sent."""

    name: str
    """One of `SIGN_IN`, `LOAD` and `LEAVE`."""
    headers: httpx2.Headers
    body: bytes
    answered: asyncio.Future[str] | None = None
    """Becomes how it ends; None where the asking thread does not wait for it."""

    @property
    def token(self) -> str:
        """The session's, as it was sent."""
        return self.headers.get("authorization", "").removeprefix("Bearer ")

    @property
    def is_open(self) -> bool:
        """Whether it can still be answered."""
        return self.answered is not None and not self.answered.done()


@dataclass
class ActingService:
    """Accounts, sessions, and the requests that wait for an answer."""

    time: ManualTime
    customers: tuple[Customer, ...]
    owners: dict[str, str] = field(default_factory=dict)
    """Whose each token is that was ever given out: the email."""
    over: set[str] = field(default_factory=set)
    """The tokens of the sessions that have ended."""
    given: dict[str, str] = field(default_factory=dict)
    """The token that each preferences were given to, by their ``display_name``."""
    asked: list[Asked] = field(default_factory=list)
    """Every request, in order."""
    waiting: list[Asked] = field(default_factory=list)
    """Those that are not answered yet, nor given up."""
    most_at_once: int = 0
    """How many requests but for the end of a session waited at once, at most."""
    while_frozen: deque[tuple[str, int]] = field(default_factory=deque)
    """How the requests of a thread that waits end, and after how many ms; once used up, truly and at once."""
    on_frozen: Callable[[], None] = lambda: None
    """Called when a thread waits: what a person does before a window that is frozen."""
    _expires: dict[str, datetime] = field(default_factory=dict)

    def wait_for(self, *names: str) -> list[Asked]:
        """Give the requests of these names that wait for an answer."""
        return [asked for asked in self.waiting if asked.name in names and asked.is_open]

    def respond(self, asked: Asked, how: str) -> httpx2.Response:
        """Answer a request.

        Raises:
            httpx2.TransportError: That is how it ends.
        """
        if how in (TRUTH, SHORT_TRUTH):
            return self._true_response(asked, LIFETIME if how == TRUTH else SHORT_LIFETIME)
        what, _, wait = how.partition(" for ")
        match what:
            case "unreachable":
                raise httpx2.ConnectError("refused")
            case "broken":
                raise httpx2.ReadError("reset by peer")
            case "broken midway":
                return httpx2.Response(self._success_of(asked), stream=_BrokenStream())
            case "not JSON":
                return _reply(self._success_of(asked), b"<html>")
            case "wrong type":
                return _reply(self._success_of(asked), b'{"token": 7, "theme": "pink"}')
        headers = {"retry-after": wait.removesuffix(" s")} if wait else {}
        return _reply(int(what), headers=headers)

    @contextmanager
    def attended(self, asked: Asked) -> Iterator[None]:
        """Have a request counted among those that wait."""
        self.asked.append(asked)
        self.waiting.append(asked)
        self.most_at_once = max(self.most_at_once, len([each for each in self.waiting if each.name != LEAVE]))
        try:
            yield
        finally:
            self.waiting.remove(asked)

    def _true_response(self, asked: Asked, lifetime: timedelta) -> httpx2.Response:
        match asked.name:
            case "POST /v1/sessions":
                return self._signed_in(json.loads(asked.body), lifetime)
            case _ if not self._is_valid(asked.token):
                return _reply(401)
            case _ if asked.name == LOAD:
                return _reply(200, json.dumps(self._preferences_of(asked.token)).encode())
            case _:
                self.over.add(asked.token)
                return _reply(204)

    def _signed_in(self, credentials: dict[str, str], lifetime: timedelta) -> httpx2.Response:
        for customer in self.customers:
            if (customer.email, customer.password) == (credentials["email"], credentials["password"]):
                token = f"token-{len(self.owners)}-of-{customer.name}"
                self.owners[token] = customer.email
                self._expires[token] = self.time.wall() + lifetime
                session = {"token": token, "expires_at": self._expires[token].isoformat()}
                return _reply(201, json.dumps(session).encode())
        return _reply(401)

    def _is_valid(self, token: str) -> bool:
        return token in self.owners and token not in self.over and self.time.wall() < self._expires[token]

    def _preferences_of(self, token: str) -> dict[str, Any]:
        (customer,) = (each for each in self.customers if each.email == self.owners[token])
        name = f"{customer.name} {len(self.given)}"
        self.given[name] = token
        return {**customer.tastes, "display_name": name}

    @staticmethod
    def _success_of(asked: Asked) -> int:
        return {SIGN_IN: 201, LOAD: 200, LEAVE: 204}[asked.name]


class AsyncSession:
    """aiohttp's session, as far as the program uses it: leaves a request with the service until a test answers it."""

    def __init__(self, service: ActingService) -> None:
        self._service = service

    @asynccontextmanager
    async def request(
        self, method: str, url: URL, *, headers: dict[str, str], data: bytes | None, **_options: object
    ) -> AsyncIterator[AsyncResponse]:
        """Wait for the answer."""
        answered = asyncio.get_running_loop().create_future()
        asked = Asked(f"{method} {url.path}", httpx2.Headers(headers), data or b"", answered)
        with self._service.attended(asked):
            how = await answered
        try:
            response = self._service.respond(asked, how)
        except httpx2.ConnectError as error:
            key = ConnectionKey("", None, False, True, None, None, None)
            raise aiohttp.ClientConnectorError(key, OSError(str(error))) from error
        except httpx2.ReadError as error:
            raise aiohttp.ServerDisconnectedError from error
        yield AsyncResponse(response)

    async def close(self) -> None:
        """Do as a session does that has no connections."""


class AsyncResponse:
    """aiohttp's response, as far as the program uses it."""

    def __init__(self, response: httpx2.Response) -> None:
        self._response = response
        self.status = response.status_code
        self.headers = CIMultiDict(response.headers.multi_items())
        self.content = self

    async def iter_any(self) -> AsyncIterator[bytes]:
        """Yield the body; it may break off."""
        try:
            async for chunk in self._response.aiter_raw():
                yield chunk
        except httpx2.ReadError as error:
            raise aiohttp.ClientPayloadError(f"{BROKEN_OFF}: {error}") from error

    def close(self) -> None:
        """Do as a response does that has no connection."""


class BlockingTransport(httpx2.BaseTransport):
    """Has a request answered while its thread waits, within the deadline of the network it stands for."""

    def __init__(
        self, service: ActingService, remaining_s: Callable[[type[httpcore2.TimeoutException]], float]
    ) -> None:
        self._service = service
        self._remaining_s = remaining_s

    @override
    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        service, asked = self._service, _asked(request, request.read())
        with service.attended(asked):
            how, after_ms = service.while_frozen.popleft() if service.while_frozen else (TRUTH, 0)
            service.on_frozen()
            try:
                remaining_s = self._remaining_s(httpcore2.ReadTimeout)
            except httpcore2.ReadTimeout:
                raise httpx2.ReadTimeout("too late") from None
            service.time.sleep(min(after_ms / 1000, remaining_s))
            if after_ms / 1000 >= remaining_s:
                raise httpx2.ReadTimeout("too late")
            return service.respond(asked, how)


class _BrokenStream(httpx2.AsyncByteStream, httpx2.SyncByteStream):
    """A body that breaks off."""

    @override
    def __iter__(self) -> Iterator[bytes]:
        yield b'{"token": '
        self._break()

    @override
    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b'{"token": '
        self._break()

    def _break(self) -> NoReturn:
        raise httpx2.ReadError("reset by peer")


def _asked(request: httpx2.Request, body: bytes) -> Asked:
    return Asked(f"{request.method} {request.url.path}", request.headers, body)


def _reply(status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> httpx2.Response:
    """Make a response that is still to be read."""
    return httpx2.Response(status, headers=headers, stream=httpx2.ByteStream(body))
