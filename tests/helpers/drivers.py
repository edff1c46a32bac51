"""The two drivers of the exchange, the async one on two loops, behind one synchronous face."""

from __future__ import annotations

import asyncio
import gc
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

from PySide6.QtWidgets import QApplication

from desktop_app.event_loop import EventLoop
from desktop_app.preferences.asynchronous import AsyncClient
from desktop_app.preferences.blocking import BlockingClient
from desktop_app.preferences.deadline import Deadline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desktop_app.preferences.exchange import Exchange, Tell
    from desktop_app.preferences.phases import Listening
    from desktop_app.preferences.transport import Endpoint

T = TypeVar("T")
GENEROUS_MS = 30_000


class Driver(Protocol):
    """A client of one endpoint, in either way of waiting."""

    def run(
        self,
        steps: Exchange[T],
        deadline_ms: int = GENEROUS_MS,
        tell: Tell = lambda _news: None,
    ) -> T:
        """Drive an exchange to its end."""


class _Blocking:
    def __init__(self, endpoint: Endpoint, listening: Listening | None) -> None:
        self.client = BlockingClient(endpoint, listening)

    def run(
        self,
        steps: Exchange[T],
        deadline_ms: int = GENEROUS_MS,
        tell: Tell = lambda _news: None,
    ) -> T:
        return self.client.run(steps, Deadline(deadline_ms, time.monotonic_ns), tell)


class _Async:
    def __init__(self, client: AsyncClient, runner: asyncio.Runner) -> None:
        self.client = client
        self._runner = runner

    def run(
        self,
        steps: Exchange[T],
        deadline_ms: int = GENEROUS_MS,
        tell: Tell = lambda _news: None,
    ) -> T:
        return self._runner.run(self.client.run(steps, Deadline(deadline_ms, time.monotonic_ns), tell))


@contextmanager
def blocking(endpoint: Endpoint, listening: Listening | None = None) -> Iterator[Driver]:
    """The blocking driver, which waits on the calling thread."""
    driver = _Blocking(endpoint, listening)
    try:
        yield driver
    finally:
        driver.client.close()


@contextmanager
def on_runner(runner: asyncio.Runner, endpoint: Endpoint, listening: Listening | None = None) -> Iterator[Driver]:
    """The async driver, on the loop of a runner; fails when the loop was told of an error that nobody awaited."""
    unhandled: list[dict[str, object]] = []
    runner.get_loop().set_exception_handler(lambda _loop, context: unhandled.append(context))

    async def make() -> AsyncClient:
        return AsyncClient(endpoint, listening)

    client = runner.run(make())
    try:
        yield _Async(client, runner)
    finally:
        runner.run(client.aclose())
    assert not unhandled


@contextmanager
def qt_runner(app: QApplication) -> Iterator[asyncio.Runner]:
    """A runner of the program's own loop.

    A closed loop is garbage in cycles, and its Qt objects must not be destroyed in whichever thread runs the
    collector: they are destroyed here.
    """
    with asyncio.Runner(loop_factory=lambda: EventLoop(app)) as runner:
        yield runner
    del runner
    gc.collect()
