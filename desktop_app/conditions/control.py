"""Telling the proxy's process what to do, over its HTTP interface."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from desktop_app.conditions.http_control import send

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME = "service"
"""Of the one proxy that the process has from the start."""


def configure_proxy(
    address: tuple[str, int],
    secret: str,
    *,
    upstream: tuple[str, int] | None,
    toxics: Sequence[Mapping[str, Any]],
    seed: int = 0,
    timeout_s: float,
) -> None:
    """Have the proxy forward there from now on, through these toxics; in force when it returns.

    That is for open connections, too; only those to another upstream than ``upstream`` are closed. Blocks for as
    long as the process takes: for a worker thread, not for the GUI's.

    Args:
        address: Host and port of the process's control, both as its ready line says.
        secret: What the process was told to ask for.
        upstream: Where the service listens; None: connections wait until that is known.
        toxics: As in `desktop_app.conditions.presets.Conditions`.
        seed: Makes jitter and toxicity repeatable.
        timeout_s: Limit on each socket operation.

    Raises:
        UsageError: The host is not loopback; nothing was sent.
        ServiceUnreachable: No connection, or it broke, or a socket operation took longer than ``timeout_s``.
        ServiceFault: The process refused, for instance because a toxic makes no sense.
        InvalidReply: What answered does not speak HTTP.
        ReplyTooLarge: It says more than it should.
    """
    entry = {"name": NAME, "upstream": upstream and _text(*upstream), "toxics": list(toxics), "seed": seed}
    # A preset's mappings may be of any kind; the attributes, too.
    body = json.dumps([entry], default=dict).encode()
    send("POST", *address, "/populate", secret, body, timeout_s)


def _text(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
