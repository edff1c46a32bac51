"""Drives an exchange with aiohttp.ClientSession: a coroutine waits, and the thread goes on."""

from __future__ import annotations

import asyncio
import socket
from functools import partial
from typing import Final, TypeVar, cast

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from desktop_app.errors import (
    ConnectionLost,
    DeadlineExceeded,
    ExchangeError,
    InvalidReply,
    ServiceNotTrusted,
    ServiceUnreachable,
)
from desktop_app.overriding import override
from desktop_app.preferences.deadline import Deadline
from desktop_app.preferences.exchange import Exchange, Reply, Request, Step, Tell, Wait
from desktop_app.preferences.model import Session
from desktop_app.preferences.phases import Listening, RequestPhases, following
from desktop_app.preferences.progress import Progress
from desktop_app.preferences.transport import (
    MOST_CONNECTIONS,
    Body,
    Endpoint,
    new_ssl_context,
    refuse_unsendable,
)
from desktop_app.preferences.watched_response import WatchedResponse, new_trace_config

T = TypeVar("T")
LARGEST_LINE_BYTES: Final = 16 * 1024
"""Of the status line or a header; there may be 128 headers."""
BROKEN_OFF: Final = "Response payload is not completed"
"""How aiohttp's error begins where a body breaks off; where it is malformed the class is the same."""


class AsyncClient:
    """Keeps the connections to one endpoint; belongs to the thread of the running loop.

    Args:
        endpoint: Where the service is.
        listening: Gives what takes each request's phases; None: they are not looked at.
    """

    def __init__(self, endpoint: Endpoint, listening: Listening | None = None) -> None:
        self._listening = listening
        self._route = _Route(endpoint)
        self._session = new_session(endpoint, self._route, is_followed=listening is not None)

    async def run(self, exchange: Exchange[T], deadline: Deadline, tell: Tell, late_ms: int = 0) -> T:
        """Drive the exchange to its end within the deadline.

        Args:
            exchange: What to do.
            deadline: When it ends, what is under way is cancelled, and nothing is tried again.
            tell: Called when there is something to tell the person.
            late_ms: How much longer a request that is under way may go on.

        Raises:
            ExchangeError: The exchange did not come to its end.
        """
        advance = partial(exchange.send, None)
        try:
            async with asyncio.timeout(deadline.remaining_s + late_ms / 1000):
                while True:
                    try:
                        step = advance()
                    except StopIteration as end:
                        return cast("T", end.value)
                    try:
                        answer = await self._answer_to(step, deadline, tell)
                    except ExchangeError as error:
                        advance = partial(exchange.throw, error)
                    else:
                        advance = partial(exchange.send, answer)
        except TimeoutError:
            raise DeadlineExceeded from None

    async def _answer_to(self, step: Step, deadline: Deadline, tell: Tell) -> Reply | None:
        match step:
            case Request():
                return await self._reply_to(step)
            case Wait():
                if step.duration_ms >= deadline.remaining_ms:
                    raise step.error
                tell(Progress(step.next_try, step.duration_ms))
                await asyncio.sleep(step.duration_ms / 1000)
                tell(Progress(step.next_try))
            case Session():
                tell(step)
        return None

    async def _reply_to(self, request: Request) -> Reply:
        with following(f"{request.method} {request.path}", self._listening) as phases:
            return await self._fetched(request, phases)

    async def _fetched(self, request: Request, phases: RequestPhases | None) -> Reply:
        refuse_unsendable(request)
        await _hear_of_closed_connections()
        try:
            async with self._session.request(
                request.method,
                self._route.url_of(request),
                headers=request.headers,
                data=request.body or None,
                server_hostname=self._route.tls_name,
                allow_redirects=False,
            ) as response:
                return await _read(response, phases)
        except _NotSentAgain as error:
            raise _translated(error.reason, request) from error.reason
        except aiohttp.ClientResponseError as error:
            # It holds what was sent, the token too, and shows that in its ``repr``.
            raise _translated(error, request) from error.__cause__
        except (aiohttp.ClientError, HttpProcessingError) as error:
            raise _translated(error, request) from error

    async def aclose(self) -> None:
        """Close all connections."""
        await self._session.close()
        # Those that were given up just now are closed in the loop's next turn.
        await asyncio.sleep(0)


async def _read(response: aiohttp.ClientResponse, phases: RequestPhases | None) -> Reply:
    """Read the body; a response that is not read to its end ends there, and its connection with it."""
    try:
        body = Body(response.status, response.headers.items())
        if phases:
            phases.take_headers(body.headers)
        async for chunk in response.content.iter_any():
            body.add(chunk)
        return body.reply()
    except BaseException:
        # Also where it is cancelled, at the deadline.
        response.close()
        raise


class _Route:
    """Which URL is asked, so that the connection goes by way of the endpoint's proxy, where it has one.

    To aiohttp the proxy is the service: the true one is in the Host header and is the name that TLS verifies.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        url = URL(endpoint.url)
        self.host_header = url.host_port_subcomponent or ""
        self.tls_name = url.raw_host if url.scheme == "https" else None
        self._url = url
        if endpoint.via is not None:
            host, port = endpoint.via
            self._url = url.with_host(host).with_port(port)

    def url_of(self, request: Request) -> URL:
        """Tell the URL of a request; a path in the endpoint's stays before it."""
        return self._url.joinpath(request.path.lstrip("/"), encoded=True)


def new_session(endpoint: Endpoint, route: _Route, *, is_followed: bool) -> aiohttp.ClientSession:
    """Make a session that sends what it is given, once, to where the route leads, and waits without limit.

    Args:
        endpoint: Where the service is.
        route: How to get there.
        is_followed: Whether it tells the phases of its requests.
    """
    connector = aiohttp.TCPConnector(
        limit=MOST_CONNECTIONS,
        ssl=endpoint.ssl_context or new_ssl_context(endpoint.url) or True,
        resolver=_Resolver(),
        use_dns_cache=False,
        keepalive_timeout=None,
    )
    return aiohttp.ClientSession(
        connector=connector,
        headers=endpoint.headers | {"host": route.host_header},
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, connect=None, sock_connect=None, sock_read=None),
        middlewares=(_once,),
        response_class=WatchedResponse,
        trace_configs=[new_trace_config()] if is_followed else [],
        auto_decompress=False,
        trust_env=False,
        max_line_size=LARGEST_LINE_BYTES,
        max_field_size=LARGEST_LINE_BYTES,
    )


class _Resolver(aiohttp.ThreadedResolver):
    """Looks names up in a thread, and knows that one with a label that no name can have is no name."""

    @override
    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[aiohttp.abc.ResolveResult]:
        try:
            return await super().resolve(host, port, family)
        except UnicodeError as error:
            raise OSError(str(error)) from error


class _NotSentAgain(Exception):
    """A connection broke, which aiohttp may not see, for it would send the request once more."""

    def __init__(self, reason: aiohttp.ClientError) -> None:
        super().__init__()
        self.reason = reason


async def _once(request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Have a request sent once: retries are the exchange's.

    aiohttp sends one that may be repeated again when a connection that was kept breaks (RFC 9112, 9.3.1).
    """
    try:
        return await send(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise _NotSentAgain(error) from error


async def _hear_of_closed_connections() -> None:
    """Have the loop look at its sockets: a connection that was closed while the thread was busy is not used again.

    Twice, for in one turn it learns of what is ready, and in the next one it reads.
    """
    await asyncio.sleep(0)
    await asyncio.sleep(0)


def _translated(error: aiohttp.ClientError | HttpProcessingError, request: Request) -> ExchangeError:
    """Say in the program's own terms what the HTTP library could not do."""
    detail = f"{request!r}: {type(error).__name__}: {error}"
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return ServiceNotTrusted(detail=detail)
        case aiohttp.ClientConnectorError():
            return ServiceUnreachable(detail=detail)
        case aiohttp.ClientConnectionError():
            return ConnectionLost(detail=detail)
        case aiohttp.ClientPayloadError() if str(error).startswith(BROKEN_OFF):
            return ConnectionLost(detail=detail)
        case _:
            return InvalidReply(detail=detail)
