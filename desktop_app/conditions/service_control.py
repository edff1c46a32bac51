"""Asking the service to fail in the ways that no network can: load on its database, faults in its answers.

The service takes these requests only if it was started with that allowed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from desktop_app.conditions.http_control import send
from desktop_app.conditions.presets import DATABASE_LOAD_CUSTOMERS, DATABASE_LOAD_S

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LOAD_PATH: Final = "/control/customer-load"
FAULTS_PATH: Final = "/control/faults"


def control_service(
    host: str,
    port: int,
    secret: str | None,
    *,
    database_load: bool,
    faults: Sequence[Mapping[str, Any]],
    now: bool = False,
    timeout_s: float,
) -> None:
    """Put exactly these into force in the service, in place of what was.

    Blocks for as long as the service takes: for a worker thread, not for the GUI's.

    Args:
        host: A loopback address, of the service itself and not of the proxy.
        port: Its port.
        secret: What the service was started with; None if with none.
        database_load: Whether background customers hold the customer database from each sign-in on.
        faults: See `desktop_app.service.faults.Fault`.
        now: Whether the database is held at once, too.
        timeout_s: Limit on each socket operation.

    Raises:
        UsageError: ``host`` is not loopback; nothing was sent.
        ServiceUnreachable: No connection, or it broke, or a socket operation took longer than ``timeout_s``.
        ServiceFault: The service refused, for instance because it was started without that allowed.
        InvalidReply: What answered does not speak HTTP.
    """

    def ask(method: str, path: str, order: Mapping[str, Any] | None) -> None:
        body = None if order is None else json.dumps(order).encode()
        send(method, host, port, path, secret, body, timeout_s)

    ask("PUT", FAULTS_PATH, {"faults": [dict(fault) for fault in faults]})
    if database_load:
        order = {"customers": DATABASE_LOAD_CUSTOMERS, "seconds": DATABASE_LOAD_S, "now": now}
        ask("PUT", LOAD_PATH, order)
    else:
        ask("DELETE", LOAD_PATH, None)
