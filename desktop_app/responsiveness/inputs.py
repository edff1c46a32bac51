"""How soon a program takes inputs and answers them, in the words and by the limits of the web's INP.

https://web.dev/articles/inp: three inputs of four are to be answered within 200 ms; a program where they take longer
than 500 ms is poor.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.journal import Entry, InputMark
from desktop_app.responsiveness.lag import LagHistogram, Percentiles

GOOD_MS: Final = 200
POOR_MS: Final = 500
_STAMP_RANGE_MS: Final = 1 << 32
_OLDEST_MS: Final = 60_000
_COARSE_MS: Final = 10
"""How far a stamp may be ahead of the clock: kernels stamp by their tick, which may be this long."""


class Answering(enum.StrEnum):
    """How well a program answers."""

    GOOD = "good"
    NEEDS_IMPROVEMENT = "needs improvement"
    POOR = "poor"

    @classmethod
    def of(cls, to_paint_ns: int) -> Answering:
        """Tell what so long from an input to the next paint is; ask of the 75th percentile."""
        if to_paint_ns <= GOOD_MS * NS_PER_MS:
            return cls.GOOD
        return cls.NEEDS_IMPROVEMENT if to_paint_ns <= POOR_MS * NS_PER_MS else cls.POOR


@dataclass(frozen=True, slots=True)
class InputSummary:
    """All inputs so far."""

    count: int
    delay: Percentiles
    """From when the person made them to when a widget was given them."""
    to_paint: Percentiles
    """From when the person made them to the end of the paint that answered them."""

    @property
    def answering(self) -> Answering | None:
        """How well they were answered; None where there were none."""
        return Answering.of(self.to_paint.p75_ns) if self.count else None


class InputStatistics:
    """Sums up inputs, any number of them in little memory; one thread adds."""

    def __init__(self) -> None:
        self._delays = LagHistogram()
        self._to_paint = LagHistogram()

    def add(self, mark: InputMark) -> None:
        """Take an answered input into account."""
        self._delays.add(mark.delivered_ns - mark.at_ns)
        self._to_paint.add(mark.painted_ns - mark.at_ns)

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> InputStatistics:
        """Make those of the inputs among what happened."""
        statistics = cls()
        for each in entries:
            if isinstance(each, InputMark):
                statistics.add(each)
        return statistics

    def summary(self) -> InputSummary:
        """Sum up; any thread."""
        return InputSummary(self._to_paint.count, self._delays.percentiles(), self._to_paint.percentiles())


def made_at_ns(stamp_ms: int, delivered_ns: int) -> int:
    """Tell when an input was made, from the time that the platform has put on it.

    The stamp counts from a point that no platform promises. In fact X servers, Wayland's compositors, Windows and
    macOS count from the machine's start, as the monotonic clock does, mostly in 32 bits. One that, so read, is a time
    in the last minute is believed: by chance that happens once in 70,000. Any other, of an X server on another
    machine or of an event that a test has made up, tells nothing: then the input counts as made when it was
    delivered, and its delay as none, which is the least that it can have been.

    Args:
        stamp_ms: Qt's ``QInputEvent.timestamp()``; 0: none.
        delivered_ns: When the widget was given it, on the monotonic clock.
    """
    if not stamp_ms:
        return delivered_ns
    age_ms = delivered_ns // NS_PER_MS - stamp_ms
    if stamp_ms < _STAMP_RANGE_MS:
        # In 32 bits, the machine may have been running for longer than they can tell: the nearest such time.
        age_ms = (age_ms + _COARSE_MS) % _STAMP_RANGE_MS - _COARSE_MS
    if not -_COARSE_MS <= age_ms <= _OLDEST_MS:
        return delivered_ns
    return min(delivered_ns, delivered_ns - age_ms * NS_PER_MS)
