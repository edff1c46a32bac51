"""One request to a process of the program's own: the service, or the proxy. Stdlib only, and cheap to import."""

from __future__ import annotations

import http.client
import ipaddress
from http import HTTPStatus

from desktop_app.errors import InvalidReply, ReplyTooLarge, ServiceFault, ServiceUnreachable, UsageError
from desktop_app.wire import SECRET_HEADER

LARGEST_REPLY_BYTES = 1024 * 1024


def send(
    method: str, host: str, port: int, path: str, secret: str | None, body: bytes | None, timeout_s: float
) -> bytes:
    """Send one request and return the body of its answer.

    Blocks for as long as the process takes: for a worker thread, not for the GUI's.

    Args:
        method: As in the request line.
        host: A loopback address.
        port: The process's own port for such requests.
        path: As in the request line.
        secret: What the process was started with; None if with none.
        body: JSON; None for a request without a body.
        timeout_s: Limit on each socket operation.

    Raises:
        UsageError: ``host`` is not loopback; nothing was sent.
        ServiceUnreachable: No connection, or it broke, or a socket operation took longer than ``timeout_s``.
        ServiceFault: Any status but success, for instance because the process does not allow that.
        InvalidReply: What answered does not speak HTTP.
        ReplyTooLarge: More than `LARGEST_REPLY_BYTES` came.
    """
    _require_loopback(host)
    connection = http.client.HTTPConnection(host, port, timeout=timeout_s)
    try:
        connection.request(method, path, body, _headers(secret, has_body=body is not None))
        response = connection.getresponse()
        content = response.read(LARGEST_REPLY_BYTES + 1)
    except OSError as error:
        raise ServiceUnreachable(detail=f"{method} {path}: {error}") from error
    except http.client.IncompleteRead as error:
        raise ServiceUnreachable(detail=f"{method} {path}: the answer is not complete") from error
    except http.client.HTTPException as error:
        raise InvalidReply(detail=f"{method} {path}: {type(error).__name__}") from error
    finally:
        connection.close()
    if not HTTPStatus.OK <= response.status < HTTPStatus.MULTIPLE_CHOICES:
        raise ServiceFault(status=response.status, detail=f"{method} {path}")
    if len(content) > LARGEST_REPLY_BYTES:
        raise ReplyTooLarge(detail=f"{method} {path}")
    return content


def _headers(secret: str | None, *, has_body: bool) -> dict[str, str]:
    headers = {"Content-Type": "application/json"} if has_body else {}
    if secret is not None:
        headers[SECRET_HEADER] = secret
    return headers


def _require_loopback(host: str) -> None:
    """The secret goes in clear text, so it must not leave the machine."""
    try:
        is_loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        raise UsageError(reason=f"Only a process on this machine is told what to do, not one at {host!r}.")
