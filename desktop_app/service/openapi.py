"""The OpenAPI 3.1 document of what the service takes and gives, made from its operations and their msgspec types."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import msgspec

from desktop_app import __version__
from desktop_app.preferences.model import Problem
from desktop_app.wire import SECRET_HEADER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from desktop_app.service.operations import Operation

_REFERENCE: Final = "#/components/schemas/{name}"
_ALWAYS: Final = (HTTPStatus.MISDIRECTED_REQUEST,)
_MEANINGS: Final = {
    400: "The body is not JSON.",
    401: "The email or the password is wrong, or the session is unknown or has expired.",
    403: f"The header {SECRET_HEADER} is missing or wrong.",
    413: "The body is too large.",
    415: "The body is not declared as JSON.",
    421: "The Host header names another machine.",
    422: "The body is JSON, but not what is wanted.",
    429: "Too many sign-ins have failed for this email.",
    500: "What is stored for the customer is damaged.",
    503: "The database is busy or can't be used.",
}
_RETRY_AFTER: Final = {
    "description": "After how many seconds another try makes sense.",
    "schema": {"type": "integer", "minimum": 1},
}
_SERVER_TIMING: Final = {
    "Server-Timing": {
        "description": "What the databases took of it: each use of one, and the waits for connection and lock.",
        "required": False,
        "schema": {"type": "string"},
    }
}
_HEADERS: Final[dict[int, dict[str, Any]]] = {
    401: {
        "WWW-Authenticate": {
            "description": "How to authenticate.",
            "required": True,
            "schema": {"type": "string", "const": "Bearer"},
        }
    },
    429: {"Retry-After": {**_RETRY_AFTER, "required": True}},
    503: {"Retry-After": {**_RETRY_AFTER, "required": False}},
}


def document(operations: Sequence[Operation], *, has_secret: bool) -> dict[str, Any]:
    """Return the document, as what JSON is made of.

    Args:
        operations: All that can be asked.
        has_secret: Whether each request has to carry the run's secret.
    """
    schemas = _Schemas(operations)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        described = _operation(operation, schemas, has_secret=has_secret)
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    schemes: dict[str, Any] = {"session": {"type": "http", "scheme": "bearer"}}
    if has_secret:
        schemes["secret"] = {"type": "apiKey", "in": "header", "name": SECRET_HEADER}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Desktop App service", "version": __version__, "license": {"name": "MIT"}},
        "paths": paths,
        "components": {
            "schemas": schemas.components,
            "responses": {str(status): schemas.problem(status) for status in sorted(schemas.problems)},
            "securitySchemes": schemes,
        },
    }


class _Schemas:
    """The JSON schemas of all types that are exchanged."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        types: dict[Any, None] = {Problem: None}  # a set would be in another order each time
        for operation in operations:
            types |= {kind: None for kind in (operation.takes, operation.gives) if isinstance(kind, type)}
        schemas, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
        self._of_type = dict(zip(types, schemas, strict=True))
        self.problems: set[int] = set()
        """The statuses of all problems that were referred to."""
        self.components: dict[str, Any] = {name: _ecma(schema) for name, schema in components.items()}

    def json(self, kind: type[Any]) -> dict[str, Any]:
        """Return the content of a body of this type."""
        return {"application/json": {"schema": self._of_type[kind]}}

    def problem_reference(self, status: int) -> dict[str, Any]:
        """Return a reference to the response for a problem."""
        self.problems.add(int(status))
        return {"$ref": f"#/components/responses/{status:d}"}

    def problem(self, status: int) -> dict[str, Any]:
        """Return the response for a problem."""
        response: dict[str, Any] = {
            "description": _MEANINGS[status],
            "content": {"application/problem+json": {"schema": self._of_type[Problem]}},
        }
        response["headers"] = {**_HEADERS.get(status, {}), **_SERVER_TIMING}
        return response


def _operation(operation: Operation, schemas: _Schemas, *, has_secret: bool) -> dict[str, Any]:
    problems = {*operation.problems, *_ALWAYS}
    requirement: dict[str, list[str]] = {}
    if has_secret:
        problems.add(HTTPStatus.FORBIDDEN)
        requirement["secret"] = []
    if operation.needs_session:
        problems.add(HTTPStatus.UNAUTHORIZED)
        requirement["session"] = []
    described: dict[str, Any] = {
        "operationId": f"{operation.method.lower()}{operation.path.replace('/', '_').replace('.', '_')}",
        "summary": operation.summary,
        "security": [requirement] if requirement else [],
        "responses": {str(operation.success): _success(operation, schemas)}
        | {str(int(status)): schemas.problem_reference(status) for status in sorted(problems)},
    }
    if operation.takes is not None:
        described["requestBody"] = {"required": True, "content": schemas.json(operation.takes)}
    return described


def _success(operation: Operation, schemas: _Schemas) -> dict[str, Any]:
    response: dict[str, Any] = {"description": HTTPStatus(operation.success).phrase, "headers": _SERVER_TIMING}
    if isinstance(operation.gives, str):
        response["content"] = {operation.gives: {"schema": {"type": "string"}}}
    elif operation.gives is not None:
        response["content"] = schemas.json(operation.gives)
    return response


def _ecma(schema: Any) -> Any:
    r"""Return the schema with its patterns in JSON Schema's dialect, which has no ``\A`` and no ``\Z``."""
    if isinstance(schema, dict):
        return {
            key: value.replace(r"\A", "^").replace(r"\Z", "$") if key == "pattern" else _ecma(value)
            for key, value in schema.items()
        }
    if isinstance(schema, list):
        return [_ecma(item) for item in schema]
    return schema
