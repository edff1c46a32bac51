"""One client's connection through the proxy: two sockets, two directions, a chain of toxics for each."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import struct
import sys
from typing import TYPE_CHECKING

from desktop_app.conditions.chain import Chain
from desktop_app.conditions.pipe import Chunk
from desktop_app.conditions.stage import Ending, numbers_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from desktop_app.conditions.clock import Clock
    from desktop_app.conditions.configuration import Address, Configuration
    from desktop_app.conditions.toxics import Stream

_logger = logging.getLogger(__name__)

READ_BYTES = 64 * 1024
_CLOSE_S = 0.25


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

        Cancelled, it resets the connection, or closes it where `close_when_cancelled` was called.

        Args:
            upstream: Waits, if need be, until it is known where the service listens.
        """
        try:
            self.upstream = await upstream()
            self._ending = await self._connect_and_forward(self.upstream)
        except OSError as error:
            # The client learns it by its own socket, as without a proxy.
            _logger.debug("connection %d broke: %s", self._number, error)
        finally:
            for writer in self._writers:
                if self._ending is Ending.RESET:
                    reset(writer)
                else:
                    writer.close()
            await asyncio.gather(*(_closed(writer) for writer in self._writers))

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

    async def _connect_and_forward(self, address: Address) -> Ending:
        try:
            reader, writer = await self._connect(address)
        except (OSError, UnicodeError) as error:
            # Refused, unreachable, not even a host name. Not a reset, which might overtake the client's own
            # connect() and might not: the client always sees a connection that is closed without an answer.
            _logger.debug("connection %d has no upstream: %s", self._number, error)
            return Ending.CLOSED
        return await self._forward(reader, writer)

    async def _connect(self, address: Address) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(address.host, address.port, limit=READ_BYTES)
        self._writers.append(writer)
        for each in self._writers:
            # drain() then waits until the kernel has it all: the bound is the chain's alone, and write_eof() never
            # leaves a shutdown() to a callback of asyncio's whose error nobody could catch.
            each.transport.set_write_buffer_limits(high=0)
        return reader, writer

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Ending:
        client_writer = self._writers[0]
        tasks = [
            asyncio.create_task(work)
            for work in (
                self._fill(self._client_reader, self._upstream_chain, self._client_ended),
                self._upstream_chain.run(),
                self._empty(self._upstream_chain, writer),
                self._fill(reader, self._downstream_chain, None),
                self._downstream_chain.run(),
                self._empty(self._downstream_chain, client_writer),
            )
        ]
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

    async def _fill(self, reader: asyncio.StreamReader, chain: Chain, ended: asyncio.Event | None) -> Ending:
        while data := await reader.read(READ_BYTES):
            at_ns = self._clock.now_ns()
            await chain.entry.room()
            chain.entry.put(Chunk(data, at_ns))
        chain.entry.end()
        if ended is not None:
            ended.set()
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


def reset(writer: asyncio.StreamWriter) -> None:
    """Close at once and let the other side see a reset, which it cannot take for the end of the data."""
    # struct linger { onoff, linger } is of two shorts on Windows, of two ints elsewhere.
    linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
    with contextlib.suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


async def _closed(writer: asyncio.StreamWriter) -> None:
    """Wait until the socket is closed; what the other side does not take in time is given up."""
    try:
        async with asyncio.timeout(_CLOSE_S):
            await writer.wait_closed()
    except TimeoutError:
        writer.transport.abort()
    except OSError:
        pass  # it broke first: closed all the same
    except asyncio.CancelledError:
        writer.transport.abort()
        raise
