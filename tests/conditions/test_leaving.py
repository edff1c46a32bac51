"""Clients that leave while the proxy has nobody, or no room, for what they sent: nothing of them stays."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import sys
from typing import TYPE_CHECKING

import pytest

from desktop_app.conditions import connection as connection_module
from desktop_app.conditions.configuration import Address, Configuration
from desktop_app.conditions.proxy import ANY_PORT, Proxy
from tests.conditions.chains import timeout
from tests.conditions.in_process import complaints_of, until_tasks
from tests.conditions.upstreams import HANG_S, connect, read_to_end, sees_the_close

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

linux = pytest.mark.skipif(sys.platform != "linux", reason="only there is it known of, or made in this way")


def leave(client: socket.socket) -> None:
    client.close()


def reset(client: socket.socket) -> None:
    # Lingering for 0 s makes close() a reset.
    client.setsockopt(
        socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
    )
    client.close()


LEAVING = pytest.mark.parametrize("end", [leave, reset])


@pytest.fixture
def blackhole() -> Iterator[Address]:
    """An address of which nothing comes back: its queue of connections that nobody accepts is full."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        address = listener.getsockname()
        for _ in range(8):
            client = stack.enter_context(socket.socket())
            client.setblocking(False)
            client.connect_ex(address)
        yield Address(*address)


async def fill(proxy: Proxy, client: socket.socket) -> None:
    """Send until the proxy has no room for more."""
    client.setblocking(False)
    async with asyncio.timeout(HANG_S):
        while not (connections := list(proxy._connections.values())):  # noqa: ASYNC110 -- nothing tells
            await asyncio.sleep(0)
        (connection,) = connections
        while connection._upstream_chain.entry.has_room:
            with contextlib.suppress(BlockingIOError):
                client.send(bytes(64 * 1024))
            await asyncio.sleep(0)


async def have_twenty_leave(configuration: Configuration, end: Callable[[socket.socket], None]) -> None:
    """Have them send something, and then leave."""
    proxy = Proxy()
    address = await proxy.start(ANY_PORT, configuration)
    for _ in range(20):
        client = await asyncio.to_thread(connect, address)
        client.sendall(b"anyone?")
        end(client)
    await until_tasks(1)
    # What they call when they are done runs in the turn after.
    await asyncio.sleep(0)
    assert not proxy._connections
    await proxy.close()


@LEAVING
def test_they_leave_nothing_behind_while_the_upstream_is_unknown(end: Callable[[socket.socket], None]) -> None:
    assert complaints_of(lambda: have_twenty_leave(Configuration(), end)) == []


@linux
@LEAVING
def test_they_leave_nothing_behind_while_the_upstream_does_not_answer(
    end: Callable[[socket.socket], None], blackhole: Address
) -> None:
    assert complaints_of(lambda: have_twenty_leave(Configuration(upstream=blackhole), end)) == []


def test_who_has_only_closed_the_sending_side_gets_an_answer_all_the_same(
    monkeypatch: pytest.MonkeyPatch, echo_service: Address
) -> None:
    monkeypatch.setattr(connection_module, "_HALF_CLOSED_S", HANG_S)

    async def scenario() -> None:
        proxy = Proxy()
        address = await proxy.start()
        with await asyncio.to_thread(connect, address) as client:
            client.sendall(b"ping")
            client.shutdown(socket.SHUT_WR)
            # The caller's, the connection's, and what connects; what reads the client has come to its end.
            await until_tasks(3)
            await proxy.configure(Configuration(upstream=echo_service))
            assert await asyncio.to_thread(read_to_end, client) == b"ping"
        await until_tasks(1)
        await proxy.close()

    assert complaints_of(scenario) == []


def test_who_waits_in_vain_sees_the_close(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "_HALF_CLOSED_S", 0.0)

    async def scenario() -> None:
        proxy = Proxy()
        with await asyncio.to_thread(connect, await proxy.start()) as client:
            client.shutdown(socket.SHUT_WR)
            assert await asyncio.to_thread(sees_the_close, client)
        await until_tasks(1)
        await proxy.close()

    assert complaints_of(scenario) == []


@linux
@pytest.mark.parametrize("is_known", [True, False], ids=["silent", "unknown"])
def test_a_reset_in_the_midst_of_what_there_is_no_room_for_is_noticed(is_known: bool, echo_service: Address) -> None:
    configuration = Configuration(
        upstream=echo_service if is_known else None, toxics=(timeout(0, stream="upstream"),)
    )

    async def scenario() -> None:
        proxy = Proxy()
        client = await asyncio.to_thread(connect, await proxy.start(ANY_PORT, configuration))
        await fill(proxy, client)
        reset(client)
        await until_tasks(1)
        await proxy.close()

    assert complaints_of(scenario) == []
