"""Ends of sockets: how they are made, and how they are noticed."""

from __future__ import annotations

import asyncio
import contextlib
import select
import socket
import struct
import sys

_CLOSE_S = 0.25


def reset(writer: asyncio.StreamWriter) -> None:
    """Close at once and let the other side see a reset, which it cannot take for the end of the data."""
    # struct linger { onoff, linger } is of two shorts on Windows, of two ints elsewhere.
    linger = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
    with contextlib.suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    writer.transport.abort()


def is_broken(writer: asyncio.StreamWriter) -> bool:
    """Tell whether the other side has reset the connection, also while nobody reads; never so but on Linux."""
    if sys.platform != "linux":
        return False
    if (descriptor := writer.get_extra_info("socket").fileno()) < 0:
        return True
    poll = select.poll()
    poll.register(descriptor, 0)  # errors are always told
    return bool(poll.poll(0))


async def closed(writer: asyncio.StreamWriter) -> None:
    """Wait until the socket is closed; what the other side does not take in time is given up."""
    try:
        async with asyncio.timeout(_CLOSE_S):
            await writer.wait_closed()
    except TimeoutError:
        writer.transport.abort()
    except OSError:
        pass  # it broke first: closed all the same
    except asyncio.CancelledError:
        writer.transport.abort()
        raise
