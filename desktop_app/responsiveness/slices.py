"""How long the GUI thread served no event: what the heartbeat measures, and how bad it is.

Apart from what is found out about a freeze, because it is loaded before the first paint; that is also why these are
named tuples: a frozen dataclass takes six times as long to make.
"""

from __future__ import annotations

import enum
from bisect import bisect_left
from typing import NamedTuple

from desktop_app.overriding import override
from desktop_app.responsiveness.clock import NS_PER_MS

LONG_TASK_MS = 50


class Band(enum.IntEnum):
    """How bad a lag is; the value is the band's lower bound in milliseconds.

    50 ms is a long task (W3C), 100 ms the limit of "instant" (Nielsen), 250 ms what most tools report as a hang,
    5 s what desktops show a "not responding" dialog for.
    """

    SMOOTH = 0
    LONG_TASK = 50
    NOTICEABLE = 100
    HANG = 250
    LONG_HANG = 500
    NOT_RESPONDING = 5000

    @classmethod
    def of(cls, duration_ns: int) -> Band:
        """Find the band that a duration is in; a bound belongs to the band below it."""
        return BANDS[bisect_left(BOUNDS_NS, duration_ns)]


BANDS = tuple(Band)
BOUNDS_NS = tuple(band * NS_PER_MS for band in BANDS[1:])
"""Between one band and the next."""


class Slice(NamedTuple):
    """A stretch in which the GUI thread served no event, on the monitor's clock."""

    start_ns: int
    end_ns: int

    @property
    def duration_ns(self) -> int:
        """How long it was: the event-loop lag of an event posted at its start."""
        return self.end_ns - self.start_ns

    @property
    def band(self) -> Band:
        """How bad it was."""
        return Band.of(self.duration_ns)


class Summary(NamedTuple):
    """What a stretch of time was like for the GUI thread."""

    longest_ns: int
    """The longest slice, also one below 50 ms."""
    frozen_ns: int
    """The full lengths of the slices over 50 ms, summed."""

    @override
    def __str__(self) -> str:
        return f"longest {self.longest_ns / NS_PER_MS:.0f} ms, frozen {self.frozen_ns / NS_PER_MS:.0f} ms"
