"""Faults that no TCP proxy can make, as they are in what HTTP says: statuses, headers, bodies without sense."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Final, Literal

from msgspec import Meta, Struct
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from desktop_app.service.problems import problem, received

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

BodyFault = Literal["malformed", "oversized", "wrong-type", "not-utf8", "deep", "empty"]
_HeaderValue = Annotated[str, Meta(max_length=500, pattern=r"\A[!-~]([ -~]*[!-~])?\Z")]
_Path = Annotated[str, Meta(max_length=200, pattern=r"\A/[!-~]*\Z")]

_UNTOUCHED: Final = ("/control/", "/healthz", "/metrics", "/openapi.json")
_DEPTH: Final = 10_000
_BODIES: Final[dict[str, bytes]] = {
    "malformed": b'{"token": "abc", "display_name": "A',
    "wrong-type": b'{"token": 5, "expires_at": [], "display_name": {}, "theme": 5, "favourite_categories": "music"}',
    "not-utf8": b'{"token": "\xff\xfe", "display_name": "\xff\xfe"}',
    # In a field that nobody knows: a known one would be refused at its first bracket.
    "deep": b'{"nested": ' + b"[" * _DEPTH + b"]" * _DEPTH + b"}",
    "empty": b"",
}
_OVERSIZED_CHUNK: Final = b" " * 64 * 1024
_OVERSIZED_CHUNKS: Final = 32
"""2 MiB in all, twice what a client takes; it is never in memory as a whole."""


class Fault(Struct, frozen=True, forbid_unknown_fields=True):
    """What goes wrong with the requests that match.

    With a status, the request is not looked at at all. Without one it is done and answered as always, but for the
    body, which is put in the place of the proper one.

    Args:
        method: Whose requests; None: any.
        path: Which path's requests; None: any.
        first: Only so many requests after this order and after each sign-in; None: every one.
        status: What is answered instead.
        retry_after: That header's value, with a status.
        body: What is sent instead of the proper body.
        location: That header's value, with a status, one that redirects usually.
    """

    method: Literal["GET", "POST", "DELETE"] | None = None
    path: _Path | None = None
    first: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    status: Annotated[int, Meta(ge=200, le=599)] | None = None
    retry_after: _HeaderValue | None = None
    body: BodyFault | None = None
    location: _HeaderValue | None = None


class FaultOrder(Struct, frozen=True, forbid_unknown_fields=True):
    """All faults that are in force; of those that match a request the first is made."""

    faults: Annotated[tuple[Fault, ...], Meta(max_length=10)]


class Faults:
    """The faults in force, and how often each has been made. Event loop's thread only."""

    def __init__(self) -> None:
        self._order = FaultOrder(())
        self._made: list[int] = []

    @property
    def order(self) -> FaultOrder:
        """What is in force."""
        return self._order

    def replace(self, order: FaultOrder) -> None:
        """Put these into force, and no others; counts begin anew."""
        self._order = order
        self.count_anew()

    def count_anew(self) -> None:
        """Let those of the first requests happen again."""
        self._made = [0] * len(self._order.faults)

    def next_for(self, method: str, path: str) -> Fault | None:
        """Return the fault that this request has to meet, and count it."""
        for number, fault in enumerate(self._order.faults):
            matches = fault.method in (None, method) and fault.path in (None, path)
            if matches and (fault.first is None or self._made[number] < fault.first):
                self._made[number] += 1
                return fault
        return None


class FaultInjector:
    """ASGI middleware that makes the faults, in every request but those by which the service is looked after."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request in the way it is to fail, or let it be answered."""
        if scope["path"].startswith(_UNTOUCHED):
            await self._app(scope, receive, send)
            return
        fault = self._faults.next_for(scope["method"], scope["path"])
        if fault is None:
            await self._app(scope, receive, self._noting_sign_ins(scope, send))
        elif fault.status is not None:
            # Read first: see there.
            with suppress(ClientDisconnect):
                await received(Request(scope, receive))
                await _answer(fault, fault.status)(scope, receive, send)
        elif fault.body is None:
            await self._app(scope, receive, send)
        else:
            await self._app(scope, receive, _ReplacedBody(fault.body, send))

    def _noting_sign_ins(self, scope: Scope, send: Send) -> Send:
        if (scope["method"], scope["path"]) != ("POST", "/v1/sessions"):
            return send

        async def noting_send(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == HTTPStatus.CREATED:
                self._faults.count_anew()
            await send(message)

        return noting_send


class _ReplacedBody:
    """Sends the head of the proper answer, and another body."""

    def __init__(self, body: BodyFault, send: Send) -> None:
        self._body = body
        self._send = send

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [(name, value) for name, value in message["headers"] if name.lower() != b"content-length"]
            await self._send({**message, "headers": headers})
            if _may_have_a_body(message["status"]):
                async for chunk in _chunks(self._body):
                    await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
        elif not message.get("more_body", False):
            await self._send({"type": "http.response.body", "body": b""})


def _answer(fault: Fault, status: int) -> Response:
    headers = {"Cache-Control": "no-store"}
    if fault.retry_after is not None:
        headers["Retry-After"] = fault.retry_after
    if fault.location is not None:
        headers["Location"] = fault.location
    if not _may_have_a_body(status):
        return Response(status_code=status, headers=headers)
    if fault.body is None:
        return problem(status, "This was asked for.", headers)
    return StreamingResponse(_chunks(fault.body), status, headers, "application/json")


def _may_have_a_body(status: int) -> bool:
    return status not in (HTTPStatus.NO_CONTENT, HTTPStatus.RESET_CONTENT, HTTPStatus.NOT_MODIFIED)


async def _chunks(body: BodyFault) -> AsyncIterator[bytes]:
    if body != "oversized":
        yield _BODIES[body]
        return
    # Leading space is JSON, so it is its size alone that is wrong.
    for _ in range(_OVERSIZED_CHUNKS):
        yield _OVERSIZED_CHUNK
        # So that the server hears of a client that has had enough, and does not go on writing to nobody.
        await asyncio.sleep(0)
    yield b"{}"
