"""The toxics on real connections through the proxy's real process."""

from __future__ import annotations

import contextlib
import random
import socket
import threading
import time
from typing import TYPE_CHECKING

import pytest

from desktop_app.conditions.configuration import Configuration
from desktop_app.conditions.presets import PRESETS
from desktop_app.conditions.toxics import Down
from tests.conditions.chains import (
    bandwidth,
    latency,
    limit_data,
    reset_peer,
    slicer,
    slow_close,
    timeout,
)
from tests.conditions.processes import toxics_of
from tests.conditions.upstreams import (
    HANG_S,
    connect,
    is_quiet,
    read_exactly,
    read_to_end,
    sees_the_close,
    upstream,
)

if TYPE_CHECKING:
    from desktop_app.conditions.configuration import Address
    from desktop_app.conditions.toxics import Stream, Toxic
    from tests.conditions.processes import ProxyProcess


SILENCE = toxics_of(PRESETS["silent"])


def round_trip_ms(client: socket.socket) -> float:
    started_ns = time.monotonic_ns()
    client.sendall(b"ping")
    read_exactly(client, 4)
    return (time.monotonic_ns() - started_ns) / 1e6


def test_latency_delays_each_reply_by_its_ms(proxy: ProxyProcess, echo_service: Address) -> None:
    proxy.configure(Configuration(upstream=echo_service, toxics=(latency(150),)))
    with connect(proxy.address) as client:
        assert min(round_trip_ms(client), round_trip_ms(client)) >= 150


def test_latencies_of_both_directions_add_up(proxy: ProxyProcess, echo_service: Address) -> None:
    toxics = (latency(120, stream="upstream"), latency(130))
    proxy.configure(Configuration(upstream=echo_service, toxics=toxics))
    with connect(proxy.address) as client:
        assert round_trip_ms(client) >= 250


def test_a_large_reply_is_delayed_once_and_not_once_a_chunk(proxy: ProxyProcess) -> None:
    large = b"x" * 1024 * 1024

    def answer(connection: socket.socket) -> None:
        connection.recv(1)
        connection.sendall(large)

    with upstream(answer) as address:
        proxy.configure(Configuration(upstream=address, toxics=(latency(600),)))
        with connect(proxy.address) as client:
            started_ns = time.monotonic_ns()
            client.sendall(b"?")
            first = read_exactly(client, 1)
            first_ns = time.monotonic_ns()
            assert first + read_to_end(client) == large
            # A chunk is at most 64 KiB, so once a chunk the rest would take 15 times as long as the first.
            assert time.monotonic_ns() - first_ns < 5 * (first_ns - started_ns)


def test_timeout_0_accepts_and_never_answers(proxy: ProxyProcess, echo_service: Address) -> None:
    proxy.configure(Configuration(upstream=echo_service, toxics=SILENCE))
    with connect(proxy.address) as client:
        client.sendall(b"anyone?")
        assert is_quiet(client)


def test_timeout_0_holds_the_connection_when_the_service_closes(proxy: ProxyProcess) -> None:
    with upstream(lambda connection: connection.sendall(b"good-bye")) as address:
        proxy.configure(Configuration(upstream=address, toxics=SILENCE))
        with connect(proxy.address) as client:
            assert is_quiet(client)


def test_timeout_closes_after_its_ms(proxy: ProxyProcess, echo_service: Address) -> None:
    proxy.configure(Configuration(upstream=echo_service, toxics=(timeout(200),)))
    started_ns = time.monotonic_ns()
    with connect(proxy.address) as client:
        client.sendall(b"anyone?")
        assert sees_the_close(client)
    assert time.monotonic_ns() - started_ns >= 200e6


def test_toxics_apply_to_a_connection_that_is_open_already(proxy: ProxyProcess, echo_service: Address) -> None:
    proxy.configure(Configuration(upstream=echo_service))
    with connect(proxy.address) as client:
        round_trip_ms(client)
        proxy.configure(Configuration(upstream=echo_service, toxics=SILENCE))
        client.sendall(b"anyone?")
        assert is_quiet(client)


def test_what_was_held_goes_on_when_the_toxic_is_taken_away(proxy: ProxyProcess, echo_service: Address) -> None:
    proxy.configure(Configuration(upstream=echo_service, toxics=SILENCE))
    with connect(proxy.address) as client:
        client.sendall(b"anyone?")
        assert is_quiet(client)
        proxy.configure(Configuration(upstream=echo_service))
        assert read_exactly(client, 7) == b"anyone?"


def test_data_on_its_way_survives_every_change_of_toxics(proxy: ProxyProcess, echo_service: Address) -> None:
    sent = bytes(range(256)) * 64
    with connect(proxy.address) as client:
        for count, start in enumerate(range(0, len(sent), 1024)):
            toxics = (latency(50 + count), timeout(0)) if count % 3 else (latency(100 + count),)
            proxy.configure(Configuration(upstream=echo_service, toxics=toxics))
            client.sendall(sent[start : start + 1024])
        proxy.configure(Configuration(upstream=echo_service))
        assert read_exactly(client, len(sent)) == sent


def answered(proxy: ProxyProcess, configuration: Configuration) -> list[bool]:
    """Which of 16 connections, all open at once, get an answer; the others must be closed."""
    proxy.configure(configuration)
    clients: list[socket.socket | None] = []
    with contextlib.ExitStack() as stack:
        # The proxy numbers them in the order in which it accepts them, which is that of connecting.
        for _ in range(16):
            try:
                clients.append(stack.enter_context(connect(proxy.address)))
            except ConnectionResetError:  # at accept, which may overtake the connect
                clients.append(None)
        for client in filter(None, clients):
            with contextlib.suppress(ConnectionError):  # closed already
                client.sendall(b"ping")
        return [client is not None and not sees_the_close(client) for client in clients]


def test_toxicity_applies_to_its_share_of_connections_and_the_others_go_on(
    proxy: ProxyProcess, echo_service: Address
) -> None:
    half = Configuration(upstream=echo_service, toxics=(timeout(1, toxicity=0.5),))
    assert set(answered(proxy, half)) == {True, False}


def test_toxicity_is_repeatable_with_a_seed(proxy: ProxyProcess, echo_service: Address) -> None:
    half = Configuration(upstream=echo_service, toxics=(timeout(1, toxicity=0.5),), seed=7)
    assert answered(proxy, half) == answered(proxy, half)


def test_two_connections_do_not_delay_each_other(proxy: ProxyProcess, echo_service: Address) -> None:
    proxy.configure(Configuration(upstream=echo_service, toxics=(latency(700),)))
    with connect(proxy.address) as first, connect(proxy.address) as second:
        alone_ms = round_trip_ms(first)
        started_ns = time.monotonic_ns()
        first.sendall(b"ping")
        second.sendall(b"ping")
        read_exactly(first, 4)
        read_exactly(second, 4)
        together_ms = (time.monotonic_ns() - started_ns) / 1e6
    assert together_ms < 1.9 * alone_ms


BOTH = pytest.mark.parametrize("stream", ["upstream", "downstream"])


@BOTH
def test_bandwidth_takes_its_time_in_its_direction(
    proxy: ProxyProcess, echo_service: Address, stream: Stream
) -> None:
    proxy.configure(Configuration(upstream=echo_service, toxics=(bandwidth(4, stream=stream),)))
    with connect(proxy.address) as client:
        started_ns = time.monotonic_ns()
        client.sendall(b"x" * 2000)
        assert read_exactly(client, 2000) == b"x" * 2000
        assert time.monotonic_ns() - started_ns >= 500e6


@BOTH
def test_slicer_sends_small_packets_one_after_the_other(proxy: ProxyProcess, stream: Stream) -> None:
    received: list[bytes] = []

    def collect(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while data := connection.recv(65536):
            received.append(data)
            connection.sendall(data)

    with upstream(collect) as address:
        proxy.configure(Configuration(upstream=address, toxics=(slicer(10, delay_us=10_000, stream=stream),)))
        with connect(proxy.address) as client:
            started_ns = time.monotonic_ns()
            client.sendall(bytes(range(100)))
            arrived = [client.recv(65536)]
            while sum(map(len, arrived)) < 100:
                arrived.append(client.recv(65536))
            assert time.monotonic_ns() - started_ns >= 90e6
    packets = received if stream == "upstream" else arrived
    assert b"".join(packets) == bytes(range(100))
    assert len(packets[0]) == 10
    assert len(packets) > 2


@BOTH
def test_slow_close_holds_the_end_in_its_direction(proxy: ProxyProcess, stream: Stream) -> None:
    def answer_at_the_end(connection: socket.socket) -> None:
        connection.sendall(read_to_end(connection))

    with upstream(answer_at_the_end) as address:
        proxy.configure(Configuration(upstream=address, toxics=(slow_close(300, stream=stream),)))
        with connect(proxy.address) as client:
            client.sendall(b"bye")
            client.shutdown(socket.SHUT_WR)
            started_ns = time.monotonic_ns()
            assert read_exactly(client, 3) == b"bye"
            answered_ns = time.monotonic_ns()
            assert sees_the_close(client)
            ended_ns = time.monotonic_ns()
    assert ended_ns - started_ns >= 300e6
    # Upstream the answer waits, too, for it is given at the end.
    assert (answered_ns - started_ns >= 300e6) == (stream == "upstream")


@BOTH
def test_reset_peer_is_a_reset_for_both_sides(proxy: ProxyProcess, stream: Stream) -> None:
    ends: list[BaseException | None] = []
    is_over = threading.Event()

    def echo_until_it_breaks(connection: socket.socket) -> None:
        try:
            while data := connection.recv(65536):
                connection.sendall(data)
            ends.append(None)
        except ConnectionResetError as error:
            ends.append(error)
        is_over.set()

    with upstream(echo_until_it_breaks) as address:
        proxy.configure(Configuration(upstream=address, toxics=(reset_peer(150, stream=stream),)))
        with connect(proxy.address) as client:
            client.sendall(b"ping")
            assert read_exactly(client, 4) == b"ping"
            with pytest.raises(ConnectionResetError):
                client.recv(1)
        assert is_over.wait(HANG_S)
    assert isinstance(ends[0], ConnectionResetError)


def test_reset_peer_0_lets_no_reply_pass(proxy: ProxyProcess, echo_service: Address) -> None:
    proxy.configure(Configuration(upstream=echo_service, toxics=(reset_peer(0),)))
    with connect(proxy.address) as client:
        client.sendall(b"ping")
        with pytest.raises(ConnectionResetError):
            client.recv(1)


def test_limit_data_downstream_delivers_its_bytes_and_closes(proxy: ProxyProcess) -> None:
    def pour(connection: socket.socket) -> None:
        connection.recv(1)
        connection.sendall(bytes(range(256)) * 1024)

    with upstream(pour) as address:
        proxy.configure(Configuration(upstream=address, toxics=(limit_data(100_000),)))
        with connect(proxy.address) as client:
            client.sendall(b"?")
            assert read_to_end(client) == (bytes(range(256)) * 1024)[:100_000]


def test_limit_data_upstream_delivers_its_bytes_and_closes_the_client(proxy: ProxyProcess) -> None:
    received = bytearray()
    is_over = threading.Event()

    def collect(connection: socket.socket) -> None:
        with contextlib.suppress(ConnectionError):
            while data := connection.recv(65536):
                received.extend(data)
        is_over.set()

    with upstream(collect) as address:
        proxy.configure(Configuration(upstream=address, toxics=(limit_data(5, stream="upstream"),)))
        with connect(proxy.address) as client:
            client.sendall(b"ping, and more")
            assert sees_the_close(client)
        assert is_over.wait(HANG_S)
    assert received == b"ping,"


def test_limit_data_counts_through_every_change_of_other_toxics(proxy: ProxyProcess, echo_service: Address) -> None:
    limit = limit_data(12)
    proxy.configure(Configuration(upstream=echo_service, toxics=(limit,)))
    with connect(proxy.address) as client:
        others: list[tuple[Toxic, ...]] = [(latency(1),), (), (slicer(2), latency(2))]
        for number, toxics in enumerate(others):
            client.sendall(b"%d123" % number)
            assert read_exactly(client, 4) == b"%d123" % number
            proxy.configure(Configuration(upstream=echo_service, toxics=(*toxics, limit)))
        assert sees_the_close(client)


def test_down_refuses_connections(proxy: ProxyProcess, echo_service: Address) -> None:
    proxy.configure(Configuration(upstream=echo_service, toxics=(Down(),)))
    for _ in range(3):
        with pytest.raises(ConnectionRefusedError):
            connect(proxy.address)


def test_down_closes_what_is_open(proxy: ProxyProcess, echo_service: Address) -> None:
    proxy.configure(Configuration(upstream=echo_service))
    with connect(proxy.address) as client:
        round_trip_ms(client)
        proxy.configure(Configuration(upstream=echo_service, toxics=(Down(),)))
        assert client.recv(1) == b""


def test_down_closes_what_waits_for_an_upstream(proxy: ProxyProcess) -> None:
    with connect(proxy.address) as client:
        proxy.configure(Configuration(toxics=(Down(),)))
        assert sees_the_close(client)


def test_what_was_down_comes_up_at_the_same_address(proxy: ProxyProcess, echo_service: Address) -> None:
    for _ in range(3):
        proxy.configure(Configuration(upstream=echo_service, toxics=(Down(),)))
        proxy.configure(Configuration(upstream=echo_service))
        with connect(proxy.address) as client:
            assert round_trip_ms(client) > 0


def test_a_share_that_is_down_is_reset_and_the_others_go_on(proxy: ProxyProcess, echo_service: Address) -> None:
    half = Configuration(upstream=echo_service, toxics=(Down(toxicity=0.5),), seed=3)
    first = answered(proxy, half)
    assert set(first) == {True, False}
    assert answered(proxy, half) == first


def test_a_share_that_goes_down_is_of_the_open_connections_too(proxy: ProxyProcess, echo_service: Address) -> None:
    proxy.configure(Configuration(upstream=echo_service))
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connect(proxy.address)) for _ in range(16)]
        for client in clients:
            round_trip_ms(client)
        proxy.configure(Configuration(upstream=echo_service, toxics=(Down(toxicity=0.5),), seed=3))
        seen = []
        for client in clients:
            with contextlib.suppress(ConnectionError):
                client.sendall(b"ping")
            seen.append(sees_the_close(client))
    assert set(seen) == {True, False}


def test_the_resets_of_a_share_are_repeatable(proxy: ProxyProcess, echo_service: Address) -> None:
    half = Configuration(upstream=echo_service, toxics=(reset_peer(0, toxicity=0.5),), seed=5)
    first = answered(proxy, half)
    assert set(first) == {True, False}
    assert answered(proxy, half) == first


def test_a_large_transfer_survives_every_kind_of_toxic_put_in_and_taken_out(
    proxy: ProxyProcess, echo_service: Address
) -> None:
    sent = random.Random(3).randbytes(2_000_000)
    kinds: list[tuple[Toxic, ...]] = [
        (latency(5, 5),),
        (bandwidth(2_000),),
        (slicer(5_000, 4_000),),
        (latency(3), bandwidth(4_000, stream="upstream")),
        (slow_close(5), slicer(900, stream="upstream"), limit_data(10**9)),
        (timeout(0, stream="upstream"),),
        (bandwidth(0),),
        (),
    ]
    is_received = threading.Event()

    def change() -> None:
        for number in range(1000):
            if is_received.is_set():
                break
            proxy.configure(Configuration(upstream=echo_service, toxics=kinds[number % len(kinds)], seed=number))

    proxy.configure(Configuration(upstream=echo_service))
    with connect(proxy.address) as client:
        threads = [threading.Thread(target=client.sendall, args=(sent,)), threading.Thread(target=change)]
        for thread in threads:
            thread.start()
        try:
            assert read_exactly(client, len(sent)) == sent
        finally:
            is_received.set()
            for thread in threads:
                thread.join()
