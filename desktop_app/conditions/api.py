"""The control interface: Toxiproxy's routes, statuses and JSON (https://github.com/Shopify/toxiproxy#http-api)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.routing import Route

from desktop_app import __version__
from desktop_app.conditions.messages import PopulateOrder, ProxyOrder, RefusedError, decoded
from desktop_app.overriding import override
from desktop_app.service.guard import Guard

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.requests import Request

    from desktop_app.conditions.proxies import Proxies

LARGEST_BODY_BYTES = 256 * 1024


def make_app(proxies: Proxies, secret: str | None) -> Starlette:
    """Return the ASGI application.

    Args:
        proxies: What is controlled.
        secret: What each request has to carry; None: nothing.
    """
    api = _Api(proxies)
    app = Starlette(
        routes=[
            Route("/proxies", api.list_proxies, methods=["GET"]),
            Route("/proxies", api.create_proxy, methods=["POST"]),
            Route("/proxies/{proxy}", api.show_proxy, methods=["GET"]),
            Route("/proxies/{proxy}", api.update_proxy, methods=["POST", "PATCH"]),
            Route("/proxies/{proxy}", api.delete_proxy, methods=["DELETE"]),
            Route("/proxies/{proxy}/toxics", api.list_toxics, methods=["GET"]),
            Route("/proxies/{proxy}/toxics", api.create_toxic, methods=["POST"]),
            Route("/proxies/{proxy}/toxics/{toxic}", api.show_toxic, methods=["GET"]),
            Route("/proxies/{proxy}/toxics/{toxic}", api.update_toxic, methods=["POST", "PATCH"]),
            Route("/proxies/{proxy}/toxics/{toxic}", api.delete_toxic, methods=["DELETE"]),
            Route("/populate", api.populate, methods=["POST"]),
            Route("/reset", api.reset, methods=["POST"]),
            Route("/version", api.version, methods=["GET"]),
        ],
        middleware=[Middleware(_ControlGuard, secret=secret, refuse=_error)],
        exception_handlers={
            RefusedError: _on_refused,
            HTTPException: _on_http_exception,
            ClientDisconnect: _on_client_disconnect,
            Exception: _on_unexpected,
        },
    )
    app.router.redirect_slashes = False
    return app


class _ControlGuard(Guard):
    """Refuses browsers, too, as Toxiproxy does: a page could send requests that it needs no permission for."""

    @override
    def refusal(self, headers: Headers) -> Response | None:
        if headers.get("user-agent", "").startswith("Mozilla/"):
            return _error(403, "User agent not allowed")
        return super().refusal(headers)


class _Api:
    def __init__(self, proxies: Proxies) -> None:
        self._proxies = proxies

    async def list_proxies(self, _request: Request) -> Response:
        return _answer(self._proxies.states())

    async def create_proxy(self, request: Request) -> Response:
        return _answer(await self._proxies.create(decoded(await _body(request), ProxyOrder)), 201)

    async def show_proxy(self, request: Request) -> Response:
        return _answer(self._proxies.state(_proxy(request)))

    async def update_proxy(self, request: Request) -> Response:
        self._proxies.state(_proxy(request))  # that there is none comes before a body that makes no sense
        order = decoded(await _body(request), ProxyOrder)
        return _answer(await self._proxies.update(_proxy(request), order))

    async def delete_proxy(self, request: Request) -> Response:
        await self._proxies.delete(_proxy(request))
        return Response(status_code=204)

    async def list_toxics(self, request: Request) -> Response:
        return _answer(self._proxies.state(_proxy(request)).toxics)

    async def create_toxic(self, request: Request) -> Response:
        return _answer(await self._proxies.add_toxic(_proxy(request), await _body(request)))

    async def show_toxic(self, request: Request) -> Response:
        return _answer(self._proxies.toxic(_proxy(request), _toxic(request)))

    async def update_toxic(self, request: Request) -> Response:
        body = await _body(request)
        return _answer(await self._proxies.update_toxic(_proxy(request), _toxic(request), body))

    async def delete_toxic(self, request: Request) -> Response:
        await self._proxies.delete_toxic(_proxy(request), _toxic(request))
        return Response(status_code=204)

    async def populate(self, request: Request) -> Response:
        orders = decoded(await _body(request), list[PopulateOrder])
        done, failure = await self._proxies.populate(orders)
        if failure is None:
            return _answer({"proxies": done}, 201)
        return _answer({"error": str(failure), "status": failure.status, "proxies": done}, failure.status)

    async def reset(self, _request: Request) -> Response:
        await self._proxies.reset()
        return Response(status_code=204)

    async def version(self, _request: Request) -> Response:
        return _answer({"version": __version__})


def _proxy(request: Request) -> str:
    return str(request.path_params["proxy"])


def _toxic(request: Request) -> str:
    return str(request.path_params["toxic"])


async def _body(request: Request) -> bytes:
    """Return the body, whatever type it says it has: curl says a form's.

    Raises:
        RefusedError: 413, it is too large.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY_BYTES:
            raise RefusedError(413, f"the body may have at most {LARGEST_BODY_BYTES} bytes")
    return bytes(body)


def _answer(content: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(content), status, media_type="application/json")


def _error(status: int, reason: str) -> Response:
    return _answer({"error": reason, "status": status}, status)


async def _on_refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedError)
    return _error(error.status, str(error))


async def _on_http_exception(_request: Request, error: Exception) -> Response:
    """Answer what Starlette refused."""
    assert isinstance(error, HTTPException)
    answer = _error(error.status_code, HTTPStatus(error.status_code).phrase.lower())
    answer.headers.update(error.headers or {})
    return answer


async def _on_client_disconnect(_request: Request, error: Exception) -> Response:
    """Answer, for form's sake, a client that left before its request was complete."""
    return _error(400, f"bad request body: {type(error).__name__}")


async def _on_unexpected(_request: Request, error: Exception) -> Response:
    """Answer a bug; Starlette raises it again for uvicorn, which logs it with its traceback."""
    return _error(500, type(error).__name__)
