"""Bare sockets, descriptors, datagrams, files and pipes on the event loop."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from desktop_app.overriding import override
from tests.event_loop.links import HOST, Certificates, Link
from tests.event_loop.test_io_streams import BIG, Keeping, write_for_ever

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """Two sockets, each the other's end."""
    here, there = socket.socketpair()
    with here, there:
        for each in (here, there):
            each.setblocking(False)
        yield here, there


def test_the_methods_of_sockets(runner: asyncio.Runner) -> None:
    async def receive(connection: socket.socket) -> bytes:
        loop, received = asyncio.get_running_loop(), bytearray()
        part = bytearray(65536)
        while len(received) < len(BIG):
            if len(received) % 2:
                received += await loop.sock_recv(connection, 65535)
            else:
                received += part[: await loop.sock_recv_into(connection, part)]
        return bytes(received)

    async def talk() -> None:
        loop = asyncio.get_running_loop()
        with socket.create_server((HOST, 0)) as listening, socket.socket() as client:
            listening.setblocking(False)
            client.setblocking(False)
            accepting = asyncio.create_task(loop.sock_accept(listening))
            await loop.sock_connect(client, listening.getsockname())
            server, address = await accepting
            with server:
                assert address == client.getsockname()
                receiving = asyncio.create_task(receive(server))
                await loop.sock_sendall(client, BIG)
                assert await receiving == BIG
                waiting = asyncio.create_task(loop.sock_recv(server, 1))
                await asyncio.sleep(0.001)
                client.shutdown(socket.SHUT_WR)
                assert await waiting == b""

    runner.run(talk())


def test_the_methods_of_datagram_sockets(runner: asyncio.Runner) -> None:
    async def talk() -> None:
        loop = asyncio.get_running_loop()
        with socket.socket(type=socket.SOCK_DGRAM) as here, socket.socket(type=socket.SOCK_DGRAM) as there:
            for each in (here, there):
                each.setblocking(False)
                each.bind((HOST, 0))
            receiving = asyncio.create_task(loop.sock_recvfrom(there, 100))
            await asyncio.sleep(0.001)
            assert await loop.sock_sendto(here, b"datagram", there.getsockname()) == 8
            assert await receiving == (b"datagram", here.getsockname())

    runner.run(talk())


def test_a_socket_that_is_not_waited_for_any_more_can_be_waited_for_again(runner: asyncio.Runner, pair: Pair) -> None:
    async def talk() -> bytes:
        loop, (here, there) = asyncio.get_running_loop(), pair
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.005):
                await loop.sock_recv(here, 10)
        there.send(b"x")
        return await loop.sock_recv(here, 10)

    assert runner.run(talk()) == b"x"


def test_a_reader_is_called_as_long_as_there_is_something(runner: asyncio.Runner, pair: Pair) -> None:
    async def watch() -> list[bytes]:
        loop, (here, there) = asyncio.get_running_loop(), pair
        seen: list[bytes] = []
        done = asyncio.Event()

        def read(size: int) -> None:
            seen.append(here.recv(size))
            if len(seen) == 5:
                assert loop.remove_reader(here)
                done.set()

        loop.add_reader(here, read, 1)
        there.send(b"12345678")
        await done.wait()
        assert not loop.remove_reader(here)
        for _ in range(5):
            await asyncio.sleep(0)
        return seen

    assert runner.run(watch()) == [b"1", b"2", b"3", b"4", b"5"]
    assert pair[0].recv(10) == b"678"


def test_a_writer_is_called_as_long_as_there_is_room(runner: asyncio.Runner, pair: Pair) -> None:
    async def watch() -> None:
        loop, (here, there) = asyncio.get_running_loop(), pair
        sent = calls = 0

        def write() -> None:
            nonlocal sent, calls
            calls += 1
            with suppress(BlockingIOError):
                sent += here.send(bytes(4096))

        loop.add_writer(here, write)
        await asyncio.sleep(0.02)
        before = calls
        await asyncio.sleep(0.02)
        assert calls == before
        received = 0
        while received < 1_000_000:
            with suppress(BlockingIOError):
                received += len(there.recv(100_000))
            await asyncio.sleep(0)
        assert loop.remove_writer(here)
        assert not loop.remove_writer(here)
        assert sent >= received
        before = calls
        await asyncio.sleep(0.005)
        assert calls == before

    runner.run(watch())


def test_the_newest_reader_is_the_only_one(runner: asyncio.Runner, pair: Pair) -> None:
    async def watch() -> bytes:
        loop, (here, there) = asyncio.get_running_loop(), pair
        done: asyncio.Future[bytes] = loop.create_future()

        def read() -> None:
            if not done.done():
                done.set_result(here.recv(1))

        loop.add_reader(here, pytest.fail, "the older one was called")
        # It is ready already, but what is called is decided when it is.
        there.send(b"x")
        loop.add_reader(here.fileno(), read)
        received = await done
        loop.remove_reader(here)
        return received

    assert runner.run(watch()) == b"x"


def test_a_reader_and_a_writer_of_one_socket(runner: asyncio.Runner, pair: Pair) -> None:
    async def watch() -> None:
        loop, (here, there) = asyncio.get_running_loop(), pair
        readable, writable = asyncio.Event(), asyncio.Event()
        loop.add_reader(here, readable.set)
        loop.add_writer(here, writable.set)
        await writable.wait()
        assert not readable.is_set()
        assert loop.remove_writer(here)
        there.send(b"x")
        await readable.wait()
        assert loop.remove_reader(here)

    runner.run(watch())


def test_a_reader_that_fails_is_told_of_and_called_again(runner: asyncio.Runner, pair: Pair) -> None:
    async def watch() -> list[dict[str, Any]]:
        loop, (here, there) = asyncio.get_running_loop(), pair
        told: list[dict[str, Any]] = []
        before = loop.get_exception_handler()
        loop.set_exception_handler(lambda _loop, context: told.append(context))
        done = asyncio.Event()

        def read() -> None:
            if here.recv(1) == b"2":
                loop.remove_reader(here)
                done.set()
            raise LookupError("in a reader")

        loop.add_reader(here, read)
        there.send(b"12")
        await done.wait()
        await asyncio.sleep(0)
        loop.set_exception_handler(before)
        return told

    assert [str(each["exception"]) for each in runner.run(watch())] == ["in a reader", "in a reader"]


class Datagrams(asyncio.DatagramProtocol):
    """Keeps what comes; with ``answers``, sends it back."""

    def __init__(self, answers: bool) -> None:
        self._answers = answers
        self.received: asyncio.Queue[bytes] = asyncio.Queue()
        self.error: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
        # Python before 3.12 gives none that is a DatagramTransport by its type.
        self.transport: Any = None

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    @override
    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        self.received.put_nowait(data)
        if self._answers:
            self.transport.sendto(data.upper(), addr)

    @override
    def error_received(self, exc: Exception) -> None:
        self.error.set_result(exc)


def test_datagrams_go_and_come_back(runner: asyncio.Runner) -> None:
    async def talk() -> list[bytes]:
        loop = asyncio.get_running_loop()
        server, _ = await loop.create_datagram_endpoint(lambda: Datagrams(answers=True), local_addr=(HOST, 0))
        address = server.get_extra_info("sockname")
        client, protocol = await loop.create_datagram_endpoint(lambda: Datagrams(answers=False), remote_addr=address)
        answers = []
        for number in range(100):
            client.sendto(b"datagram %d" % number)
            answers.append(await protocol.received.get())
        for transport in (client, server):
            transport.close()
        await asyncio.sleep(0)
        return answers

    assert runner.run(talk()) == [b"DATAGRAM %d" % number for number in range(100)]


def test_a_datagram_that_nobody_takes_is_told_of(runner: asyncio.Runner) -> None:
    async def talk() -> Exception:
        loop = asyncio.get_running_loop()
        with socket.socket(type=socket.SOCK_DGRAM) as closed:
            closed.bind((HOST, 0))
            address = closed.getsockname()
        client, protocol = await loop.create_datagram_endpoint(lambda: Datagrams(answers=False), remote_addr=address)
        client.sendto(b"datagram")
        error = await protocol.error
        client.close()
        await asyncio.sleep(0)
        return error

    assert isinstance(runner.run(talk()), ConnectionRefusedError)


def test_a_file_is_sent(runner: asyncio.Runner, link: Link, tmp_path: Path) -> None:
    async def transfer() -> bytes:
        here, there = Keeping(), Keeping()
        server = await link.serve_protocol(lambda: there)
        transport = await link.connect_protocol(lambda: here)
        with (tmp_path / "file").open("rb") as file:
            assert await asyncio.get_running_loop().sendfile(transport, file, offset=1) == len(BIG) - 1
        transport.close()
        await there.lost
        await here.lost
        await link.end(server)
        return bytes(there.received)

    (tmp_path / "file").write_bytes(BIG)
    assert runner.run(transfer()) == BIG[1:]


def test_a_file_is_sent_over_a_bare_socket(runner: asyncio.Runner, pair: Pair, tmp_path: Path) -> None:
    async def transfer() -> bytes:
        loop, (here, there) = asyncio.get_running_loop(), pair
        received = bytearray()

        async def receive() -> None:
            while part := await loop.sock_recv(there, 65536):
                received.extend(part)

        receiving = asyncio.create_task(receive())
        with (tmp_path / "file").open("rb") as file:
            assert await loop.sock_sendfile(here, file) == len(BIG)
        here.shutdown(socket.SHUT_WR)
        await receiving
        return bytes(received)

    (tmp_path / "file").write_bytes(BIG)
    assert runner.run(transfer()) == BIG


def test_pipes_carry_what_is_written_and_end(runner: asyncio.Runner) -> None:
    async def transfer() -> bytes:
        loop = asyncio.get_running_loop()
        reading_fd, writing_fd = os.pipe()
        reader = asyncio.StreamReader()
        reading, _ = await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(reading_fd, "rb")
        )
        writing, protocol = await loop.connect_write_pipe(
            asyncio.streams.FlowControlMixin, os.fdopen(writing_fd, "wb")
        )
        writer = asyncio.StreamWriter(writing, protocol, None, loop)

        async def send() -> None:
            for start in range(0, len(BIG), 100_000):
                writer.write(BIG[start : start + 100_000])
                await writer.drain()
            writing.close()

        sending = asyncio.create_task(send())
        received = await reader.read()
        await sending
        reading.close()
        await asyncio.sleep(0)
        return received

    assert runner.run(transfer()) == BIG


def test_a_write_to_a_pipe_that_nobody_reads_fails(runner: asyncio.Runner) -> None:
    async def write() -> None:
        loop = asyncio.get_running_loop()
        reading_fd, writing_fd = os.pipe()
        writing, protocol = await loop.connect_write_pipe(
            asyncio.streams.FlowControlMixin, os.fdopen(writing_fd, "wb")
        )
        writer = asyncio.StreamWriter(writing, protocol, None, loop)
        os.close(reading_fd)
        with pytest.raises(ConnectionResetError):
            await write_for_ever(writer)
        await asyncio.sleep(0)

    runner.run(write())


def test_what_tls_sends_in_many_records_is_one_file(
    runner: asyncio.Runner, tmp_path: Path, certificates: Certificates
) -> None:
    """TLS cannot have the system send a file: it is read and encrypted here, unless that is forbidden."""

    async def transfer() -> None:
        link = Link("tls", tmp_path, certificates)
        there = Keeping()
        server = await link.serve_protocol(lambda: there)
        here = Keeping()
        transport = await link.connect_protocol(lambda: here)
        with (tmp_path / "file").open("rb") as file, pytest.raises(RuntimeError, match="fallback is disabled"):
            await asyncio.get_running_loop().sendfile(transport, file, fallback=False)
        transport.close()
        await there.lost
        await here.lost
        await link.end(server)

    (tmp_path / "file").write_bytes(BIG)
    runner.run(transfer())
