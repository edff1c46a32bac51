"""Uvicorn around the control interface. Takes long to import: for a thread, once the proxy listens."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from desktop_app.conditions.api import make_app
from desktop_app.overriding import override

if TYPE_CHECKING:
    import socket
    from collections.abc import Generator

    from desktop_app.conditions.proxies import Proxies


class _Server(uvicorn.Server):
    @override
    @contextmanager
    def capture_signals(self) -> Generator[None]:
        # Signals are the process's own: uvicorn would raise them again at its end, and the process would die of it.
        yield


async def serve_control(listener: socket.socket, proxies: Proxies, secret: str | None) -> None:
    """Answer requests on a listening socket until it is cancelled.

    Args:
        listener: On loopback.
        proxies: What is controlled.
        secret: What each request has to carry; None: nothing.
    """
    config = uvicorn.Config(
        make_app(proxies, secret),
        http=H11Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
    )
    await _Server(config).serve([listener])
