"""The toxics on real connections through the proxy's real process."""

from __future__ import annotations

import contextlib
import socket
import time
from typing import TYPE_CHECKING

from desktop_app.conditions.messages import Configuration
from desktop_app.conditions.presets import PRESETS
from desktop_app.conditions.toxics import Latency, LatencyAttributes, Timeout, TimeoutAttributes
from tests.conditions.processes import toxics_of
from tests.conditions.upstreams import (
    connect,
    is_quiet,
    read_exactly,
    read_to_end,
    sees_the_close,
    upstream,
)

if TYPE_CHECKING:
    from desktop_app.conditions.messages import Address
    from desktop_app.conditions.toxics import Stream
    from tests.conditions.processes import ProxyProcess


def latency(latency_ms: int, stream: Stream = "downstream") -> Latency:
    return Latency(stream=stream, attributes=LatencyAttributes(latency_ms=latency_ms))


def timeout(timeout_ms: int, *, toxicity: float = 1.0) -> Timeout:
    return Timeout(toxicity=toxicity, attributes=TimeoutAttributes(timeout_ms=timeout_ms))


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
    toxics = (latency(120, "upstream"), latency(130, "downstream"))
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
    with contextlib.ExitStack() as stack:
        # The proxy numbers them in the order in which it accepts them, which is that of connecting.
        clients = [stack.enter_context(connect(proxy.address)) for _ in range(16)]
        for client in clients:
            with contextlib.suppress(ConnectionError):  # closed already
                client.sendall(b"ping")
        return [not sees_the_close(client) for client in clients]


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
