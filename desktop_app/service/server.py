"""Uvicorn around the application, ended by a stop request instead of by its own signal handlers."""

from __future__ import annotations

import asyncio
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from desktop_app.overriding import override
from desktop_app.service.accounts import ensure_demo_account
from desktop_app.service.http import make_app
from desktop_app.service.load import CustomerLoad
from desktop_app.service.metrics import Metrics
from desktop_app.service.passwords import Passwords
from desktop_app.service.store import open_stores

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Generator

    from desktop_app.service.serve import StopRequest

_GRACE_S: Final = 0.4
"""What requests under way get to come to their end when the service is asked to stop."""


class _Server(uvicorn.Server):
    """Announces itself when it is ready, and ends when it is asked to.

    Args:
        config: Uvicorn's.
        stop: Looked at ten times a second, which is how often uvicorn looks at its own flag.
        announce: Called once, when requests are answered.
        load: Ended before uvicorn waits for the requests that wait for it.
    """

    def __init__(
        self, config: uvicorn.Config, stop: StopRequest, announce: Callable[[], None], load: CustomerLoad
    ) -> None:
        super().__init__(config)
        self._stop = stop
        self._announce = announce
        self._load = load

    @override
    @contextmanager
    def capture_signals(self) -> Generator[None]:
        # Uvicorn's own would raise the signal again at the end, and the process would die of it.
        yield

    @override
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._announce()

    @override
    async def on_tick(self, counter: int) -> bool:
        return await super().on_tick(counter) or self._stop.exit_code is not None

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._load.disarm()
        # A client that is slow to send its request sees its connection end, and uvicorn's wait ends with it; once
        # uvicorn's own limit is reached it would cancel the request's task and log that with a traceback.
        dropping = asyncio.get_running_loop().call_later(_GRACE_S, self._drop_connections)
        await super().shutdown(sockets)
        dropping.cancel()

    def _drop_connections(self) -> None:
        for connection in list(self.server_state.connections):
            if isinstance(connection, H11Protocol):
                connection.transport.abort()


async def run_server(
    listener: socket.socket,
    stop: StopRequest,
    announce: Callable[[tuple[str, ...]], None],
    *,
    store_url: str,
    secret: str | None,
    demo_account: bool,
    allow_load: bool,
    allow_faults: bool,
    tells_start: bool,
    session_lifetime_s: float,
) -> None:
    """Open the stores, serve on ``listener`` until ``stop`` is asked for, and close everything.

    Args:
        listener: A listening socket; closed at the end.
        stop: Ends the server.
        announce: Called with the stores' notices when requests are answered.
        store_url: See serve.serve, as for all that follow.
        secret: See there.
        demo_account: See there.
        allow_load: See there.
        allow_faults: See there.
        tells_start: See `make_app`.
        session_lifetime_s: See there.

    Raises:
        UsageError: The URL makes no sense.
        StoreError: A database cannot be used.
    """
    metrics = Metrics()
    async with open_stores(store_url, metrics=metrics, session_lifetime_s=session_lifetime_s) as stores:
        with closing(Passwords()) as passwords:
            if demo_account:
                await ensure_demo_account(stores, passwords)
            load = CustomerLoad(stores.customer_database)
            app = make_app(
                stores,
                passwords,
                load,
                metrics,
                secret=secret,
                allow_load=allow_load,
                allow_faults=allow_faults,
                tells_start=tells_start,
            )
            config = uvicorn.Config(
                app,
                http=H11Protocol,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=1,
            )
            server = _Server(config, stop, lambda: announce(stores.notices), load)
            await server.serve([listener])
