"""The one table of conditions a sign-in can be tried under: plain data, cheap to import before the first paint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from desktop_app.errors import UsageError

DATABASE_LOAD_CONNECTIONS = 2
DATABASE_LOAD_S = 6.0


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the network and the customer database are like."""

    name: str
    summary: str
    """One sentence for the person, with its numbers; the window translates it."""
    toxics: tuple[Mapping[str, Any], ...] = ()
    """What the proxy does to the connections, in Toxiproxy's JSON (see `desktop_app.conditions.toxics`)."""
    database_load: bool = False
    """Whether the service holds the customer store's connections (see `desktop_app.service.load`)."""
    faults: tuple[Mapping[str, Any], ...] = ()
    """What the service does wrong, where no proxy could (see `desktop_app.service.faults`)."""
    seed: int = 0
    """Makes jitter and toxicity repeatable."""
    values: Mapping[str, int] = field(default_factory=dict)
    """What the placeholders of ``summary`` stand for."""

    @property
    def text(self) -> str:
        """The summary in English, filled in."""
        return self.summary.format(**self.values)

    @property
    def needs_own_service(self) -> bool:
        """Whether they are made in the service itself, which only the program's own allows."""
        return self.database_load or bool(self.faults)


_TABLE = (
    Conditions(
        name="healthy",
        summary="The network and the customer database answer as fast as they can.",
    ),
    Conditions(
        name="slow",
        summary="The network delays every reply by 800 ms.",
        toxics=({"type": "latency", "stream": "downstream", "attributes": {"latency": 800}},),
    ),
    Conditions(
        name="silent",
        summary="The service accepts every connection and answers none: 0 bytes ever come back.",
        toxics=({"type": "timeout", "stream": "downstream", "attributes": {"timeout": 0}},),
    ),
    Conditions(
        name="database-busy",
        summary="Other queries hold the customer database's connections for 6 s from each sign-in on.",
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
