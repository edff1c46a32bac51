"""The TCP proxy between window and service, which makes the network as bad as it is told to."""

from __future__ import annotations

import asyncio
import logging
import sys
from functools import partial
from typing import TYPE_CHECKING

from desktop_app.conditions.clock import MonotonicClock
from desktop_app.conditions.configuration import Address, Configuration
from desktop_app.conditions.connection import READ_BYTES, Connection
from desktop_app.conditions.place import Place
from desktop_app.conditions.sockets import reset

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop_app.conditions.clock import Clock

_logger = logging.getLogger(__name__)

MAX_CONNECTIONS = 256
ANY_PORT = Address("127.0.0.1", 0)


class Proxy:
    """Listens, on loopback if not told otherwise, and forwards each connection to the upstream, through the toxics.

    All of it belongs to one asyncio loop. It opens no TLS: what it forwards is between the client and the service.
    At most `MAX_CONNECTIONS` are open at a time; one more is reset.

    Args:
        clock: What delays are counted on.
    """

    def __init__(self, *, clock: Clock | None = None) -> None:
        self.configuration = Configuration()
        """What is in force."""
        self._clock = clock or MonotonicClock()
        self._configured = asyncio.Event()
        self._place: Place | None = None
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], Connection] = {}
        self._accepted = 0

    @property
    def address(self) -> Address:
        """Where it listens, or would if it were not down."""
        assert self._place is not None, "it has been started"
        return self._place.address

    async def start(self, listen: Address = ANY_PORT, configuration: Configuration | None = None) -> Address:
        """Take an address and a configuration, and return the address; connections wait for an upstream.

        Raises:
            OSError: The address is not to be had.
        """
        self._place = Place(listen)
        try:
            await self.configure(configuration or Configuration())
        except OSError:
            await self.close()
            raise
        return self.address

    async def configure(self, configuration: Configuration, listen: Address | None = None) -> None:
        """Put a configuration in the place of the last one.

        Its toxics are in force for every connection, open ones included, when this returns. Connections to another
        upstream than it has are closed. Not to be called again before it has returned.

        Args:
            configuration: All that the proxy is to do.
            listen: Where it is to listen from now on; elsewhere than now, all connections are closed.

        Raises:
            OSError: It cannot listen there, or its port was taken while it was down; all stays as it was.
        """
        assert self._place is not None, "it has been started"
        place = self._place if listen is None or listen == self.address else Place(listen)
        is_moving = place is not self._place
        try:
            listens = self._server is not None and not is_moving
            listener = None if configuration.is_down or listens else place.listener()
        except OSError:
            if is_moving:
                place.close()
            raise
        self.configuration = configuration
        self._accepted = 0
        self._configured.set()
        self._configured = asyncio.Event()
        if is_moving or configuration.is_down:
            await self._stop_listening()
            await self._end(lambda _connection: True, closes=True)
        if is_moving:
            self._place.close()
            self._place = place
        if listener is not None:
            self._server = await asyncio.start_server(
                partial(self._on_client_connected, place), sock=listener, limit=READ_BYTES, start_serving=False
            )
            await self._server.start_serving()
        await self._end(lambda connection: connection.upstream not in {None, configuration.upstream}, closes=True)
        await self._end(lambda connection: connection.is_down(configuration), closes=False)
        for connection in list(self._connections.values()):
            await connection.replace_toxics(configuration)

    async def close(self) -> None:
        """Stop listening, reset every connection, and return when all is closed."""
        await self._stop_listening()
        await self._end(lambda _connection: True, closes=False)
        if self._place is not None:
            self._place.close()

    async def _stop_listening(self) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        if sys.platform != "win32":
            # asyncio takes a connection up one step after it has accepted it. Were the server closed by then, nobody
            # would have the connection, and its client would wait for ever; so no more are accepted first.
            asyncio.get_running_loop().remove_reader(server.sockets[0])
            await asyncio.sleep(0)
        server.close()

    async def _end(self, concerns: Callable[[Connection], bool], *, closes: bool) -> None:
        """End the connections that it concerns, and return when they have ended.

        Args:
            concerns: Asked for each.
            closes: The client sees the end of the data; else a reset.
        """
        ending = [task for task, connection in self._connections.items() if concerns(connection)]
        for task in ending:
            if closes:
                self._connections[task].close_when_cancelled()
            task.cancel()
        if ending:
            await asyncio.wait(ending)

    def _on_client_connected(self, place: Place, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # It may have been accepted just before the proxy stopped listening there.
        if self._server is None or place is not self._place or len(self._connections) >= MAX_CONNECTIONS:
            reset(writer)
            return
        connection = Connection(
            reader, writer, number=self._accepted, configuration=self.configuration, clock=self._clock
        )
        self._accepted += 1
        if connection.is_down(self.configuration):
            reset(writer)
            return
        task = asyncio.create_task(connection.run(self._upstream))
        self._connections[task] = connection
        task.add_done_callback(self._on_connection_done)

    def _on_connection_done(self, task: asyncio.Task[None]) -> None:
        self._connections.pop(task).abandon()
        if not task.cancelled() and (error := task.exception()) is not None:
            _logger.error("a connection ended in an error of the proxy's own", exc_info=error)

    async def _upstream(self) -> Address:
        while (upstream := self.configuration.upstream) is None:
            await self._configured.wait()
        return upstream
