"""What the presenter has its exchanges driven by: the service, wherever it is just now."""

from __future__ import annotations

import asyncio
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TypeVar

from desktop_app.backend import Backend
from desktop_app.errors import DeadlineExceeded
from desktop_app.interruption import Interruption, WaitInterruptedError
from desktop_app.preferences.asynchronous import AsyncClient
from desktop_app.preferences.blocking import BlockingClient
from desktop_app.preferences.deadline import Deadline
from desktop_app.preferences.exchange import Exchange, Tell
from desktop_app.preferences.phases import Listening
from desktop_app.preferences.transport import Endpoint

T = TypeVar("T")


async def known(backend: Backend) -> Endpoint:
    """Wait for the endpoint; whoever gives up waiting leaves the start of the service alone.

    Raises:
        ServiceNotStarted: There will be none.
    """
    future = asyncio.wrap_future(backend.endpoint())
    # Nobody may be left to hear of a start that fails after all.
    future.add_done_callback(lambda done: done.cancelled() or done.exception())
    return await asyncio.shield(future)


class ServiceClient:
    """Drives exchanges with the service in either way; belongs to the thread of the event loop.

    Waiting for a service that is still starting is part of the exchange, and counts against its deadline.

    Args:
        backend: Knows where the service is.
        interruption: Ends a blocking wait.
        listening: Gives what takes each request's phases; None: they are not looked at.
    """

    def __init__(self, backend: Backend, interruption: Interruption, listening: Listening | None = None) -> None:
        self._backend = backend
        self._interruption = interruption
        self._listening = listening
        self._endpoint: Endpoint | None = None
        self._blocking: BlockingClient | None = None
        self._async: AsyncClient | None = None
        self._left: list[AsyncClient] = []

    def run_blocking(self, steps: Exchange[T], deadline: Deadline, tell: Tell) -> T:
        """Drive an exchange on the calling thread.

        Raises:
            ExchangeError: It did not come to its end.
            asyncio.CancelledError: SIGINT or SIGTERM arrived meanwhile.
        """
        try:
            with self._interruption.interrupting_wait():
                try:
                    endpoint = self._backend.endpoint().result(deadline.remaining_s)
                except FutureTimeoutError:
                    raise DeadlineExceeded(detail="the service is still starting") from None
                self._move_to(endpoint)
                self._blocking = self._blocking or BlockingClient(endpoint, self._listening)
                return self._blocking.run(steps, deadline, tell)
        except WaitInterruptedError:
            raise asyncio.CancelledError from None

    async def run_async(self, steps: Exchange[T], deadline: Deadline, tell: Tell, late_ms: int = 0) -> T:
        """Drive an exchange in the calling coroutine; a request under way may be late by ``late_ms``.

        Raises:
            ExchangeError: It did not come to its end.
        """
        try:
            async with asyncio.timeout(deadline.remaining_s):
                # Shielded: a load that is cancelled must not cancel the start of the service.
                endpoint = await known(self._backend)
        except TimeoutError:
            raise DeadlineExceeded(detail="the service is still starting") from None
        self._move_to(endpoint)
        self._async = self._async or AsyncClient(endpoint, self._listening)
        return await self._async.run(steps, deadline, tell, late_ms)

    async def aclose(self) -> None:
        """Close all connections."""
        self._leave()
        for client in self._left:
            await client.aclose()

    def _move_to(self, endpoint: Endpoint) -> None:
        if endpoint != self._endpoint:
            self._leave()
            self._endpoint = endpoint

    def _leave(self) -> None:
        if self._blocking is not None:
            self._blocking.close()
        if self._async is not None:
            # What is under way on it may go on. There are few: one a restart, and one for the first proxy.
            self._left.append(self._async)
        self._blocking = self._async = None
