"""What is kept of the freezes: bounded, and those from one place together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from desktop_app.responsiveness.events import Cause, Frame, Freeze

MOST_PLACES = 200
Place: TypeAlias = tuple[str, int, str, Cause, bool]


@dataclass(frozen=True, slots=True)
class RepeatedFreeze:
    """Freezes from one place, for one cause."""

    longest: Freeze
    count: int
    total_ns: int
    """Their lengths, summed."""
    first_start_ns: int
    last_start_ns: int

    @classmethod
    def of(cls, freeze: Freeze) -> RepeatedFreeze:
        """Begin with the first one."""
        return cls(freeze, 1, freeze.duration_ns, freeze.start_ns, freeze.start_ns)

    def once_more(self, freeze: Freeze) -> RepeatedFreeze:
        """Add another one from the same place."""
        return RepeatedFreeze(
            max(self.longest, freeze, key=lambda each: each.duration_ns),
            self.count + 1,
            self.total_ns + freeze.duration_ns,
            self.first_start_ns,
            freeze.start_ns,
        )


def place_of(freeze: Freeze) -> Place:
    """Tell what freezes are merged by: where it was, why, and whether the event loop had run before."""
    frame = freeze.culprit.frame if freeze.culprit else Frame("", 0, "")
    return frame.file, frame.line, frame.function, freeze.cause, freeze.is_startup


class FreezeLog:
    """Keeps the freezes of a run, those from one place merged.

    When there are more than `MOST_PLACES` places, that with the least time is forgotten, and counted.
    """

    def __init__(self) -> None:
        self._places: dict[Place, RepeatedFreeze] = {}
        self.forgotten = 0
        """How many places were."""

    def add(self, freeze: Freeze) -> None:
        """Take a freeze that has ended; the watchdog's thread."""
        place = place_of(freeze)
        before = self._places.get(place)
        self._places[place] = before.once_more(freeze) if before else RepeatedFreeze.of(freeze)
        self._forget()

    def repeated(self) -> tuple[RepeatedFreeze, ...]:
        """Give them, that with the most time first; any thread."""
        return tuple(sorted(self._places.copy().values(), key=lambda each: each.total_ns, reverse=True))

    def _forget(self) -> None:
        if len(self._places) > MOST_PLACES:
            del self._places[min(self._places, key=lambda place: self._places[place].total_ns)]
            self.forgotten += 1
