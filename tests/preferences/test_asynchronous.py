"""What only the async driver is asked for: many exchanges at once."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from desktop_app.errors import DeadlineExceeded
from desktop_app.preferences.asynchronous import AsyncClient
from desktop_app.preferences.deadline import Deadline
from desktop_app.preferences.exchange import load_preferences
from desktop_app.preferences.transport import MOST_CONNECTIONS, Endpoint
from tests.helpers.exchanges import PREFERENCES_JSON, SESSION
from tests.helpers.scripted_server import HANG_S, Connection, ScriptedServer

MANY = 4 * MOST_CONNECTIONS


async def load(client: AsyncClient, deadline_ms: int = 30_000) -> str:
    steps, deadline = load_preferences(SESSION), Deadline(deadline_ms, time.monotonic_ns)
    return (await client.run(steps, deadline, lambda _news: None)).display_name


def test_many_exchanges_share_few_connections() -> None:
    """None is answered before all the connections are there, so that there are as many."""
    all_there = threading.Barrier(MOST_CONNECTIONS)

    def script(connection: Connection) -> None:
        is_first = True
        while True:
            connection.receive()
            if is_first:
                all_there.wait(HANG_S)
                is_first = False
            connection.reply(200, PREFERENCES_JSON)

    async def load_many(url: str) -> list[str]:
        client = AsyncClient(Endpoint(url))
        try:
            return await asyncio.gather(*(load(client) for _ in range(MANY)))
        finally:
            await client.aclose()

    with ScriptedServer(script) as server:
        assert asyncio.run(load_many(server.url)) == ["Ada"] * MANY
        assert (server.connections, len(server.requests)) == (MOST_CONNECTIONS, MANY)


def test_an_exchange_that_waits_for_a_connection_has_its_deadline() -> None:
    def script(connection: Connection) -> None:
        connection.receive()
        connection.stay_silent()

    async def crowd(url: str) -> None:
        client = AsyncClient(Endpoint(url))
        ahead = [asyncio.create_task(load(client)) for _ in range(MOST_CONNECTIONS)]
        await asyncio.sleep(0)
        with pytest.raises(DeadlineExceeded):
            await load(client, 200)
        for task in ahead:
            task.cancel()
        await asyncio.gather(*ahead, return_exceptions=True)
        await client.aclose()

    with ScriptedServer(script) as server:
        asyncio.run(crowd(server.url))
        assert len(server.requests) <= MOST_CONNECTIONS
