"""The service's client: it waits for the endpoint within the deadline, and follows the service where it goes."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import pytest
from PySide6.QtWidgets import QApplication

from desktop_app.backend import Backend
from desktop_app.client import ServiceClient
from desktop_app.conditions.presets import PRESETS
from desktop_app.errors import DeadlineExceeded, ServiceNotStarted
from desktop_app.interruption import Interruption
from desktop_app.preferences.deadline import Deadline
from desktop_app.preferences.exchange import load_preferences
from desktop_app.preferences.model import Preferences
from desktop_app.preferences.transport import Endpoint
from tests.helpers.drivers import qt_runner
from tests.helpers.exchanges import SESSION
from tests.helpers.scripted_server import Connection, ScriptedServer
from tests.preferences.test_driving import serve_everything

T = TypeVar("T")
HANG_MS = 30_000


class Stage:
    """A client on the program's loop, and a backend whose endpoint the test sets."""

    def __init__(self, runner: asyncio.Runner, interruption: Interruption) -> None:
        self.backend = Backend(PRESETS["healthy"])
        self.client = ServiceClient(self.backend, interruption)
        self._runner = runner

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        return self._runner.get_loop()

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(coroutine)

    def is_at(self, url: str) -> None:
        """Have the service be there, from now on."""
        self.backend._endpoint = type(self.backend._endpoint)()
        self.backend._endpoint.set_result(Endpoint(url))

    def load(self, way: str, deadline_ms: int = HANG_MS) -> Preferences:
        deadline = Deadline(deadline_ms, time.monotonic_ns)

        async def load() -> Preferences:
            if way == "blocking":
                return self.client.run_blocking(load_preferences(SESSION), deadline, lambda _session: None)
            return await self.client.run_async(load_preferences(SESSION), deadline, lambda _session: None)

        return self.run(load())


@pytest.fixture(scope="module")
def runner(qapp: QApplication) -> Iterator[asyncio.Runner]:
    with qt_runner(qapp) as runner:
        yield runner


@pytest.fixture
def stage(runner: asyncio.Runner) -> Iterator[Stage]:
    interruption = Interruption()
    unhandled: list[dict[str, Any]] = []
    runner.get_loop().set_exception_handler(lambda _loop, context: unhandled.append(context))
    stage = Stage(runner, interruption)
    yield stage
    stage.run(stage.client.aclose())
    interruption.restore()
    assert not unhandled


BOTH = pytest.mark.parametrize("way", ["blocking", "async"])


@BOTH
def test_an_exchange_is_driven_to_its_end(stage: Stage, way: str) -> None:
    with ScriptedServer(serve_everything) as server:
        stage.is_at(server.url)
        assert stage.load(way).display_name == "Ada"


@BOTH
def test_a_connection_is_kept_for_the_next(stage: Stage, way: str) -> None:
    with ScriptedServer(serve_everything) as server:
        stage.is_at(server.url)
        stage.load(way)
        stage.load(way)
        assert server.connections == 1


@BOTH
def test_a_service_that_is_still_starting_is_waited_for_until_the_deadline(stage: Stage, way: str) -> None:
    start_ns = time.monotonic_ns()
    with pytest.raises(DeadlineExceeded) as caught:
        stage.load(way, 50)
    assert time.monotonic_ns() - start_ns >= 50_000_000
    assert caught.value.detail == "the service is still starting"


@BOTH
def test_giving_up_on_the_start_does_not_cancel_it(stage: Stage, way: str) -> None:
    starting = stage.backend.endpoint()
    with pytest.raises(DeadlineExceeded):
        stage.load(way, 1)
    assert not starting.cancelled()
    with ScriptedServer(serve_everything) as server:
        starting.set_result(Endpoint(server.url))
        assert stage.load(way).display_name == "Ada"


@BOTH
def test_a_service_that_starts_meanwhile_is_used(stage: Stage, way: str) -> None:
    with ScriptedServer(serve_everything) as server:
        endpoint = stage.backend.endpoint()
        starting = threading.Timer(0.05, lambda: endpoint.set_result(Endpoint(server.url)))
        starting.start()
        assert stage.load(way).display_name == "Ada"
        starting.join()


@BOTH
def test_a_service_that_did_not_start_is_the_reason(stage: Stage, way: str) -> None:
    stage.backend.fail(ServiceNotStarted(reason="no room."))
    with pytest.raises(ServiceNotStarted, match="no room"):
        stage.load(way)


@BOTH
def test_a_service_that_moved_is_followed(stage: Stage, way: str) -> None:
    with ScriptedServer(serve_everything) as first, ScriptedServer(serve_everything) as second:
        for server in (first, second, first):
            stage.is_at(server.url)
            stage.load(way)
        assert (first.connections, second.connections) == (2, 1)


@BOTH
def test_starting_and_loading_share_one_deadline(stage: Stage, way: str) -> None:
    def silent(connection: Connection) -> None:
        connection.stay_silent()

    with ScriptedServer(silent) as server:
        stage.is_at(server.url)
        start_ns = time.monotonic_ns()
        with pytest.raises(DeadlineExceeded):
            stage.load(way, 100)
        assert 100_000_000 <= time.monotonic_ns() - start_ns < 3_000_000_000


def test_both_ways_can_take_turns(stage: Stage) -> None:
    with ScriptedServer(serve_everything) as server:
        stage.is_at(server.url)
        assert {stage.load(way).display_name for way in ("blocking", "async", "blocking", "async")} == {"Ada"}


def test_closing_closes_the_connections(stage: Stage) -> None:
    with ScriptedServer(serve_everything) as server:
        stage.is_at(server.url)
        stage.load("blocking")
        stage.load("async")
        stage.run(stage.client.aclose())
        server.wait_until_closed(2)


def silent_after(callback: Callable[[], object]) -> Callable[[Connection], None]:
    def script(connection: Connection) -> None:
        connection.receive()
        callback()
        connection.stay_silent()

    return script


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_blocking_wait_at_once(stage: Stage, number: int) -> None:
    with ScriptedServer(silent_after(lambda: os.kill(os.getpid(), number))) as server:
        stage.is_at(server.url)
        start_ns = time.monotonic_ns()
        with pytest.raises(asyncio.CancelledError):
            stage.load("blocking")
        assert time.monotonic_ns() - start_ns < HANG_MS * 1_000_000 / 3


def test_a_signal_ends_a_blocking_wait_for_the_start(stage: Stage) -> None:
    killer = threading.Timer(0.05, lambda: os.kill(os.getpid(), signal.SIGTERM))
    killer.start()
    with pytest.raises(asyncio.CancelledError):
        stage.load("blocking")
    killer.join()


def test_a_cancelled_load_closes_its_connection(stage: Stage) -> None:
    async def cancel() -> None:
        deadline = Deadline(HANG_MS, time.monotonic_ns)
        driving = stage.client.run_async(load_preferences(SESSION), deadline, lambda _session: None)
        load = asyncio.ensure_future(driving)
        await asked.wait()
        load.cancel()
        with pytest.raises(asyncio.CancelledError):
            await load

    asked, loop = asyncio.Event(), stage.loop
    with ScriptedServer(silent_after(lambda: loop.call_soon_threadsafe(asked.set))) as server:
        stage.is_at(server.url)
        stage.run(cancel())
        server.wait_until_closed(1)
