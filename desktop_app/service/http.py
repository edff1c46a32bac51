"""The service's HTTP interface."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from desktop_app.preferences.model import Credentials
from desktop_app.service.credentials import normalised
from desktop_app.service.guard import Guard
from desktop_app.service.load import CustomerLoad, LoadOrder
from desktop_app.service.problems import (
    answer,
    on_client_disconnect,
    on_http_exception,
    on_pool_timeout,
    on_unexpected,
    read_body,
)

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from starlette.requests import Request

    from desktop_app.service.passwords import Passwords
    from desktop_app.service.store import Stores

_T = TypeVar("_T")

_CHALLENGE: Final = {"WWW-Authenticate": "Bearer"}
_LONGEST_TOKEN: Final = 4096


def make_app(
    stores: Stores, passwords: Passwords, load: CustomerLoad, *, secret: str | None, allow_load: bool
) -> Starlette:
    """Return the ASGI application.

    Args:
        stores: Where accounts, sessions and preferences are.
        passwords: What verifies them.
        load: The load on the customer database that a sign-in starts when it is armed.
        secret: What each request has to carry; None: nothing.
        allow_load: Whether there are routes to arm ``load``.
    """
    api = _Api(stores, passwords, load)
    routes = [
        Route("/healthz", api.health, methods=["GET"]),
        Route("/v1/sessions", api.create_session, methods=["POST"]),
        Route("/v1/sessions/current", api.end_session, methods=["DELETE"]),
        Route("/v1/me/preferences", api.read_preferences, methods=["GET"]),
    ]
    if allow_load:
        path = "/control/customer-load"
        routes += [
            Route(path, api.read_load, methods=["GET"]),
            Route(path, api.arm_load, methods=["PUT"]),
            Route(path, api.disarm_load, methods=["DELETE"]),
        ]
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Guard, secret=secret)],
        exception_handlers={
            HTTPException: on_http_exception,
            ClientDisconnect: on_client_disconnect,
            PoolTimeoutError: on_pool_timeout,
            Exception: on_unexpected,
        },
    )
    app.router.redirect_slashes = False
    return app


class _Api:
    def __init__(self, stores: Stores, passwords: Passwords, load: CustomerLoad) -> None:
        self._stores = stores
        self._passwords = passwords
        self._load = load

    async def health(self, _request: Request) -> Response:
        return answer({"status": "ok"})

    async def create_session(self, request: Request) -> Response:
        credentials = await read_body(request, Credentials)
        customer_id = await self._customer_id(credentials)
        session = await self._stores.sessions.create(customer_id)
        # Before the answer leaves: who asks for preferences next is to find the connections held.
        await self._load.restart()
        return answer(session, 201)

    async def end_session(self, request: Request) -> Response:
        if not await self._stores.sessions.end(_token(request)):
            raise _session_refused()
        return Response(status_code=204, headers={"Cache-Control": "no-store"})

    async def read_preferences(self, request: Request) -> Response:
        customer_id = await self._stores.sessions.customer_id(_token(request))
        if customer_id is None:
            raise _session_refused()
        preferences = await _while_connected(request, self._stores.customers.preferences(customer_id))
        return answer(preferences)

    async def read_load(self, _request: Request) -> Response:
        return answer({"armed": self._load.armed, "running": self._load.running})

    async def arm_load(self, request: Request) -> Response:
        self._load.arm(await read_body(request, LoadOrder))
        return await self.read_load(request)

    async def disarm_load(self, _request: Request) -> Response:
        await self._load.disarm()
        return Response(status_code=204, headers={"Cache-Control": "no-store"})

    async def _customer_id(self, credentials: Credentials) -> str:
        """Return whose credentials these are; the steps are the same for an email without an account."""
        email = normalised(credentials.email)
        wait_ms = await self._stores.attempts.begin(email)
        if wait_ms:
            retry_after_s = -(-wait_ms // 1000)  # rounded up
            raise HTTPException(429, "Too many attempts for this email.", {"Retry-After": str(retry_after_s)})
        account = await self._stores.accounts.find(email)
        matches = await self._passwords.verify(account and account.password_hash, credentials.password)
        if account is None or not matches:
            await self._stores.attempts.failed(email)
            raise HTTPException(401, "The email or the password is wrong.", _CHALLENGE)
        await self._stores.attempts.succeeded(email)
        if self._passwords.needs_rehash(account.password_hash):
            new_hash = await self._passwords.hash(credentials.password)
            await self._stores.accounts.set_password_hash(email, new_hash)
        return account.customer_id


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not 0 < len(token) <= _LONGEST_TOKEN:
        raise _session_refused()
    return token.strip()


def _session_refused() -> HTTPException:
    return HTTPException(HTTPStatus.UNAUTHORIZED, "The session is unknown or has expired.", _CHALLENGE)


async def _while_connected(request: Request, work: Coroutine[Any, Any, _T]) -> _T:
    """Return what ``work`` returns; cancel it when the client goes away.

    Otherwise each retry against a busy database would leave one more request in the queue for its connections.
    """
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(_disconnected(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise HTTPException(503, "The client went away.")  # nobody reads it
        return working.result()
    finally:
        for task in (working, leaving):
            task.cancel()
        await asyncio.wait({working, leaving})


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
