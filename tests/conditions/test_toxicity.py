"""``down``, and toxics that concern a share of the connections, through the proxy's real process."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

import pytest

from desktop_app.conditions.configuration import Configuration
from desktop_app.conditions.toxics import Down
from tests.conditions.chains import reset_peer, timeout
from tests.conditions.upstreams import connect, read_exactly, sees_the_close

if TYPE_CHECKING:
    from desktop_app.conditions.configuration import Address
    from tests.conditions.processes import ProxyProcess


def is_served(client: socket.socket) -> bool:
    client.sendall(b"ping")
    return read_exactly(client, 4) == b"ping"


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


def test_down_refuses_connections(proxy: ProxyProcess, echo_service: Address) -> None:
    proxy.configure(Configuration(upstream=echo_service, toxics=(Down(),)))
    for _ in range(3):
        with pytest.raises(ConnectionRefusedError):
            connect(proxy.address)


def test_down_closes_what_is_open(proxy: ProxyProcess, echo_service: Address) -> None:
    proxy.configure(Configuration(upstream=echo_service))
    with connect(proxy.address) as client:
        assert is_served(client)
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
            assert is_served(client)


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
            assert is_served(client)
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
