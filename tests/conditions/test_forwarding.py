"""What passes through the proxy's real process, with no toxics or with the network's own faults."""

from __future__ import annotations

import random
import socket
import struct
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from desktop_app.conditions.configuration import Configuration
from tests.conditions.upstreams import (
    connect,
    is_quiet,
    read_exactly,
    read_to_end,
    refusing,
    sees_the_close,
    upstream,
)

if TYPE_CHECKING:
    from desktop_app.conditions.configuration import Address
    from tests.conditions.processes import ProxyProcess

MEGABYTE = random.Random(1).randbytes(1024 * 1024)


def test_bytes_pass_unchanged_in_both_directions(proxy: ProxyProcess, echo_service: Address) -> None:
    proxy.configure(Configuration(upstream=echo_service))
    with connect(proxy.address) as client:
        sender = threading.Thread(target=client.sendall, args=(MEGABYTE,))
        sender.start()
        assert read_exactly(client, len(MEGABYTE)) == MEGABYTE
        sender.join()


def test_a_client_that_ended_its_sending_still_gets_the_reply(proxy: ProxyProcess) -> None:
    def reverse(connection: socket.socket) -> None:
        connection.sendall(read_to_end(connection)[::-1])

    with upstream(reverse) as address:
        proxy.configure(Configuration(upstream=address))
        with connect(proxy.address) as client:
            client.sendall(b"drawer")
            client.shutdown(socket.SHUT_WR)
            assert read_to_end(client) == b"reward"


def test_a_service_that_ended_its_sending_still_gets_the_rest(proxy: ProxyProcess) -> None:
    received = bytearray()
    is_received = threading.Event()

    def greet_and_listen(connection: socket.socket) -> None:
        connection.sendall(b"hello")
        connection.shutdown(socket.SHUT_WR)
        received.extend(read_to_end(connection))
        is_received.set()

    with upstream(greet_and_listen) as address:
        proxy.configure(Configuration(upstream=address))
        with connect(proxy.address) as client:
            assert read_to_end(client) == b"hello"
            client.sendall(b"and good-bye")
        assert is_received.wait(30)
        assert received == b"and good-bye"


def test_a_client_that_does_not_read_holds_the_service_up(proxy: ProxyProcess) -> None:
    def pour(connection: socket.socket) -> None:
        connection.settimeout(1)  # the proxy and the kernel are full: no room for another byte in a second
        poured_bytes = 0
        try:
            while poured_bytes < 256 * 1024 * 1024:
                poured_bytes += connection.send(MEGABYTE)
        except TimeoutError:
            is_held_up.set()

    is_held_up = threading.Event()
    with upstream(pour) as address:
        proxy.configure(Configuration(upstream=address))
        with connect(proxy.address):
            assert is_held_up.wait(30)


def test_a_connection_waits_until_the_upstream_is_known(proxy: ProxyProcess, echo_service: Address) -> None:
    with connect(proxy.address) as client:
        client.sendall(b"early")
        assert is_quiet(client)
        proxy.configure(Configuration(upstream=echo_service))
        assert read_exactly(client, 5) == b"early"


def test_a_connection_made_while_the_upstream_is_taken_away_waits(proxy: ProxyProcess, echo_service: Address) -> None:
    proxy.configure(Configuration(upstream=echo_service))
    proxy.configure(Configuration(upstream=None))
    with connect(proxy.address) as client:
        client.sendall(b"between")
        assert is_quiet(client)


def test_a_refusing_upstream_closes_the_client(proxy: ProxyProcess) -> None:
    with refusing() as address:
        proxy.configure(Configuration(upstream=address))
        with connect(proxy.address) as client:
            client.sendall(b"anyone?")
            assert sees_the_close(client)


def test_a_reset_by_the_service_is_a_reset_for_the_client(proxy: ProxyProcess) -> None:
    def answer_half_and_reset(connection: socket.socket) -> None:
        connection.recv(1)
        connection.sendall(b"ha")
        connection.recv(1)
        # Lingering for 0 s makes close() a reset.
        connection.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
        )
        connection.close()

    with upstream(answer_half_and_reset) as address:
        proxy.configure(Configuration(upstream=address))
        with connect(proxy.address) as client:
            client.sendall(b"1")
            assert read_exactly(client, 2) == b"ha"
            client.sendall(b"2")
            with pytest.raises(ConnectionResetError):
                client.recv(1)


def test_a_client_that_is_gone_is_gone_for_the_service(proxy: ProxyProcess) -> None:
    is_closed = threading.Event()

    def listen(connection: socket.socket) -> None:
        read_to_end(connection)
        is_closed.set()

    with upstream(listen) as address:
        proxy.configure(Configuration(upstream=address))
        with connect(proxy.address) as client:
            client.sendall(b"bye")
        assert is_closed.wait(30)
