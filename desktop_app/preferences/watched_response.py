"""What aiohttp does not tell of a response by itself: when its first byte comes, and that its body is malformed."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection

from desktop_app.overriding import override
from desktop_app.preferences.phases import RequestPhases, current


class WatchedResponse(aiohttp.ClientResponse):
    """A response whose bytes are looked at as they come, and which ends at once when it is given up."""

    _transport: asyncio.Transport | None = None

    @override
    async def start(self, connection: Connection) -> aiohttp.ClientResponse:
        self._transport = connection.transport
        watch = _watch_on(connection)
        if watch is None:
            return await super().start(connection)
        watch.begin(current.get(), has_body=self.request_info.headers.get("content-length", "0") != "0")
        try:
            await super().start(connection)
        except BaseException:
            self._abort()
            raise
        watch.content = self.content
        watch.look()
        return self

    @override
    def close(self) -> None:
        """Give it up, and its connection."""
        self._abort()
        super().close()

    def _abort(self) -> None:
        # A connection over TLS is else closed by a handshake, and one whose other side is silent stays open for 30 s
        # (ssl_shutdown_timeout of asyncio's loops; aiohttp's own argument for it is deprecated). After a body's end
        # it is no longer this response's, but maybe another's.
        if self._transport is not None and self.connection is not None:
            self._transport.abort()


def _watch_on(connection: Connection) -> _Watch | None:
    """Give a connection's watch; it stays for as long as the connection does. None: it is closed already."""
    transport, protocol = connection.transport, connection.protocol
    if transport is None or protocol is None:
        return None
    watch = transport.get_protocol()
    if not isinstance(watch, _Watch):
        watch = _Watch(protocol)
        transport.set_protocol(watch)
    return watch


class _Watch(asyncio.Protocol):
    """Stands between a transport and aiohttp's protocol.

    aiohttp's parser in C says of a malformed chunk that the connection is no good, but not to who reads the body, who
    would wait until the deadline; so here is who says it.
    """

    def __init__(self, protocol: ResponseHandler) -> None:
        self._protocol = protocol
        self._phases: RequestPhases | None = None
        self.content: aiohttp.StreamReader | None = None

    def begin(self, phases: RequestPhases | None, *, has_body: bool) -> None:
        """Look at the next response: its request is sent, but for a body."""
        self._phases, self.content = phases, None
        if phases is not None and not has_body:
            phases.waiting()

    def look(self) -> None:
        """Pass on that the parser has failed, if it has."""
        content, error = self.content, self._protocol.exception()
        if content is not None and error is not None and not content.is_eof() and content.exception() is None:
            content.set_exception(aiohttp.ClientPayloadError(str(error)))

    @override
    def data_received(self, data: bytes) -> None:
        if self._phases is not None:
            # It may come before the request is sent wholly, and ends its sending then.
            self._phases.waiting()
            self._phases.first_byte()
            self._phases = None
        self._protocol.data_received(data)
        self.look()

    @override
    def eof_received(self) -> None:
        self._protocol.eof_received()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._protocol.connection_lost(exc)

    @override
    def pause_writing(self) -> None:
        self._protocol.pause_writing()

    @override
    def resume_writing(self) -> None:
        self._protocol.resume_writing()


def new_trace_config() -> aiohttp.TraceConfig:
    """Make what tells the phases up to the response, of the request that the running task makes."""
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
    # Bodies are small: sent in one piece, together with the headers.
    phases = current.get()
    if phases is not None:
        phases.waiting()
