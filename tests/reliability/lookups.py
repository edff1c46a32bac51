"""What becomes of looking up a host's name, in this process and in those that it starts.

It stands in for the system's resolver, which asks servers that no test may rely on. In a child process this file is
``sitecustomize.py``, which Python imports at its start; so it imports nothing of this project.
"""

from __future__ import annotations

import os
import socket
import threading
from typing import Any

HOST = "shop.test"
VARIABLE = "LOOKUP_OF_SHOP_TEST"
"""``unknown`` or ``hanging``."""

released = threading.Event()
"""Ends what hangs."""
_getaddrinfo = socket.getaddrinfo


def getaddrinfo(host: Any, *arguments: Any, **options: Any) -> Any:
    """Look any other host up; this one is unknown, or the lookup hangs."""
    if host not in (HOST, HOST.encode()):
        return _getaddrinfo(host, *arguments, **options)
    if os.environ[VARIABLE] == "hanging":
        released.wait()
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


if VARIABLE in os.environ:
    socket.getaddrinfo = getaddrinfo
