"""Asking the service for real load on its customer database.

The service takes these requests only if it was started with load allowed. Armed, it starts a burst of endless
queries at each sign-in, which hold the customer store's connections, so that preferences wait for one.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from desktop_app.conditions.presets import DATABASE_LOAD_CONNECTIONS, DATABASE_LOAD_S
from desktop_app.errors import InvalidReply, ServiceFault, ServiceUnreachable, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

LOAD_PATH = "/control/customer-load"
SECRET_HEADER = "Desktop-App-Secret"  # noqa: S105 -- the header's name, not a secret


def arm_customer_load(
    host: str,
    port: int,
    secret: str | None,
    *,
    timeout_s: float,
    connections: int = DATABASE_LOAD_CONNECTIONS,
    seconds: float = DATABASE_LOAD_S,
) -> None:
    """Have the service hold its customer store's connections from each sign-in on.

    Blocks for as long as the service takes: for a worker thread, not for the GUI's.

    Args:
        host: A loopback address, of the service itself and not of the proxy.
        port: Its port.
        secret: What the service was started with; None if with none.
        timeout_s: Limit on each socket operation.
        connections: How many connections each sign-in's queries hold.
        seconds: How long they hold them, in s.

    Raises:
        UsageError: ``host`` is not loopback; nothing was sent.
        ServiceUnreachable: No connection, or it broke, or a socket operation took longer than ``timeout_s``.
        ServiceFault: The service refused, for instance because it was started without load allowed.
        InvalidReply: What answered does not speak HTTP.
    """
    body = json.dumps({"connections": connections, "seconds": seconds}).encode()
    _send("PUT", host, port, secret, body=body, timeout_s=timeout_s)


def disarm_customer_load(host: str, port: int, secret: str | None, *, timeout_s: float) -> None:
    """Have the service start no more load at a sign-in.

    Blocks, takes the same arguments and raises the same errors as `arm_customer_load`.
    """
    _send("DELETE", host, port, secret, body=None, timeout_s=timeout_s)


def _send(method: str, host: str, port: int, secret: str | None, *, body: bytes | None, timeout_s: float) -> None:
    _require_loopback(host)
    connection = http.client.HTTPConnection(host, port, timeout=timeout_s)
    try:
        connection.request(method, LOAD_PATH, body, _headers(secret, has_body=body is not None))
        status = connection.getresponse().status
    except OSError as error:
        raise ServiceUnreachable(detail=f"{method} {LOAD_PATH}: {error}") from error
    except http.client.HTTPException as error:
        raise InvalidReply(detail=f"{method} {LOAD_PATH}: {type(error).__name__}") from error
    finally:
        connection.close()
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        raise ServiceFault(status=status, detail=f"{method} {LOAD_PATH}")


def _headers(secret: str | None, *, has_body: bool) -> Mapping[str, str]:
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
        raise UsageError(reason=f"Database load is for a service on this machine, not for {host!r}.")
