"""Ways in which a server and its clients reach one another, all by the same words."""

from __future__ import annotations

import asyncio
import ssl
from asyncio import AbstractServer, StreamReader, StreamWriter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final, TypeAlias

import trustme

HOST: Final = "127.0.0.1"
NAME: Final = "shop.example.com"
KINDS: Final = ("tcp", "unix", "tls")
Serve: TypeAlias = "Callable[[StreamReader, StreamWriter], Awaitable[None]]"
MANY: Final = 1000
"""How many may wait to be accepted."""


class Certificates:
    """What a TLS server for `NAME` and its clients need."""

    def __init__(self) -> None:
        authority = trustme.CA()
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(NAME).configure_cert(self.server)
        self.client = ssl.create_default_context()
        authority.configure_trust(self.client)
        self.distrustful_client = ssl.create_default_context()


class Link:
    """A server's place.

    Args:
        kind: One of `KINDS`.
        directory: Where a socket file may be.
        certificates: Of the server.
    """

    def __init__(self, kind: str, directory: Path, certificates: Certificates) -> None:
        self.kind = kind
        self._path = str(directory / "socket")
        self._port = 0
        self._certificates = certificates
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def _for_server(self) -> dict[str, Any]:
        return {"ssl": self._certificates.server} if self.kind == "tls" else {}

    @property
    def _for_client(self) -> dict[str, Any]:
        return {"ssl": self._certificates.client, "server_hostname": NAME} if self.kind == "tls" else {}

    async def serve(self, serve: Serve) -> AbstractServer:
        """Start a server of streams."""

        async def serve_one(reader: StreamReader, writer: StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._serving.add(task)
            await serve(reader, writer)

        if self.kind == "unix":
            return await asyncio.start_unix_server(serve_one, self._path, backlog=MANY)
        server = await asyncio.start_server(serve_one, HOST, 0, backlog=MANY, **self._for_server)
        self._port = server.sockets[0].getsockname()[1]
        return server

    async def connect(self) -> tuple[StreamReader, StreamWriter]:
        """Be a client with streams."""
        if self.kind == "unix":
            return await asyncio.open_unix_connection(self._path)
        return await asyncio.open_connection(HOST, self._port, **self._for_client)

    async def end(self, server: AbstractServer) -> None:
        """End a server, and wait for whom it serves: Python before 3.12 does not."""
        server.close()
        await asyncio.gather(*self._serving)
        await server.wait_closed()

    async def serve_protocol(self, make: Callable[[], asyncio.Protocol]) -> AbstractServer:
        """Start a server of protocols."""
        loop = asyncio.get_running_loop()
        if self.kind == "unix":
            return await loop.create_unix_server(make, self._path)
        server = await loop.create_server(make, HOST, 0, **self._for_server)
        self._port = server.sockets[0].getsockname()[1]
        return server

    async def connect_protocol(self, make: Callable[[], asyncio.Protocol]) -> asyncio.Transport:
        """Be a client with a protocol."""
        loop = asyncio.get_running_loop()
        if self.kind == "unix":
            transport, _ = await loop.create_unix_connection(make, self._path)
        else:
            transport, _ = await loop.create_connection(make, HOST, self._port, **self._for_client)
        return transport


async def close(writer: StreamWriter) -> None:
    """Close a connection, and see that it is."""
    writer.close()
    await writer.wait_closed()


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop go on until something is so."""
    while not condition():  # noqa: ASYNC110 - nobody tells when it is
        await asyncio.sleep(0)
