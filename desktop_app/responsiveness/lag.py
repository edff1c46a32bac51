"""How the event-loop lag is distributed: percentiles of any number of values, in little memory."""

from __future__ import annotations

import math
from dataclasses import dataclass

STEPS_PER_OCTAVE = 16
"""Buckets are this fine: a percentile is at most 1/16 too high, and never too low."""
SMALLEST_NS = 1000


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Of how late events were served, or inputs answered, in nanoseconds; all 0 of none."""

    p50_ns: int
    p75_ns: int
    p95_ns: int
    p99_ns: int
    max_ns: int


class LagHistogram:
    """Counts lags in buckets whose width grows with them (as HdrHistogram does): some hundred numbers at most."""

    def __init__(self) -> None:
        self._counts: dict[int, int] = {}
        self._max_ns = 0

    def add(self, lag_ns: int) -> None:
        """Count a lag; one thread."""
        octaves = math.log2(lag_ns / SMALLEST_NS) if lag_ns > SMALLEST_NS else 0.0
        bucket = math.ceil(octaves * STEPS_PER_OCTAVE)
        self._counts[bucket] = self._counts.get(bucket, 0) + 1
        self._max_ns = max(self._max_ns, lag_ns)

    def percentiles(self) -> Percentiles:
        """Give the percentiles of all that was counted; any thread."""
        counts = self._counts.copy()
        p50_ns, p75_ns, p95_ns, p99_ns = (self._percentile(counts, share) for share in (50, 75, 95, 99))
        return Percentiles(p50_ns, p75_ns, p95_ns, p99_ns, self._max_ns)

    @property
    def count(self) -> int:
        """How many were counted; any thread."""
        return sum(self._counts.copy().values())

    def _percentile(self, counts: dict[int, int], share: int) -> int:
        wanted = math.ceil(sum(counts.values()) * share / 100)
        seen = 0
        for bucket in sorted(counts):
            seen += counts[bucket]
            if seen >= wanted:
                return min(self._max_ns, round(SMALLEST_NS * 2 ** (bucket / STEPS_PER_OCTAVE)))
        return 0
