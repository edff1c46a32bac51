"""How aiohttp tells the phases of a request: its own tracing, and a look at the bytes as they come."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import aiohttp

from desktop_app.overriding import override
from desktop_app.preferences.phases import current


def new_trace_config() -> aiohttp.TraceConfig:
    """Make what tells the phases of the request that the running task makes."""
    config = aiohttp.TraceConfig()
    config.on_connection_create_start.append(_on_connecting)
    config.on_connection_create_end.append(_on_sending)
    config.on_connection_reuseconn.append(_on_sending)
    config.on_request_chunk_sent.append(_on_body_sent)
    return config


async def _on_connecting(_session: aiohttp.ClientSession, _context: SimpleNamespace, _params: object) -> None:
    phases = current.get()
    if phases is not None:
        phases.connecting()


async def _on_sending(_session: aiohttp.ClientSession, _context: SimpleNamespace, _params: object) -> None:
    phases = current.get()
    if phases is not None:
        phases.sending()


async def _on_body_sent(_session: aiohttp.ClientSession, _context: SimpleNamespace, _params: object) -> None:
    # Bodies are small, and sent in one piece together with the headers.
    phases = current.get()
    if phases is not None:
        phases.waiting()


class NotingResponse(aiohttp.ClientResponse):
    """A response that tells when its first byte comes."""

    @override
    async def start(self, connection: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        phases, transport = current.get(), connection.transport
        if phases is not None and transport is not None:
            if self.request_info.headers.get("content-length", "0") == "0":
                phases.waiting()

            def note() -> None:
                phases.waiting()
                phases.first_byte()

            transport.set_protocol(_FirstByte(transport, note))
        return await super().start(connection)


class _FirstByte(asyncio.Protocol):
    """Stands before a transport's protocol until bytes come."""

    def __init__(self, transport: asyncio.Transport, note: Any) -> None:
        self._transport = transport
        self._protocol: Any = transport.get_protocol()
        self._note = note

    @override
    def data_received(self, data: bytes) -> None:
        self._note()
        self._transport.set_protocol(self._protocol)
        self._protocol.data_received(data)

    @override
    def eof_received(self) -> bool | None:
        is_kept: bool | None = self._protocol.eof_received()
        return is_kept

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._protocol.connection_lost(exc)

    @override
    def pause_writing(self) -> None:
        self._protocol.pause_writing()

    @override
    def resume_writing(self) -> None:
        self._protocol.resume_writing()
