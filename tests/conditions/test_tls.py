"""TLS goes through the proxy untouched: it is between the client and the service."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from typing import TYPE_CHECKING, TypeAlias

import pytest
import trustme

from desktop_app.conditions.configuration import Configuration
from desktop_app.errors import ServiceNotTrusted
from desktop_app.preferences.asynchronous import AsyncClient
from desktop_app.preferences.blocking import BlockingClient
from desktop_app.preferences.deadline import Deadline
from desktop_app.preferences.exchange import sign_in_and_load
from desktop_app.preferences.transport import Endpoint
from tests.conditions.chains import bandwidth, latency, slicer
from tests.conditions.upstreams import HANG_S, connect, upstream
from tests.helpers.exchanges import CREDENTIALS, PREFERENCES_JSON, SESSION_JSON
from tests.helpers.scripted_server import raw_reply

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from desktop_app.conditions.configuration import Address
    from desktop_app.preferences.model import Preferences
    from tests.conditions.processes import ProxyProcess

HOST = "shop.example.com"
Load: TypeAlias = "Callable[[Endpoint], Preferences]"


class Shop:
    """A service with a certificate for `HOST`, and what its clients asked for.

    Args:
        authority: Signs the certificate.
    """

    def __init__(self, authority: trustme.CA) -> None:
        self.names: list[str | None] = []
        self.protocols: list[str | None] = []
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.sni_callback = lambda _socket, name, _context: self.names.append(name)
        authority.issue_cert(HOST).configure_cert(self._context)

    def serve(self, connection: socket.socket) -> None:
        """Confirm whoever comes."""
        with contextlib.suppress(ssl.SSLError), self._context.wrap_socket(connection, server_side=True) as secure:
            self.protocols.append(secure.version())
            request = b""
            while data := secure.recv(65536):
                request += data
                if request.startswith(b"GET") and request.endswith(b"\r\n\r\n"):
                    secure.sendall(raw_reply(200, PREFERENCES_JSON))
                    request = b""
                elif request.endswith(b"}"):
                    secure.sendall(raw_reply(201, SESSION_JSON))
                    request = b""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def shop(authority: trustme.CA) -> Shop:
    return Shop(authority)


@pytest.fixture
def service(shop: Shop) -> Iterator[Address]:
    with upstream(shop.serve) as address:
        yield address


def load_blocking(endpoint: Endpoint) -> Preferences:
    client = BlockingClient(endpoint)
    try:
        return client.run(sign_in_and_load(CREDENTIALS), deadline(), lambda _news: None)
    finally:
        client.close()


def load_async(endpoint: Endpoint) -> Preferences:
    async def load() -> Preferences:
        client = AsyncClient(endpoint)
        try:
            return await client.run(sign_in_and_load(CREDENTIALS), deadline(), lambda _news: None)
        finally:
            await client.aclose()

    return asyncio.run(load())


def deadline() -> Deadline:
    return Deadline(int(HANG_S * 1000), time.monotonic_ns)


BOTH = pytest.mark.parametrize("load", [load_blocking, load_async], ids=["blocking", "async"])


def endpoint_of(proxy: ProxyProcess, authority: trustme.CA, host: str = HOST) -> Endpoint:
    """The service as the program knows it: by its name, and by way of the proxy."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return Endpoint(f"https://{host}", via=(proxy.address.host, proxy.address.port), ssl_context=context)


@BOTH
def test_a_client_that_verifies_the_name_is_served(
    proxy: ProxyProcess, shop: Shop, service: Address, authority: trustme.CA, load: Load
) -> None:
    proxy.configure(Configuration(upstream=service))
    assert load(endpoint_of(proxy, authority)).display_name == "Ada"
    assert shop.names == [HOST]


@BOTH
def test_toxics_change_no_byte_of_it(
    proxy: ProxyProcess, shop: Shop, service: Address, authority: trustme.CA, load: Load
) -> None:
    toxics = (latency(20, 10), slicer(40, 30, 100), bandwidth(100), slicer(40, 30, 100, stream="upstream"))
    proxy.configure(Configuration(upstream=service, toxics=toxics))
    assert load(endpoint_of(proxy, authority)).display_name == "Ada"
    assert shop.names == [HOST]


@BOTH
def test_a_name_that_is_not_the_services_is_not_trusted(
    proxy: ProxyProcess, shop: Shop, service: Address, authority: trustme.CA, load: Load
) -> None:
    proxy.configure(Configuration(upstream=service))
    with pytest.raises(ServiceNotTrusted):
        load(endpoint_of(proxy, authority, "other.example.com"))
    assert set(shop.names) == {"other.example.com"}


@BOTH
def test_a_service_of_another_authority_is_not_trusted(proxy: ProxyProcess, service: Address, load: Load) -> None:
    proxy.configure(Configuration(upstream=service))
    with pytest.raises(ServiceNotTrusted):
        load(endpoint_of(proxy, trustme.CA()))


def test_the_certificate_is_the_services_own(
    proxy: ProxyProcess, shop: Shop, service: Address, authority: trustme.CA
) -> None:
    proxy.configure(Configuration(upstream=service))
    context = ssl.create_default_context()
    authority.configure_trust(context)
    seen = []
    for address in (service, proxy.address):
        with context.wrap_socket(connect(address), server_hostname=HOST) as client:
            seen.append((client.getpeercert(binary_form=True), client.version()))
    assert seen[0] == seen[1]
