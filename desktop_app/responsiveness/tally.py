"""Sums a run's freezes up: those of the program, and apart those that were not its doing."""

from __future__ import annotations

import copy

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Freeze
from desktop_app.responsiveness.freezes import FreezeLog, RepeatedFreeze


class Tally:
    """Counts the freezes, and keeps those from one place together; one thread adds, any reads.

    Args:
        budget_ms: The longest freeze that is allowed.
    """

    def __init__(self, budget_ms: int) -> None:
        self.frozen_ns = self.longest_ns = self.count = self.over_budget_count = 0
        """Of the program's own."""
        self.apart_ns = self.apart_count = 0
        self._budget_ns = budget_ms * NS_PER_MS
        self._own = FreezeLog()
        self._apart = FreezeLog()
        self._lasting: tuple[RepeatedFreeze, ...] = ()

    @property
    def freezes(self) -> tuple[RepeatedFreeze, ...]:
        """The program's own, one that lasts first, then that place with the most time."""
        return (*self._lasting, *self._own.repeated())

    @property
    def apart(self) -> tuple[RepeatedFreeze, ...]:
        """Those that were not the program's doing."""
        return self._apart.repeated()

    @property
    def places_left_out(self) -> int:
        """Places of the program's own freezes that there was no room for."""
        return self._own.forgotten

    def add(self, freeze: Freeze) -> None:
        """Count a freeze that has ended."""
        if freeze.cause.is_of_the_program:
            self._own.add(freeze)
            self._count(freeze)
        else:
            self._apart.add(freeze)
            self.apart_ns += freeze.duration_ns
            self.apart_count += 1

    def with_lasting(self, freeze: Freeze) -> Tally:
        """Give this tally with a freeze that has not ended."""
        tally = copy.copy(self)
        if freeze.cause.is_of_the_program:
            tally._count(freeze)  # noqa: SLF001 - it is a tally, too
            tally._lasting = (RepeatedFreeze.of(freeze),)  # noqa: SLF001
        return tally

    def _count(self, freeze: Freeze) -> None:
        self.frozen_ns += freeze.duration_ns
        self.longest_ns = max(self.longest_ns, freeze.duration_ns)
        self.count += 1
        # While the system ran something else, the program could not have been quicker.
        self.over_budget_count += freeze.own_ns > self._budget_ns
