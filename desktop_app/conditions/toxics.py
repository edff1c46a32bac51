"""What a network fault is called and made of: Toxiproxy's toxics, with its names, units, defaults and JSON.

A toxic is ``{"name", "type", "stream", "toxicity", "attributes": {...}}``. Source:
https://github.com/Shopify/toxiproxy#toxics. What a toxic does to the bytes is in `desktop_app.conditions.stages`; a
new type is a struct here, a stage there, and a line in `StreamToxic` and in ``stage_for``.

Bounds are checked when a toxic is decoded, not when it is constructed in Python.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import force_setattr

Stream = Literal["downstream", "upstream"]
"""``downstream``: from the service to the client (replies). ``upstream``: from the client to the service."""

MOST_TOXICS = 32
"""Of one proxy, both directions together."""

# An hour: longer is a slip of the keyboard, and every sum stays far from what a timer can take.
Milliseconds = Annotated[int, Meta(ge=0, le=3_600_000)]
Microseconds = Annotated[int, Meta(ge=0, le=3_600_000_000)]
# A TB, and a TB/s.
Bytes = Annotated[int, Meta(ge=0, le=10**12)]
KilobytesPerSecond = Annotated[int, Meta(ge=0, le=10**9)]


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


class BandwidthAttributes(Struct, frozen=True, forbid_unknown_fields=True, rename={"rate_kb_per_s": "rate"}):
    """``rate`` in KB/s, a KB being 1,000 bytes; 0 lets nothing pass, as in Toxiproxy."""

    rate_kb_per_s: KilobytesPerSecond = 0


class Bandwidth(_Toxic, frozen=True, kw_only=True, tag="bandwidth"):
    """At most ``rate`` KB pass in a second, on each connection."""

    attributes: BandwidthAttributes = BandwidthAttributes()


class SlowCloseAttributes(Struct, frozen=True, forbid_unknown_fields=True, rename={"delay_ms": "delay"}):
    """``delay`` in ms."""

    delay_ms: Milliseconds = 0


class SlowClose(_Toxic, frozen=True, kw_only=True, tag="slow_close"):
    """The end of the data arrives ``delay`` ms late; the data does not."""

    attributes: SlowCloseAttributes = SlowCloseAttributes()


class TimeoutAttributes(Struct, frozen=True, forbid_unknown_fields=True, rename={"timeout_ms": "timeout"}):
    """``timeout`` in ms; 0 is for ever."""

    timeout_ms: Milliseconds = 0


class Timeout(_Toxic, frozen=True, kw_only=True, tag="timeout"):
    """Nothing passes, and the connection is closed after ``timeout`` ms; with 0 it stays open."""

    attributes: TimeoutAttributes = TimeoutAttributes()


class ResetPeerAttributes(Struct, frozen=True, forbid_unknown_fields=True, rename={"timeout_ms": "timeout"}):
    """``timeout`` in ms; 0 is at once."""

    timeout_ms: Milliseconds = 0


class ResetPeer(_Toxic, frozen=True, kw_only=True, tag="reset_peer"):
    """The connection is reset ``timeout`` ms after the first data came; with 0 before that data passes."""

    attributes: ResetPeerAttributes = ResetPeerAttributes()


class SlicerAttributes(
    Struct,
    frozen=True,
    forbid_unknown_fields=True,
    rename={"average_bytes": "average_size", "variation_bytes": "size_variation", "delay_us": "delay"},
):
    """``average_size`` and ``size_variation`` in bytes, ``delay`` in microseconds.

    ``size_variation`` is meant to be smaller than ``average_size``; a packet has at least one byte in any case.
    """

    average_bytes: Bytes = 0
    variation_bytes: Bytes = 0
    delay_us: Microseconds = 0


class Slicer(_Toxic, frozen=True, kw_only=True, tag="slicer"):
    """Data passes in packets of about ``average_size`` bytes, the next one ``delay`` microseconds after the last."""

    attributes: SlicerAttributes = SlicerAttributes()


class LimitDataAttributes(Struct, frozen=True, forbid_unknown_fields=True, rename={"limit_bytes": "bytes"}):
    """``bytes``, counted from when the toxic came to the connection."""

    limit_bytes: Bytes = 0


class LimitData(_Toxic, frozen=True, kw_only=True, tag="limit_data"):
    """The connection is closed when ``bytes`` have passed."""

    attributes: LimitDataAttributes = LimitDataAttributes()


class DownAttributes(Struct, frozen=True, forbid_unknown_fields=True):
    """It has none."""


class Down(_Toxic, frozen=True, kw_only=True, tag="down"):
    """Nobody listens: connections are refused, and open ones are closed; Toxiproxy's ``"enabled": false``.

    With a ``toxicity`` below 1 the proxy does listen, and resets the share of connections that is concerned. It
    concerns both directions, whatever its ``stream``.
    """

    attributes: DownAttributes = DownAttributes()


StreamToxic = Latency | Bandwidth | SlowClose | Timeout | ResetPeer | Slicer | LimitData
"""What is done to the bytes of one direction."""

Toxic = StreamToxic | Down
