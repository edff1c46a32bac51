"""The TCP proxy between window and service, which makes the network as bad as it is told to."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from desktop_app.conditions.clock import MonotonicClock
from desktop_app.conditions.connection import READ_BYTES, Connection, reset
from desktop_app.conditions.messages import Address, Configuration

if TYPE_CHECKING:
    from desktop_app.conditions.clock import Clock

_logger = logging.getLogger(__name__)

MAX_CONNECTIONS = 256


class Proxy:
    """Listens on loopback and forwards each connection to the upstream, through the toxics.

    All of it belongs to one asyncio loop. It opens no TLS: what it forwards is between the client and the service.
    At most `MAX_CONNECTIONS` are open at a time; one more is reset.

    Args:
        clock: What delays are counted on.
    """

    def __init__(self, *, clock: Clock | None = None) -> None:
        self._clock = clock or MonotonicClock()
        self._configuration = Configuration()
        self._configured = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], Connection] = {}
        self._accepted = 0

    async def start(self) -> Address:
        """Listen on a free port of 127.0.0.1 and return where; connections wait for an upstream.

        Raises:
            OSError: The system gives no port.
        """
        self._server = await asyncio.start_server(self._on_client_connected, "127.0.0.1", 0, limit=READ_BYTES)
        host, port = self._server.sockets[0].getsockname()[:2]
        return Address(host=host, port=port)

    async def configure(self, configuration: Configuration) -> None:
        """Put a configuration in the place of the last one.

        Its toxics are in force for every connection, open ones included, when this returns. Its upstream is for
        connections that have none yet. Not to be called again before it has returned.
        """
        self._configuration = configuration
        self._accepted = 0
        self._configured.set()
        self._configured = asyncio.Event()
        for connection in list(self._connections.values()):
            await connection.replace_toxics(configuration)

    async def close(self) -> None:
        """Stop listening, reset every connection, and return when all is closed."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for task in self._connections:
            task.cancel()
        if self._connections:
            await asyncio.wait(list(self._connections))
        await server.wait_closed()

    def _on_client_connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._server is None or len(self._connections) >= MAX_CONNECTIONS:
            reset(writer)
            return
        connection = Connection(
            reader, writer, number=self._accepted, configuration=self._configuration, clock=self._clock
        )
        self._accepted += 1
        task = asyncio.create_task(connection.run(self._upstream))
        self._connections[task] = connection
        task.add_done_callback(self._on_connection_done)

    def _on_connection_done(self, task: asyncio.Task[None]) -> None:
        del self._connections[task]
        if not task.cancelled() and (error := task.exception()) is not None:
            _logger.error("a connection ended in an error of the proxy's own", exc_info=error)

    async def _upstream(self) -> Address:
        while (upstream := self._configuration.upstream) is None:
            await self._configured.wait()
        return upstream
