"""The one table of conditions a sign-in can be tried under: plain data, cheap to import before the first paint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from desktop_app.errors import UsageError

DATABASE_LOAD_CUSTOMERS = 4
DATABASE_LOAD_S = 6.0

CUSTOM = "custom"
LARGEST_LATENCY_MS = 10_000
LARGEST_RATE_KB_PER_S = 10_000


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
        name="network-bottleneck",
        summary="A saturated link delays every reply by 400 ms, 100 ms more or less, and carries 1 KB/s.",
        toxics=(
            {"type": "latency", "stream": "downstream", "attributes": {"latency": 400, "jitter": 100}},
            {"type": "bandwidth", "stream": "downstream", "attributes": {"rate": 1}},
        ),
    ),
    Conditions(
        name="database-busy",
        summary="Other queries hold the customer database's connections for 6 s from each sign-in on.",
        database_load=True,
    ),
    Conditions(
        name="poor-mobile",
        summary=(
            "The network delays every reply by 300 ms, 200 ms more or less, carries 40 KB/s, and resets 50 % of the "
            "connections 80 ms after their first reply."
        ),
        # The reset comes when the sign-in has been answered, and before the answer to what is asked for next has had
        # its 100 ms of latency at least; on the connection of a second try, that answer is the first reply.
        toxics=(
            {"type": "latency", "stream": "downstream", "attributes": {"latency": 300, "jitter": 200}},
            {"type": "bandwidth", "stream": "downstream", "attributes": {"rate": 40}},
            {"type": "reset_peer", "stream": "downstream", "toxicity": 0.5, "attributes": {"timeout": 80}},
        ),
        # With it every other connection is reset, beginning with the first.
        seed=214,
    ),
    Conditions(
        name="offline",
        summary="The network is down: every connection is refused.",
        toxics=({"type": "down"},),
    ),
    Conditions(
        name="silent",
        summary="The service accepts every connection and answers none: 0 bytes ever come back.",
        toxics=({"type": "timeout", "stream": "downstream", "attributes": {"timeout": 0}},),
    ),
    Conditions(
        name="drip",
        # The sign-in's 230 bytes take 1.8 s of the deadline's 3 s; with the preferences' 320 it is 4.4 s.
        summary="The network passes replies byte by byte, one every 8 ms.",
        toxics=({"type": "slicer", "stream": "downstream", "attributes": {"average_size": 1, "delay": 8000}},),
    ),
    Conditions(
        name="flaky",
        summary="The service fails the first 2 requests for preferences after each sign-in, with status 503.",
        faults=({"method": "GET", "path": "/v1/me/preferences", "first": 2, "status": 503},),
    ),
)

PRESETS: Mapping[str, Conditions] = MappingProxyType({conditions.name: conditions for conditions in _TABLE})
"""Every preset by its name, in the order in which they are offered."""

_CUSTOM_UNLIMITED = "The network delays every reply by {latency_ms} ms."
_CUSTOM_LIMITED = "The network delays every reply by {latency_ms} ms and carries {rate_kb_per_s} KB/s."

SUMMARIES = (*(conditions.summary for conditions in _TABLE), _CUSTOM_UNLIMITED, _CUSTOM_LIMITED)
"""All there are, for whoever translates them."""


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


def custom_conditions(latency_ms: int, rate_kb_per_s: int) -> Conditions:
    """Make conditions of a person's own choice; any thread.

    Args:
        latency_ms: How much later every reply arrives, up to `LARGEST_LATENCY_MS`.
        rate_kb_per_s: What the network carries of the replies, a KB being 1,000 bytes, up to
            `LARGEST_RATE_KB_PER_S`; 0 for no limit.

    Raises:
        UsageError: One of them is out of its range.
    """
    _require_range("latency", latency_ms, LARGEST_LATENCY_MS, "ms")
    _require_range("bandwidth", rate_kb_per_s, LARGEST_RATE_KB_PER_S, "KB/s")
    toxics: list[Mapping[str, Any]] = []
    if latency_ms:
        toxics.append({"type": "latency", "stream": "downstream", "attributes": {"latency": latency_ms}})
    if rate_kb_per_s:
        toxics.append({"type": "bandwidth", "stream": "downstream", "attributes": {"rate": rate_kb_per_s}})
    return Conditions(
        name=CUSTOM,
        summary=_CUSTOM_LIMITED if rate_kb_per_s else _CUSTOM_UNLIMITED,
        toxics=tuple(toxics),
        values={"latency_ms": latency_ms, "rate_kb_per_s": rate_kb_per_s},
    )


def _require_range(what: str, value: int, largest: int, unit: str) -> None:
    if not 0 <= value <= largest:
        raise UsageError(reason=f"The {what} has to be from 0 to {largest} {unit}, not {value}.")
