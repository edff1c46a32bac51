"""What every answer has in common: JSON in and out, errors as problem+json (RFC 9457), nothing cached."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.responses import Response

from desktop_app.preferences.model import Problem
from desktop_app.service.unavailable import DatabaseUnavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

_Body = TypeVar("_Body")

_log = logging.getLogger(__name__)

LARGEST_BODY_BYTES: Final = 16 * 1024
_LARGEST_DRAINED_BYTES: Final = 1024 * 1024


def answer(content: object, status: int = 200) -> Response:
    """Return ``content`` as JSON."""
    return _response(content, status, "application/json", {})


def nothing() -> Response:
    """Return an answer without a body."""
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


def problem(status: int, detail: str = "", headers: Mapping[str, str] | None = None) -> Response:
    """Return an error; ``detail`` is a fixed sentence that repeats nothing of the request."""
    content = Problem(title=_phrase(status), status=status, detail=detail)
    return _response(content, status, "application/problem+json", headers or {})


async def read_body(request: Request, schema: type[_Body]) -> _Body:
    """Return the body, decoded and validated.

    Raises:
        HTTPException: 415, 413, 400 or 422.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise HTTPException(415, "The body has to be application/json.")
    body, total_bytes = await received(request)
    if total_bytes > LARGEST_BODY_BYTES:
        raise HTTPException(413, f"The body may have at most {LARGEST_BODY_BYTES} bytes.")
    try:
        return msgspec.convert(_with_whole_numbers(msgspec.json.decode(body)), schema)
    except msgspec.ValidationError as error:
        raise HTTPException(422, "A field is missing, unknown or not of its type.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HTTPException(400, "The body is not valid JSON.") from error
    except RecursionError as error:
        raise HTTPException(400, "The body is nested too deeply.") from error


async def received(request: Request) -> tuple[bytes, int]:
    """Return the body as far as it is accepted, and how many bytes came in all.

    What is too much is read, up to a limit, and dropped: a client that is cut off while it still sends sees a broken
    connection instead of the answer.

    Raises:
        ClientDisconnect: The client has left.
    """
    body = bytearray()
    total_bytes = 0
    async for chunk in request.stream():
        total_bytes += len(chunk)
        if total_bytes > _LARGEST_DRAINED_BYTES:
            break
        if total_bytes <= LARGEST_BODY_BYTES:
            body += chunk
    return bytes(body), total_bytes


async def on_http_exception(_request: Request, error: Exception) -> Response:
    """Answer what Starlette or a handler refused."""
    assert isinstance(error, HTTPException)
    detail = "" if error.detail == _phrase(error.status_code) else error.detail
    return problem(error.status_code, detail, error.headers)


async def on_client_disconnect(_request: Request, _error: Exception) -> Response:
    """Answer, for form's sake, a client that left before its request was complete."""
    return problem(400, "The request is not complete.")


async def on_database_unavailable(_request: Request, error: Exception) -> Response:
    """Answer that a database cannot be had; the log has a line, and which database it was."""
    assert isinstance(error, DatabaseUnavailable)
    _log.warning("%s", error)
    headers = {} if error.retry_after_s is None else {"Retry-After": str(error.retry_after_s)}
    return problem(503, f"The database can't be used: {error.reason}.", headers)


async def on_unexpected(_request: Request, _error: Exception) -> Response:
    """Answer a bug; Starlette raises it again for uvicorn, which logs it with its traceback."""
    return problem(500, "Something went wrong in the service.")


def _with_whole_numbers(value: Any) -> Any:
    """Return the decoded JSON with 2.0 as 2, which JSON does not tell apart, but msgspec does."""
    if isinstance(value, dict):
        return {key: _with_whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_with_whole_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unnamed"  # only a fault that was asked for has such a status


def _response(content: object, status: int, media_type: str, headers: Mapping[str, str]) -> Response:
    return Response(
        msgspec.json.encode(content),
        status,
        media_type=media_type,
        headers={**headers, "Cache-Control": "no-store"},
    )
