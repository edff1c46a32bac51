"""Which stage does what a toxic says."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from desktop_app.conditions.ending import LateEnd, Limit, Reset, Silence
from desktop_app.conditions.pacing import Delay, Slice, Throttle
from desktop_app.conditions.toxics import (
    Bandwidth,
    Latency,
    LimitData,
    ResetPeer,
    Slicer,
    SlowClose,
    Timeout,
    TimeoutAttributes,
)

if TYPE_CHECKING:
    from desktop_app.conditions.stage import Stage, Surroundings
    from desktop_app.conditions.toxics import StreamToxic


def stage_for(toxic: StreamToxic, surroundings: Surroundings, previous: Stage | None = None) -> Stage:
    """Return a new stage that does what the toxic says.

    Args:
        toxic: What it says.
        surroundings: Of its connection.
        previous: The one whose place it takes, of the same name and type and with other attributes.
    """
    match toxic:
        case Latency():
            return Delay(toxic.attributes, surroundings)
        case Bandwidth():
            if not toxic.attributes.rate_kb_per_s:
                return Silence(TimeoutAttributes(timeout_ms=0), surroundings)
            return Throttle(toxic.attributes, surroundings)
        case SlowClose():
            return LateEnd(toxic.attributes, surroundings)
        case Timeout():
            return Silence(toxic.attributes, surroundings)
        case ResetPeer():
            return Reset(toxic.attributes, surroundings)
        case Slicer():
            return Slice(toxic.attributes, surroundings)
        case LimitData():
            return Limit(toxic.attributes, previous if isinstance(previous, Limit) else None)
        case _:
            assert_never(toxic)
