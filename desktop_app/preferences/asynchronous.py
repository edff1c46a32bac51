"""Drives an exchange with httpx2.AsyncClient: a coroutine waits, and the thread goes on."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, TypeVar, cast

import httpcore2
import httpx2

from desktop_app.errors import DeadlineExceeded, ExchangeError
from desktop_app.overriding import override
from desktop_app.preferences.exchange import Exchange, Reply, Request, Step, Tell, Wait
from desktop_app.preferences.model import Session
from desktop_app.preferences.phases import AsyncNotingStream, Listening, RequestPhases, following
from desktop_app.preferences.progress import Progress
from desktop_app.preferences.transport import MOST_CONNECTIONS, Body, Endpoint, new_ssl_context, translated

if TYPE_CHECKING:
    from collections.abc import Iterable
    from ssl import SSLContext

    from desktop_app.preferences.deadline import Deadline

T = TypeVar("T")


class AsyncClient:
    """Keeps the connections to one endpoint; belongs to the thread of the running loop.

    Args:
        endpoint: Where the service is.
        listening: Gives what takes each request's phases; None: they are not looked at.
    """

    def __init__(self, endpoint: Endpoint, listening: Listening | None = None) -> None:
        self._listening = listening
        network = _Network(endpoint, is_noting=listening is not None)
        self._client = httpx2.AsyncClient(
            base_url=endpoint.url,
            headers=endpoint.headers,
            transport=_Transport(network, endpoint.ssl_context or new_ssl_context(endpoint.url)),
            timeout=None,
            follow_redirects=False,
            trust_env=False,
        )

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
        try:
            async with self._client.stream(
                request.method,
                request.path,
                headers=request.headers,
                content=request.body,
                extensions={"trace": phases.follow_async} if phases else None,
            ) as response:
                if phases:
                    phases.take_headers(response.headers)
                body = Body()
                async for chunk in response.aiter_bytes():
                    body.add(chunk)
                return body.reply(response)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise translated(error, request) from error

    async def aclose(self) -> None:
        """Close all connections."""
        await self._client.aclose()


class _Transport(httpx2.AsyncHTTPTransport):
    """httpx2's transport on another network: its constructor has no argument for that."""

    def __init__(self, network: httpcore2.AsyncNetworkBackend, ssl_context: SSLContext | None) -> None:
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=ssl_context, max_connections=MOST_CONNECTIONS, network_backend=network
        )


class _Network(httpcore2.AnyIOBackend):
    """A network that connects by way of the endpoint's proxy, where it has one."""

    def __init__(self, endpoint: Endpoint, *, is_noting: bool) -> None:
        super().__init__()
        self._via = endpoint.via
        self._is_noting = is_noting

    @override
    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        host, port = self._via or (host, port)
        stream = await super().connect_tcp(host, port, timeout, local_address, socket_options)
        return AsyncNotingStream(stream) if self._is_noting else stream
