"""The one table of conditions a sign-in can be tried under."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct

from desktop_app.conditions.toxics import Latency, LatencyAttributes, Timeout, TimeoutAttributes, Toxic
from desktop_app.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

SLOW_LATENCY_MS = 800
DATABASE_LOAD_CONNECTIONS = 2
DATABASE_LOAD_S = 6.0


class Conditions(Struct, frozen=True):
    """What the network and the customer database are like.

    ``summary`` is one sentence for the person, with its numbers. ``toxics`` go to the proxy; ``database_load`` says
    whether the service is to hold the customer store's connections (see `desktop_app.conditions.database`).
    """

    name: str
    summary: str
    toxics: tuple[Toxic, ...] = ()
    database_load: bool = False


_TABLE = (
    Conditions(
        name="healthy",
        summary="The network and the customer database answer as fast as they can.",
    ),
    Conditions(
        name="slow",
        summary=f"The network delays every reply by {SLOW_LATENCY_MS} ms.",
        toxics=(Latency(attributes=LatencyAttributes(latency_ms=SLOW_LATENCY_MS)),),
    ),
    Conditions(
        name="silent",
        summary="The service accepts every connection and answers none: 0 bytes ever come back.",
        toxics=(Timeout(attributes=TimeoutAttributes(timeout_ms=0)),),
    ),
    Conditions(
        name="database-busy",
        summary=(
            "The customer database's connections are held by other queries "
            f"for {DATABASE_LOAD_S:g} s from each sign-in on."
        ),
        database_load=True,
    ),
)

PRESETS: Mapping[str, Conditions] = MappingProxyType({conditions.name: conditions for conditions in _TABLE})
"""Every preset by its name, in the order in which they are offered."""


def conditions_named(name: str) -> Conditions:
    """Look a preset up; any thread.

    Args:
        name: As typed on the command line.

    Raises:
        UsageError: There is none of that name; its text lists those there are.
    """
    try:
        return PRESETS[name]
    except KeyError:
        reason = f"There are no conditions named {name!r}. Choose one of: {', '.join(PRESETS)}."
        raise UsageError(reason=reason) from None
