"""The service's HTTP interface: what can be asked, and the application that answers."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from msgspec import Struct
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from desktop_app.preferences.model import Credentials, Preferences, Session
from desktop_app.service.control import FaultControl, LoadControl
from desktop_app.service.credentials import normalised
from desktop_app.service.faults import FaultInjector, Faults
from desktop_app.service.guard import Guard
from desktop_app.service.metrics import METRICS_MEDIA_TYPE
from desktop_app.service.observer import Observer
from desktop_app.service.operations import Operation, routes
from desktop_app.service.problems import (
    answer,
    nothing,
    on_client_disconnect,
    on_database_unavailable,
    on_http_exception,
    on_unexpected,
    read_body,
)
from desktop_app.service.unavailable import DatabaseUnavailable

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from starlette.requests import Request

    from desktop_app.service.load import CustomerLoad
    from desktop_app.service.metrics import Metrics
    from desktop_app.service.passwords import Passwords
    from desktop_app.service.store import Stores

_T = TypeVar("_T")

_CHALLENGE: Final = {"WWW-Authenticate": "Bearer"}
_LONGEST_TOKEN: Final = 4096


def make_app(
    stores: Stores,
    passwords: Passwords,
    load: CustomerLoad,
    metrics: Metrics,
    *,
    secret: str | None,
    allow_load: bool,
    allow_faults: bool,
    tells_start: bool,
) -> Starlette:
    """Return the ASGI application.

    Args:
        stores: Where accounts, sessions and preferences are.
        passwords: What verifies them.
        load: The load on the customer database that a sign-in starts when it is armed.
        metrics: What is counted and timed, here and in the stores.
        secret: What each request has to carry; None: nothing.
        allow_load: Whether there are routes to arm ``load``.
        allow_faults: Whether there are routes to make requests fail.
        tells_start: Whether answers say when a database was asked, on this machine's monotonic clock.
    """
    api = _Api(stores, passwords, load, metrics, has_secret=secret is not None)
    operations = api.operations()
    middleware = [Middleware(Guard, secret=secret)]
    if allow_load:
        operations += LoadControl(load).operations()
    if allow_faults:
        faults = Faults()
        operations += FaultControl(faults, stores.sessions).operations()
        middleware.append(Middleware(FaultInjector, faults=faults))
    api.documented = tuple(operations)
    paths = frozenset(operation.path for operation in operations)
    app = Starlette(
        routes=routes(operations),
        middleware=[Middleware(Observer, metrics=metrics, paths=paths, tells_start=tells_start), *middleware],
        exception_handlers={
            HTTPException: on_http_exception,
            ClientDisconnect: on_client_disconnect,
            DatabaseUnavailable: on_database_unavailable,
            Exception: on_unexpected,
        },
    )
    app.router.redirect_slashes = False
    return app


class Health(Struct, frozen=True):
    """That the service answers."""

    status: Literal["ok"] = "ok"


class _Api:
    def __init__(
        self, stores: Stores, passwords: Passwords, load: CustomerLoad, metrics: Metrics, *, has_secret: bool
    ) -> None:
        self._stores = stores
        self._passwords = passwords
        self._load = load
        self._metrics = metrics
        self._has_secret = has_secret
        self.documented: tuple[Operation, ...] = ()
        """What the OpenAPI document describes: all that can be asked of this application."""

    def operations(self) -> list[Operation]:
        return [
            Operation("GET", "/healthz", "Tell that the service answers.", self._health, gives=Health),
            Operation("GET", "/metrics", "Give figures to Prometheus.", self._figures, gives=METRICS_MEDIA_TYPE),
            Operation("GET", "/openapi.json", "Describe all this.", self._document, gives=dict),
            Operation(
                "POST",
                "/v1/sessions",
                "Sign in.",
                self._create_session,
                201,
                gives=Session,
                takes=Credentials,
                problems=(400, 401, 413, 415, 422, 429, 503),
            ),
            Operation(
                "DELETE",
                "/v1/sessions/current",
                "Sign out.",
                self._end_session,
                204,
                problems=(503,),
                needs_session=True,
            ),
            Operation(
                "GET",
                "/v1/me/preferences",
                "Give what the customer prefers.",
                self._read_preferences,
                gives=Preferences,
                problems=(500, 503),
                needs_session=True,
            ),
        ]

    async def _health(self, _request: Request) -> Response:
        return answer(Health())

    async def _figures(self, _request: Request) -> Response:
        return Response(
            self._metrics.text(), headers={"Content-Type": METRICS_MEDIA_TYPE, "Cache-Control": "no-store"}
        )

    async def _document(self, _request: Request) -> Response:
        # Imported by the first who asks: nobody does in most runs.
        from desktop_app.service.openapi import document

        return answer(document(self.documented, has_secret=self._has_secret))

    async def _create_session(self, request: Request) -> Response:
        credentials = await read_body(request, Credentials)
        outcome = "failed"
        try:
            customer_id = await self._customer_id(credentials)
            session = await self._stores.sessions.create(customer_id)
            outcome = "succeeded"
        except HTTPException as error:
            outcome = "throttled" if error.status_code == HTTPStatus.TOO_MANY_REQUESTS else "refused"
            raise
        finally:
            self._metrics.sign_in(outcome)
        # Before the answer leaves: who asks for preferences next is to find the connections held.
        await self._load.restart()
        return answer(session, 201)

    async def _end_session(self, request: Request) -> Response:
        if not await self._stores.sessions.end(_token(request)):
            raise _session_refused()
        return nothing()

    async def _read_preferences(self, request: Request) -> Response:
        customer_id = await self._stores.sessions.customer_id(_token(request))
        if customer_id is None:
            raise _session_refused()
        preferences = await _while_connected(request, self._stores.customers.preferences(customer_id))
        return answer(preferences)

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
