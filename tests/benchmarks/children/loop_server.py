"""What the event loops' clients talk to, in a process of its own and the same for all: HTTP, or bytes over TLS.

``loop_server.py http`` answers every GET with 2 kB of JSON, on connections that stay open; ``loop_server.py tls
CERTIFICATE BYTES`` sends so many bytes to whoever connects. It says its port on stdout, and lives as long as its
stdin. It is asyncio's own, without a library: many times as fast as the clients, so that it is not what is measured.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys

from desktop_app.overriding import override

BACKLOG = 1024
BODY_BYTES = 2000
CHUNK = bytes(256 * 1024)
END_OF_REQUEST = b"\r\n\r\n"


def _reply() -> bytes:
    words = {"customer": "demo", "preferences": {f"number {number}": number for number in range(60)}, "filler": ""}
    words["filler"] = "." * (BODY_BYTES - len(json.dumps(words)))
    body = json.dumps(words).encode("ascii")
    assert len(body) == BODY_BYTES
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode("ascii") + body


REPLY = _reply()


class Answering(asyncio.Protocol):
    """Answers each request that has come to its end; they have no body."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None
        self._received = b""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    @override
    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        *requests, self._received = (self._received + data).split(END_OF_REQUEST)
        self._transport.write(REPLY * len(requests))


async def send(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, length: int) -> None:
    """Send so many bytes, and close."""
    try:
        for sent in range(0, length, len(CHUNK)):
            writer.write(CHUNK[: length - sent])
            await writer.drain()
        writer.close()
        await writer.wait_closed()
    except OSError:
        writer.close()  # The other end has gone: it was measured, or it was ended.


async def main(kind: str, *arguments: str) -> None:
    """Serve until stdin ends."""
    if kind == "http":
        server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0, backlog=BACKLOG)
    else:
        certificate, length = arguments
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server = await asyncio.start_server(
            lambda reader, writer: send(reader, writer, int(length)), "127.0.0.1", 0, ssl=context
        )
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
