"""What a network fault is called and made of: Toxiproxy's toxics, with its names and its JSON.

A toxic is ``{"name", "type", "stream", "toxicity", "attributes": {...}}``. Source of names, attributes and
defaults: https://github.com/Shopify/toxiproxy#toxics. What a toxic does to the bytes is in
`desktop_app.conditions.stages`; a new type is a struct here, a stage there, and a line in `Toxic` and in
``stage_for``.

Bounds are checked when a toxic is decoded, not when it is constructed in Python.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import force_setattr

Stream = Literal["downstream", "upstream"]
"""``downstream``: from the service to the client (replies). ``upstream``: from the client to the service."""

# An hour: longer is a slip of the keyboard, and every sum stays far from what a timer can take.
Milliseconds = Annotated[int, Meta(ge=0, le=3_600_000)]


class _Toxic(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="type"):
    """What all toxics have.

    ``name`` is unique in a configuration; left out, it is ``<type>_<stream>``. ``toxicity`` is the share of
    connections that the toxic applies to, decided once for each connection.
    """

    name: Annotated[str, Meta(max_length=100)] = ""
    stream: Stream = "downstream"
    toxicity: Annotated[float, Meta(ge=0.0, le=1.0)] = 1.0

    def __post_init__(self) -> None:
        if not self.name:
            force_setattr(self, "name", f"{self.__struct_config__.tag}_{self.stream}")


class LatencyAttributes(
    Struct, frozen=True, forbid_unknown_fields=True, rename={"latency_ms": "latency", "jitter_ms": "jitter"}
):
    """``latency`` and ``jitter``, both in ms."""

    latency_ms: Milliseconds = 0
    jitter_ms: Milliseconds = 0


class Latency(_Toxic, frozen=True, kw_only=True, tag="latency"):
    """Everything arrives later, by ``latency`` ms, more or less up to ``jitter`` ms."""

    attributes: LatencyAttributes = LatencyAttributes()


class TimeoutAttributes(Struct, frozen=True, forbid_unknown_fields=True, rename={"timeout_ms": "timeout"}):
    """``timeout`` in ms; 0 is for ever."""

    timeout_ms: Milliseconds = 0


class Timeout(_Toxic, frozen=True, kw_only=True, tag="timeout"):
    """Nothing passes, and the connection is closed after ``timeout`` ms; with 0 it stays open."""

    attributes: TimeoutAttributes = TimeoutAttributes()


Toxic = Latency | Timeout
