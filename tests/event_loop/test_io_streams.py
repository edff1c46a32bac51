"""Servers and clients over TCP, UNIX sockets and TLS: streams and protocols."""

from __future__ import annotations

import asyncio
import hashlib
import resource
import socket
import ssl
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_app.overriding import override
from tests.event_loop.links import HOST, NAME, Certificates, Link, close

MEBIBYTE = 1 << 20
BIG = bytes(range(256)) * (8 * MEBIBYTE // 256)
CLIENTS = 500


async def echo(reader: StreamReader, writer: StreamWriter) -> None:
    """Send back what comes, line by line."""
    while line := await reader.readline():
        writer.write(line.upper())
        await writer.drain()
    await close(writer)


async def ask(link: Link, line: bytes) -> bytes:
    """Send a line, and give what comes back."""
    reader, writer = await link.connect()
    writer.write(line)
    answer = await reader.readline()
    await close(writer)
    return answer


def test_a_server_answers_its_clients(runner: asyncio.Runner, link: Link) -> None:
    async def talk() -> list[bytes]:
        server = await link.serve(echo)
        answers = await asyncio.gather(*(ask(link, b"line %d\n" % number) for number in range(5)))
        await link.end(server)
        return answers

    assert runner.run(talk()) == [b"LINE %d\n" % number for number in range(5)]


def test_a_big_transfer_arrives_whole_and_waits_for_who_reads(runner: asyncio.Runner, link: Link) -> None:
    async def transfer() -> tuple[str, int]:
        most = 0

        async def send(_reader: StreamReader, writer: StreamWriter) -> None:
            nonlocal most
            for start in range(0, len(BIG), 50_000):
                writer.write(BIG[start : start + 50_000])
                await writer.drain()
                most = max(most, writer.transport.get_write_buffer_size())
            await close(writer)

        server = await link.serve(send)
        reader, writer = await link.connect()
        digest = hashlib.sha256()
        while part := await reader.read(MEBIBYTE):
            digest.update(part)
            await asyncio.sleep(0)
        await close(writer)
        await link.end(server)
        return digest.hexdigest(), most

    digest, most = runner.run(transfer())
    assert digest == hashlib.sha256(BIG).hexdigest()
    # The transport's own limit, 64 KiB and with TLS 512 KiB, and what is written at a time.
    assert most <= (512 if link.kind == "tls" else 64) * 1024 + 50_000


def test_big_transfers_go_both_ways_at_once(runner: asyncio.Runner, link: Link) -> None:
    async def serve(reader: StreamReader, writer: StreamWriter) -> None:
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()
            received.append(len(part))
            if sum(received) == len(BIG):
                break
        await close(writer)

    async def transfer() -> bool:
        server = await link.serve(serve)
        reader, writer = await link.connect()

        async def send() -> None:
            writer.write(BIG)
            await writer.drain()

        sending = asyncio.create_task(send())
        returned = await reader.readexactly(len(BIG))
        await sending
        await close(writer)
        await link.end(server)
        return returned == BIG

    received: list[int] = []
    assert runner.run(transfer())


class Keeping(asyncio.Protocol):
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.received = bytearray()
        self.told: list[str] = []
        self.made: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lost: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()
        self.resumed = asyncio.Event()

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.made.set_result(None)

    @override
    def data_received(self, data: bytes) -> None:
        self.received += data

    @override
    def pause_writing(self) -> None:
        self.told.append("pause")
        self.resumed.clear()

    @override
    def resume_writing(self) -> None:
        self.told.append("resume")
        self.resumed.set()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set_result(exc)


@pytest.mark.parametrize("link", ["tcp", "unix"], indirect=True)
def test_who_does_not_read_has_the_other_wait(runner: asyncio.Runner, link: Link) -> None:
    async def transfer() -> None:
        there, here = Keeping(), Keeping()
        server = await link.serve_protocol(lambda: there)
        transport = await link.connect_protocol(lambda: here)
        await there.made
        assert there.transport is not None
        transport.pause_reading()
        assert not transport.is_reading()
        # It is more than the system keeps: a good deal waits here, and nothing else is told.
        there.transport.write(BIG)
        for _ in range(20):
            await asyncio.sleep(0.001)
        before = len(here.received)
        assert there.transport.get_write_buffer_size() > 0
        assert there.told == ["pause"]
        transport.resume_reading()
        await there.resumed.wait()
        there.transport.close()
        assert await here.lost is None
        assert before < len(here.received)
        assert here.received == BIG
        assert await there.lost is None
        await link.end(server)

    runner.run(transfer())


@pytest.mark.parametrize("link", ["tcp", "unix"], indirect=True)
def test_one_half_of_a_connection_is_closed_before_the_other(runner: asyncio.Runner, link: Link) -> None:
    async def count(reader: StreamReader, writer: StreamWriter) -> None:
        writer.write(b"%d" % len(await reader.read()))
        await close(writer)

    async def talk() -> bytes:
        server = await link.serve(count)
        reader, writer = await link.connect()
        assert writer.can_write_eof()
        writer.write(BIG)
        writer.write_eof()
        answer = await reader.read()
        await close(writer)
        await link.end(server)
        return answer

    assert runner.run(talk()) == b"%d" % len(BIG)


async def write_for_ever(writer: StreamWriter) -> None:
    """Write until that fails."""
    while True:
        writer.write(BIG[:MEBIBYTE])
        await writer.drain()


@pytest.mark.parametrize("link", ["tcp", "tls"], indirect=True)
def test_a_reset_reaches_who_reads_and_who_writes(runner: asyncio.Runner, link: Link) -> None:
    async def talk() -> BaseException | bytes:
        accepted: asyncio.Future[StreamWriter] = asyncio.get_running_loop().create_future()

        async def accept(_reader: StreamReader, writer: StreamWriter) -> None:
            accepted.set_result(writer)
            await released.wait()

        released = asyncio.Event()
        server = await link.serve(accept)
        reader, writer = await link.connect()
        reading = asyncio.create_task(reader.read())
        there = await accepted
        # Closed at once, with what was not sent thrown away: a reset.
        there.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        there.transport.abort()
        (outcome,) = await asyncio.gather(reading, return_exceptions=True)
        released.set()
        with pytest.raises(ConnectionError):
            await write_for_ever(writer)
        writer.close()
        with pytest.raises(ConnectionError):
            await writer.wait_closed()
        await link.end(server)
        return outcome

    assert isinstance(runner.run(talk()), ConnectionResetError)


def test_a_read_that_was_cancelled_loses_nothing(runner: asyncio.Runner, link: Link) -> None:
    async def talk() -> bytes:
        server = await link.serve(echo)
        reader, writer = await link.connect()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.01):
                await reader.readline()
        writer.write(b"line\n")
        answer = await reader.readline()
        await close(writer)
        await link.end(server)
        return answer

    assert runner.run(talk()) == b"LINE\n"


@pytest.fixture
def many_descriptors() -> Iterator[None]:
    """Allow as many open files as the system does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * CLIENTS if hard == resource.RLIM_INFINITY else min(4 * CLIENTS, hard)
    if wanted < 3 * CLIENTS:
        pytest.skip(f"the system allows {hard} open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize("link", ["tcp", "unix"], indirect=True)
def test_many_clients_at_once(runner: asyncio.Runner, link: Link, many_descriptors: None) -> None:
    async def talk() -> list[bytes]:
        all_there = asyncio.Barrier(CLIENTS)

        async def serve(reader: StreamReader, writer: StreamWriter) -> None:
            line = await reader.readline()
            # None is answered before all have come.
            await all_there.wait()
            writer.write(line)
            await close(writer)

        server = await link.serve(serve)
        answers = await asyncio.gather(*(ask(link, b"%d\n" % number) for number in range(CLIENTS)))
        await link.end(server)
        return answers

    assert runner.run(talk()) == [b"%d\n" % number for number in range(CLIENTS)]


def test_nobody_listens(runner: asyncio.Runner, tmp_path: Path) -> None:
    async def connect() -> None:
        with socket.create_server((HOST, 0)) as closed:
            port = closed.getsockname()[1]
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection(HOST, port)
        with pytest.raises(FileNotFoundError):
            await asyncio.open_unix_connection(tmp_path / "nothing")

    runner.run(connect())


@pytest.mark.parametrize("link", ["tls"], indirect=True)
def test_a_client_that_does_not_trust_a_server_says_so(
    runner: asyncio.Runner, link: Link, certificates: Certificates
) -> None:
    async def talk() -> None:
        server = await link.serve(echo)
        port = server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        with pytest.raises(ssl.SSLCertVerificationError, match="unable to get local issuer"):
            await asyncio.open_connection(HOST, port, ssl=certificates.distrustful_client, server_hostname=NAME)
        with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
            await asyncio.open_connection(HOST, port, ssl=certificates.client, server_hostname="example.org")
        assert await ask(link, b"still there\n") == b"STILL THERE\n"
        await link.end(server)

    runner.run(talk())


@pytest.mark.parametrize("link", ["tls"], indirect=True)
def test_tls_does_not_wait_for_ever_for_who_does_not_speak_it(runner: asyncio.Runner, link: Link) -> None:
    async def talk() -> None:
        with socket.create_server((HOST, 0)) as silent, pytest.raises(ConnectionAbortedError):
            await asyncio.open_connection(
                HOST, silent.getsockname()[1], ssl=True, server_hostname=NAME, ssl_handshake_timeout=0.05
            )

    runner.run(talk())


@pytest.mark.parametrize("link", ["tcp", "unix"], indirect=True)
def test_tls_starts_on_a_connection_that_is_there(
    runner: asyncio.Runner, link: Link, certificates: Certificates
) -> None:
    async def serve(reader: StreamReader, writer: StreamWriter) -> None:
        assert await reader.readline() == b"STARTTLS\n"
        writer.write(b"go\n")
        await writer.drain()
        await writer.start_tls(certificates.server)
        await echo(reader, writer)

    async def talk() -> tuple[bytes, bytes, str]:
        server = await link.serve(serve)
        reader, writer = await link.connect()
        writer.write(b"STARTTLS\n")
        plain = await reader.readline()
        await writer.start_tls(certificates.client, server_hostname=NAME)
        version = writer.get_extra_info("ssl_object").version()
        writer.write(b"secret\n")
        answer = await reader.readline()
        await close(writer)
        await link.end(server)
        return plain, answer, version

    assert runner.run(talk()) == (b"go\n", b"SECRET\n", "TLSv1.3")
