"""What the service can be asked: one table, from which the routes are made and the OpenAPI document, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct
from starlette.routing import Route

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from starlette.requests import Request
    from starlette.responses import Response

    Handler = Callable[[Request], Awaitable[Response]]


class Operation(Struct, frozen=True):
    """One method of one path.

    Args:
        method: ``GET``, ``POST``, ``PUT`` or ``DELETE``.
        path: Without parameters.
        summary: One sentence.
        handle: What answers.
        success: The status of a success.
        gives: The type of a success's JSON body; a string: the media type of a body that is none; None: no body.
        takes: The type of the JSON body that it wants; None: none.
        problems: The statuses of its own problems, beside those that every operation has.
        needs_session: Whether it wants a bearer token.
    """

    method: str
    path: str
    summary: str
    handle: Handler
    success: int = 200
    gives: type[Any] | str | None = None
    takes: type[Any] | None = None
    problems: tuple[int, ...] = ()
    needs_session: bool = False


def routes(operations: Iterable[Operation]) -> list[Route]:
    """Return a route for each path; it knows all of that path's methods, and so can say which are allowed."""
    handlers: dict[str, dict[str, Handler]] = {}
    for operation in operations:
        handlers.setdefault(operation.path, {})[operation.method] = operation.handle
    return [Route(path, _dispatched(by_method), methods=list(by_method)) for path, by_method in handlers.items()]


def _dispatched(by_method: Mapping[str, Handler]) -> Handler:
    async def dispatch(request: Request) -> Response:
        # Starlette lets in what is named here, and HEAD wherever there is a GET.
        return await by_method["GET" if request.method == "HEAD" else request.method](request)

    return dispatch
