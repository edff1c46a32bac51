"""An address of this machine's at which a proxy listens, or keeps from listening."""

from __future__ import annotations

import socket
import sys

from desktop_app.conditions.configuration import Address

_BACKLOG = 128


class Place:
    """A TCP address that stays the proxy's own also while nobody listens there.

    On Linux a second socket, which never listens, holds the port: connections to it are refused, nobody else gets
    it, and no client that connects to it is given it as its own end and so meets itself. Elsewhere the same address
    cannot be bound twice, and the port is free while the proxy is down.

    Args:
        address: With an IP address; its port may be 0, for any that is free.

    Raises:
        OSError: It is not to be had.
    """

    def __init__(self, address: Address) -> None:
        self._keeper: socket.socket | None = bound(address)
        self.address = address_of(self._keeper)

    def listener(self) -> socket.socket:
        """Return a new socket that listens there.

        Raises:
            OSError: The port was taken meanwhile.
        """
        if self._keeper is not None and sys.platform != "linux":
            listener, self._keeper = self._keeper, None
        else:
            listener = bound(self.address)
        try:
            # At once, so that a port that is taken is noticed: binding alone does not tell.
            listener.listen(_BACKLOG)
        except OSError:
            listener.close()
            raise
        return listener

    def close(self) -> None:
        """Give the address up."""
        if self._keeper is not None:
            self._keeper.close()
            self._keeper = None


def bound(address: Address) -> socket.socket:
    """Return a socket that is bound to an IP address and a port.

    Raises:
        OSError: They are not to be had.
    """
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    # Named as TCP, or asyncio does not switch Nagle's algorithm off.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # On Windows the option would let two programs share the port.
        if sys.platform != "win32":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((address.host, address.port))
    except OSError:
        made.close()
        raise
    return made


def address_of(bound_socket: socket.socket) -> Address:
    """Return where a socket is bound."""
    host, port = bound_socket.getsockname()[:2]
    return Address(host, port)
