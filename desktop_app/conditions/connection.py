"""One client's connection through the proxy: two sockets, two directions, a chain of toxics for each."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from desktop_app.conditions.chain import Chain
from desktop_app.conditions.pipe import Chunk
from desktop_app.conditions.sockets import closed, is_broken, reset
from desktop_app.conditions.stage import Ending, numbers_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from desktop_app.conditions.clock import Clock
    from desktop_app.conditions.configuration import Address, Configuration
    from desktop_app.conditions.toxics import Stream

_logger = logging.getLogger(__name__)

READ_BYTES = 64 * 1024
_HALF_CLOSED_S = 2.0
"""How much longer than the client's end the upstream is waited for: mostly the client is gone, but it may have closed
its sending side only, and want the answer to what it sent."""
_LOOK_S = 1.0
"""How often it is looked whether a client that is not read is still there."""


class Connection:
    """Forwards bytes, untouched, between a client and the service.

    Args:
        reader: From the client.
        writer: To the client; this object closes it.
        number: The how-manieth since the last change of the toxics, counted from 0; a part of its random seed.
        configuration: In force now.
        clock: What delays are counted on.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        number: int,
        configuration: Configuration,
        clock: Clock,
    ) -> None:
        self._client_reader = reader
        self._client_writer = writer
        self._writers = [writer]
        self._number = number
        self._clock = clock
        self._client_ended = asyncio.Event()
        self._ending = Ending.RESET
        self.upstream: Address | None = None
        """Where it is connected to, once it knows where to."""
        self._upstream_chain = self._chain(configuration, "upstream")
        self._downstream_chain = self._chain(configuration, "downstream")

    async def run(self, upstream: Callable[[], Awaitable[Address]]) -> None:
        """Connect to the service and forward until the end; a broken socket is an end, not an error.

        A client that leaves before it is connected ends it, too. Cancelled, it resets the connection, or closes it
        where `close_when_cancelled` was called.

        Args:
            upstream: Waits, if need be, until it is known where the service listens.
        """
        try:
            self._ending = await self._connect_and_forward(upstream)
        except OSError as error:
            # The client learns it by its own socket, as without a proxy.
            _logger.debug("connection %d broke: %s", self._number, error)
        finally:
            for writer in self._writers:
                if self._ending is Ending.RESET:
                    reset(writer)
                else:
                    writer.close()
            await asyncio.gather(*(closed(writer) for writer in self._writers))

    def close_when_cancelled(self) -> None:
        """Let the client see the connection's end instead of a reset."""
        self._ending = Ending.CLOSED

    def abandon(self) -> None:
        """Give up what is left of it, which is all if it was cancelled before `run` began."""
        for writer in self._writers:
            writer.transport.abort()

    def is_down(self, configuration: Configuration) -> bool:
        """Whether it is of the share of connections that a configuration takes down."""
        seed = f"{configuration.seed}/{self._number}"
        return any(numbers_of(toxic, seed) is not None for toxic in configuration.downs)

    async def replace_toxics(self, configuration: Configuration) -> None:
        """Use another configuration's toxics from now on; its upstream is for later connections."""
        await self._upstream_chain.replace(configuration.toxics_of("upstream"), self._seed(configuration, "upstream"))
        await self._downstream_chain.replace(
            configuration.toxics_of("downstream"), self._seed(configuration, "downstream")
        )

    def _chain(self, configuration: Configuration, stream: Stream) -> Chain:
        return Chain(
            configuration.toxics_of(stream),
            self._seed(configuration, stream),
            clock=self._clock,
            client_ended=self._client_ended,
        )

    def _seed(self, configuration: Configuration, stream: Stream) -> str:
        return f"{configuration.seed}/{self._number}/{stream}"

    async def _connect_and_forward(self, upstream: Callable[[], Awaitable[Address]]) -> Ending:
        filling = asyncio.create_task(self._fill_from_client())
        connecting = asyncio.create_task(self._connect(upstream))
        try:
            await asyncio.wait({filling, connecting}, return_when=asyncio.FIRST_COMPLETED)
            if not connecting.done():
                filling.result()  # a reset is the end at once
                await asyncio.wait({connecting}, timeout=_HALF_CLOSED_S)
            if not connecting.done() or (streams := connecting.result()) is None:
                return Ending.CLOSED
            return await self._forward(filling, *streams)
        finally:
            filling.cancel()
            connecting.cancel()
            await asyncio.gather(filling, connecting, return_exceptions=True)

    async def _connect(
        self, upstream: Callable[[], Awaitable[Address]]
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        self.upstream = await upstream()
        try:
            reader, writer = await asyncio.open_connection(self.upstream.host, self.upstream.port, limit=READ_BYTES)
        except (OSError, UnicodeError) as error:
            # Refused, unreachable, not even a host name. Not a reset, which might overtake the client's own
            # connect() and might not: the client always sees a connection that is closed without an answer.
            _logger.debug("connection %d has no upstream: %s", self._number, error)
            return None
        self._writers.append(writer)
        for each in self._writers:
            # drain() then waits until the kernel has it all: the bound is the chain's alone, and write_eof() never
            # leaves a shutdown() to a callback of asyncio's whose error nobody could catch.
            each.transport.set_write_buffer_limits(high=0)
        return reader, writer

    async def _forward(
        self, filling: asyncio.Task[Ending], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> Ending:
        works = (
            self._upstream_chain.run(),
            self._empty(self._upstream_chain, writer),
            self._fill_from_service(reader),
            self._downstream_chain.run(),
            self._empty(self._downstream_chain, self._client_writer),
        )
        tasks = [filling, *(asyncio.create_task(work) for work in works)]
        try:
            for task in asyncio.as_completed(tasks):
                ending = await task
                if ending is not Ending.DRAINED:
                    return ending
            return Ending.DRAINED
        finally:
            for each in tasks:
                each.cancel()
            # Also takes note of the errors of those that broke together with the first one.
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _fill_from_client(self) -> Ending:
        entry = self._upstream_chain.entry
        while data := await self._client_reader.read(READ_BYTES):
            at_ns = self._clock.now_ns()
            while not entry.has_room:
                # That may take for ever, and what is not read does not tell when the client is gone.
                try:
                    async with asyncio.timeout(_LOOK_S):
                        await entry.room()
                except TimeoutError:
                    if is_broken(self._client_writer):
                        raise ConnectionResetError from None
            entry.put(Chunk(data, at_ns))
        entry.end()
        self._client_ended.set()
        return Ending.DRAINED

    async def _fill_from_service(self, reader: asyncio.StreamReader) -> Ending:
        entry = self._downstream_chain.entry
        while data := await reader.read(READ_BYTES):
            at_ns = self._clock.now_ns()
            await entry.room()
            entry.put(Chunk(data, at_ns))
        entry.end()
        return Ending.DRAINED

    async def _empty(self, chain: Chain, writer: asyncio.StreamWriter) -> Ending:
        while (chunk := await chain.exit.head()) is not None:
            writer.write(chunk.data)
            chain.exit.pop()
            await writer.drain()
        if chain.was_cut:
            return Ending.CLOSED
        # Half-close: the other direction goes on until it has ended, too.
        writer.write_eof()
        return Ending.DRAINED
