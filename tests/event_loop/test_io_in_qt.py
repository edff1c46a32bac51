"""Sockets beside what Qt does: neither keeps the other from being served, nested event loops included."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from asyncio import StreamReader, StreamWriter
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QDialog

from desktop_app.overriding import override
from tests.event_loop.links import HOST, Link, close, until
from tests.event_loop.test_io_streams import BIG, MEBIBYTE, Keeping, ask, echo

TICKS = 20


@contextmanager
def flooding(listening: socket.socket) -> Iterator[None]:
    """Send to who connects, from another thread, as much as it takes."""
    stop = threading.Event()

    def flood() -> None:
        # Whoever has enough closes the connection.
        with suppress(ConnectionError), listening.accept()[0] as connection:
            while not stop.is_set():
                connection.sendall(BIG)

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def ticking(tick: QTimer) -> Iterator[asyncio.Event]:
    """Run a Qt timer; the event is set when it has been served `TICKS` times."""
    enough, left = asyncio.Event(), list(range(TICKS))

    def count() -> None:
        left.pop()
        if not left:
            tick.stop()
            enough.set()

    tick.setInterval(5)
    tick.timeout.connect(count)
    tick.start()
    yield enough
    tick.stop()


def test_a_flood_leaves_qt_its_turns(runner: asyncio.Runner, qapp: QApplication) -> None:
    """Of a stream that is read without a pause, as a protocol is."""

    async def drink(port: int) -> tuple[int, int]:
        here = Keeping()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(lambda: here, HOST, port)
        with ticking(QTimer()) as enough:
            await enough.wait()
            before = len(here.received)
            # And the flood goes on meanwhile.
            await until(lambda: len(here.received) > before + MEBIBYTE)
        transport.abort()
        await here.lost
        return before, len(here.received)

    with socket.create_server((HOST, 0)) as listening, flooding(listening):
        before, after = runner.run(drink(listening.getsockname()[1]))
    assert after > before > 0


def test_a_flood_leaves_other_sockets_their_turns(runner: asyncio.Runner, link: Link) -> None:
    async def talk(port: int) -> list[bytes]:
        here = Keeping()
        transport, _ = await asyncio.get_running_loop().create_connection(lambda: here, HOST, port)
        server = await link.serve(echo)
        answers = [await ask(link, b"line %d\n" % number) for number in range(10)]
        transport.abort()
        await here.lost
        await link.end(server)
        return answers

    with socket.create_server((HOST, 0)) as listening, flooding(listening):
        assert runner.run(talk(listening.getsockname()[1])) == [b"LINE %d\n" % number for number in range(10)]


def test_tasks_that_never_rest_leave_sockets_and_qt_their_turns(
    runner: asyncio.Runner, link: Link, qapp: QApplication
) -> None:
    async def spin() -> None:
        await until(lambda: False)

    async def talk() -> bytes:
        spinning = [asyncio.create_task(spin()) for _ in range(1000)]
        server = await link.serve(echo)
        answer = await ask(link, b"line\n")
        with ticking(QTimer()) as enough:
            await enough.wait()
        for task in spinning:
            task.cancel()
        await asyncio.wait(spinning)
        await link.end(server)
        return answer

    assert runner.run(talk()) == b"LINE\n"


def test_sockets_are_served_within_an_event_loop_of_a_task(runner: asyncio.Runner, link: Link) -> None:
    async def talk() -> list[bytes]:
        server = await link.serve(echo)
        answers: list[bytes] = []

        async def talk_on() -> None:
            # More than one: each is a new wake-up of the sleeping Qt.
            for number in range(5):
                answers.append(await ask(link, b"line %d\n" % number))
                await asyncio.sleep(0.001)
            inner.quit()

        inner = QEventLoop()
        talking = asyncio.create_task(talk_on())
        inner.exec()
        assert talking.done()
        await link.end(server)
        return answers

    assert runner.run(talk()) == [b"LINE %d\n" % number for number in range(5)]


def test_a_big_transfer_goes_on_beside_a_dialog(runner: asyncio.Runner, link: Link) -> None:
    async def send(_reader: StreamReader, writer: StreamWriter) -> None:
        writer.write(BIG)
        await writer.drain()
        await close(writer)

    async def transfer() -> bytes:
        dialog = QDialog()

        async def receive() -> bytes:
            reader, writer = await link.connect()
            received = await reader.read()
            await close(writer)
            dialog.accept()
            return received

        server = await link.serve(send)
        receiving = asyncio.create_task(receive())
        assert dialog.exec() == QDialog.DialogCode.Accepted
        received = await receiving
        await link.end(server)
        return received

    assert runner.run(transfer()) == BIG


class Opening(Keeping):
    """Opens a dialog when the first data come."""

    def __init__(self, inner: QEventLoop) -> None:
        super().__init__()
        self._inner = inner
        self.within: list[bytes] = []

    @override
    def data_received(self, data: bytes) -> None:
        if not self.received:
            self.received += data
            self._inner.exec()
            self.within.append(bytes(self.received))
        else:
            self.received += data


def test_what_comes_for_who_has_opened_a_dialog_waits_for_its_end(runner: asyncio.Runner, link: Link) -> None:
    """Others are served meanwhile; and as nothing can be done, nothing is done: no processor is used."""

    async def talk() -> tuple[list[bytes], bytes, list[bytes]]:
        loop = asyncio.get_running_loop()
        inner = QEventLoop()
        opening, other = Opening(inner), Keeping()
        server = await link.serve_protocol(lambda: opening)
        transport = await link.connect_protocol(lambda: other)
        answers: list[bytes] = []
        ours, theirs = socket.socketpair()
        used_s: list[float] = []

        async def go_on() -> None:
            await until(lambda: bool(opening.received))
            transport.write(b"second")
            for number in range(5):
                theirs.send(b"%d" % number)
                answers.append(await loop.sock_recv(ours, 10))
            before_s, start_s = time.process_time(), time.monotonic()
            await asyncio.sleep(0.3)
            used_s.append((time.process_time() - before_s) / (time.monotonic() - start_s))
            assert len(loop._kept_back) <= 2  # type: ignore[attr-defined]
            transport.write(b"third")
            inner.quit()

        ours.setblocking(False)
        going = asyncio.create_task(go_on())
        transport.write(b"first")
        await going
        await until(lambda: opening.received.endswith(b"third"))
        transport.close()
        await opening.lost
        await other.lost
        await link.end(server)
        ours.close()
        theirs.close()
        assert used_s[0] < 0.5
        return opening.within, bytes(opening.received), answers

    within, received, answers = runner.run(talk())
    assert within == [b"first"]
    assert received == b"firstsecondthird"
    assert answers == [b"0", b"1", b"2", b"3", b"4"]
