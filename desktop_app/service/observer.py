"""Counts and times every request, whoever answers it, and tells it what it spent with the databases."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.datastructures import MutableHeaders

from desktop_app.service.server_timing import SERVER_TIMING, timing_request

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from desktop_app.service.metrics import Metrics


class Observer:
    """ASGI middleware around all others, the guard included: what is refused is a request, too."""

    def __init__(self, app: ASGIApp, metrics: Metrics, paths: frozenset[str], *, tells_start: bool) -> None:
        self._app = app
        self._tells_start = tells_start
        self._metrics = metrics
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request be answered, and note what became of it."""
        # What no handler has answered by its end is a bug, and is answered as one further out.
        status = int(HTTPStatus.INTERNAL_SERVER_ERROR)

        async def noting_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                spent = timing.header(tells_start=self._tells_start)
                if spent:
                    MutableHeaders(scope=message)[SERVER_TIMING] = spent
            await send(message)

        start_s = time.perf_counter()
        try:
            with timing_request() as timing:
                await self._app(scope, receive, noting_send)
        finally:
            # No route here has a parameter, so a path is its own template.
            route = scope["path"] if scope["path"] in self._paths else None
            self._metrics.request(route, scope["method"], status, time.perf_counter() - start_s)
