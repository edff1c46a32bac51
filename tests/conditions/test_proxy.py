"""The proxy within the test's own process, where its tasks can be counted."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from typing import TYPE_CHECKING

import pytest

from desktop_app.conditions import proxy as proxy_module
from desktop_app.conditions.configuration import Configuration
from desktop_app.conditions.place import Place
from desktop_app.conditions.presets import PRESETS
from desktop_app.conditions.proxy import ANY_PORT, Proxy
from desktop_app.conditions.toxics import Down
from tests.conditions.chains import (
    bandwidth,
    latency,
    limit_data,
    reset_peer,
    slicer,
    slow_close,
    timeout,
)
from tests.conditions.in_process import complaints_of, talk_and_leave, until_tasks
from tests.conditions.processes import toxics_of
from tests.conditions.upstreams import HANG_S, connect, echo, refusing, sees_the_close, upstream

if TYPE_CHECKING:
    from desktop_app.conditions.configuration import Address


def connect_and_read(address: Address) -> None:
    with connect(address) as client:
        client.recv(1)


def test_a_client_that_gives_up_on_silence_leaves_nothing_behind(echo_service: Address) -> None:
    async def scenario() -> None:
        proxy = Proxy()
        address = await proxy.start()
        await proxy.configure(Configuration(upstream=echo_service, toxics=toxics_of(PRESETS["silent"])))
        for _ in range(5):
            await talk_and_leave(address)
        await until_tasks(1)
        await proxy.close()

    assert complaints_of(scenario) == []


def test_broken_connections_make_no_noise() -> None:
    async def scenario() -> None:
        proxy = Proxy()
        address = await proxy.start()
        with refusing() as nobody:
            await proxy.configure(Configuration(upstream=nobody))
            await talk_and_leave(address)
            await until_tasks(1)
        with upstream(lambda connection: connection.close()) as hasty:
            await proxy.configure(Configuration(upstream=hasty))
            for _ in range(5):
                await talk_and_leave(address)
            await until_tasks(1)
        await proxy.close()

    assert complaints_of(scenario) == []


def test_closing_the_proxy_closes_open_connections() -> None:
    async def scenario() -> None:
        with upstream(echo) as address:
            proxy = Proxy()
            listening = await proxy.start()
            await proxy.configure(Configuration(upstream=address))
            reader, writer = await asyncio.open_connection(listening.host, listening.port)
            writer.write(b"ping")
            await reader.readexactly(4)
            await proxy.close()
            with pytest.raises(ConnectionResetError):
                await reader.readexactly(1)
            writer.close()
            await until_tasks(1)

    assert complaints_of(scenario) == []


def test_closing_the_proxy_closes_waiting_connections() -> None:
    async def scenario() -> None:
        proxy = Proxy()
        listening = await proxy.start()
        reader, writer = await asyncio.open_connection(listening.host, listening.port)
        writer.write(b"early")
        await until_tasks(4)
        await proxy.close()
        with pytest.raises(ConnectionResetError):
            await reader.readexactly(1)
        writer.close()
        await until_tasks(1)

    assert complaints_of(scenario) == []


def test_one_connection_too_many_is_reset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy_module, "MAX_CONNECTIONS", 0)

    async def scenario() -> None:
        proxy = Proxy()
        listening = await proxy.start()
        with pytest.raises(ConnectionResetError):
            await asyncio.to_thread(connect_and_read, listening)
        await proxy.close()

    assert complaints_of(scenario) == []


def test_a_connection_that_is_cancelled_before_it_began_is_closed() -> None:
    async def scenario() -> None:
        proxy = Proxy()
        listening = await proxy.start()
        reader, writer = await asyncio.open_connection(listening.host, listening.port)
        async with asyncio.timeout(HANG_S):
            while not proxy._connections:  # noqa: ASYNC110 -- the next step has to come before the task's first
                await asyncio.sleep(0)
        await proxy.close()
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()
        await until_tasks(1)

    assert complaints_of(scenario) == []


def test_what_goes_down_and_up_again_leaves_nothing_behind(echo_service: Address) -> None:
    async def scenario() -> None:
        proxy = Proxy()
        listening = await proxy.start()
        for _ in range(10):
            await proxy.configure(Configuration(upstream=echo_service))
            await talk_and_leave(listening)
            await proxy.configure(Configuration(upstream=echo_service, toxics=(Down(),)))
        await until_tasks(1)
        await proxy.close()

    assert complaints_of(scenario) == []


def test_every_kind_of_toxic_leaves_nothing_behind(echo_service: Address) -> None:
    kinds = (latency(5), bandwidth(5), slow_close(5), timeout(5), reset_peer(5), slicer(5, 2, 5), limit_data(5))

    async def scenario() -> None:
        proxy = Proxy()
        listening = await proxy.start()
        for kind in kinds:
            await proxy.configure(Configuration(upstream=echo_service, toxics=(kind,)))
            await talk_and_leave(listening)
            await until_tasks(1)
        await proxy.close()

    assert complaints_of(scenario) == []


def test_a_proxy_can_start_down() -> None:
    async def scenario() -> None:
        proxy = Proxy()
        listening = await proxy.start(ANY_PORT, Configuration(enabled=False))
        with pytest.raises(ConnectionRefusedError):
            await asyncio.to_thread(connect, listening)
        await proxy.close()

    assert complaints_of(scenario) == []


@pytest.mark.parametrize("ticks", range(10))
@pytest.mark.parametrize("listen", [None, ANY_PORT], ids=["down", "moved"])
def test_what_is_accepted_at_the_last_moment_is_closed(listen: Address | None, ticks: int) -> None:
    async def scenario() -> None:
        proxy = Proxy()
        listening = await proxy.start()
        # Blocking, for the proxy is to be as many steps further and no more.
        with connect(listening) as client:
            for _ in range(ticks):
                await asyncio.sleep(0)
            await proxy.configure(Configuration(enabled=listen is not None), listen)
            assert await asyncio.to_thread(sees_the_close, client)
        await proxy.close()

    assert complaints_of(scenario) == []


def test_a_move_to_an_address_that_is_taken_changes_nothing(echo_service: Address) -> None:
    async def scenario() -> None:
        proxy = Proxy()
        listening = await proxy.start(ANY_PORT, Configuration(upstream=echo_service))
        reader, writer = await asyncio.open_connection(listening.host, listening.port)
        with pytest.raises(OSError, match="in use"):
            await proxy.configure(Configuration(), echo_service)
        writer.write(b"ping")
        assert await reader.readexactly(4) == b"ping"
        writer.close()
        await proxy.close()

    assert complaints_of(scenario) == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the port is free while the proxy is down")
def test_nobody_else_gets_the_port_of_a_proxy_that_is_down() -> None:
    place = Place(ANY_PORT)
    place.listener().close()
    with pytest.raises(ConnectionRefusedError):
        connect(place.address)
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind((place.address.host, place.address.port))
    place.listener().close()
    place.close()
