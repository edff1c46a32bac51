"""From heartbeats to slices: pure, with time as an argument."""

from __future__ import annotations

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import LONG_TASK_MS, Slice, Summary


class Detector:
    """Finds how late each heartbeat is served.

    A beat asks to be served one interval after the one before it. What it is late by, the GUI thread was busy for:
    at least that long, and at most one interval longer, for it may have become busy before the beat was due.
    """

    def __init__(self) -> None:
        self._due_ns: int | None = None

    def expect(self, due_ns: int) -> None:
        """Say when the next beat is due."""
        self._due_ns = due_ns

    def beat(self, now_ns: int) -> Slice | None:
        """Tell what the beat served now shows; None where none was expected.

        A beat that is served a moment early, which a timer's rounding allows, is an empty slice.
        """
        if self._due_ns is None:
            return None
        start_ns, self._due_ns = min(self._due_ns, now_ns), None
        return Slice(start_ns, now_ns)


class Recorder:
    """Sums up the slices of one stretch of time, such as one load."""

    def __init__(self) -> None:
        self._longest_ns = 0
        self._frozen_ns = 0

    def add(self, found: Slice) -> None:
        """Take a slice into account."""
        self._longest_ns = max(self._longest_ns, found.duration_ns)
        if found.duration_ns > LONG_TASK_MS * NS_PER_MS:
            self._frozen_ns += found.duration_ns

    def summary(self) -> Summary:
        """Sum up what was added so far."""
        return Summary(self._longest_ns, self._frozen_ns)
