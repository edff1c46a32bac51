"""What a proxy is to do: where it forwards to, and through which toxics."""

from __future__ import annotations

import ipaddress

from msgspec import Struct

from desktop_app.conditions.toxics import Down, Stream, StreamToxic, Toxic
from desktop_app.errors import UsageError
from desktop_app.overriding import override

LONGEST_HOST = 253
"""What a domain name may have, in characters."""


class Address(Struct, frozen=True):
    """Where somebody listens."""

    host: str
    port: int

    @override
    def __str__(self) -> str:
        """Return what `address_from` reads."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Configuration(Struct, frozen=True):
    """All that a proxy is to do.

    ``upstream`` None: connections wait until it is known. ``seed`` makes jitter and toxicity repeatable: the n-th
    connection after a change gets the same numbers each time. Not ``enabled``, it is down.
    """

    upstream: Address | None = None
    toxics: tuple[Toxic, ...] = ()
    seed: int = 0
    enabled: bool = True

    @property
    def is_down(self) -> bool:
        """Whether nobody is to listen at all."""
        return not self.enabled or any(toxic.toxicity >= 1 for toxic in self.downs)

    @property
    def downs(self) -> tuple[Down, ...]:
        """What takes connections down."""
        return tuple(toxic for toxic in self.toxics if isinstance(toxic, Down))

    def toxics_of(self, stream: Stream) -> tuple[StreamToxic, ...]:
        """Return what is done to the bytes of one direction, in its order."""
        return tuple(toxic for toxic in self.toxics if not isinstance(toxic, Down) and toxic.stream == stream)


def address_from(text: str) -> Address:
    """Read ``HOST:PORT`` or ``[HOST]:PORT``; any thread.

    Raises:
        UsageError: It is nothing of the kind.
    """
    host, colon, port = text.rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:
        colon = ""  # IPv6 without its brackets: where does it end?
    is_host = 0 < len(host) <= LONGEST_HOST and host.isascii() and host.isprintable() and " " not in host
    if not (colon and is_host and port.isascii() and port.isdecimal() and len(port) <= 5 and int(port) <= 65535):
        raise UsageError(reason=f"{text!r} is no address: it has to be HOST:PORT.")
    return Address(host, int(port))


def listening_address_from(text: str) -> Address:
    """Read an address of this machine's, port 0 meaning any that is free; any thread.

    Raises:
        UsageError: It is no address, or its host is neither an IP address nor ``localhost``.
    """
    address = address_from(text)
    if address.host == "localhost":
        return Address("127.0.0.1", address.port)
    if not _is_ip(address.host):
        raise UsageError(reason=f"Nobody can listen at {text!r}: its host has to be an IP address, or localhost.")
    return address


def upstream_from(text: str) -> Address:
    """Read the address that a proxy forwards to; any thread.

    Raises:
        UsageError: It is no address, or its port is 0.
    """
    address = address_from(text)
    if not address.port:
        raise UsageError(reason=f"Nobody can be reached at {text!r}: its port has to be from 1 to 65535.")
    return address


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
