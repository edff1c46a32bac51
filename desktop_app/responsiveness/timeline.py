"""The lag of the last seconds, and the rectangles that draw it: pure, for any painter."""

from __future__ import annotations

import math
from collections import deque
from typing import NamedTuple

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.slices import Band, Slice

FULL_HEIGHT_MS = 5000
"""A bar of full height; the scale is logarithmic, so that a frame and a hang can both be seen."""


class Bar(NamedTuple):
    """A rectangle of the chart, in the units that it was asked for; y grows downwards."""

    x: float
    y: float
    width: float
    height: float
    band: Band


class LagHistory:
    """The lag of the last ``span_ms``, as the worst of each ``bucket_ms``: bounded whatever the rate of beats."""

    def __init__(self, span_ms: int = 30_000, bucket_ms: int = 100) -> None:
        self.span_ms = span_ms
        self._bucket_ns = bucket_ms * NS_PER_MS
        self._worst_ns: deque[tuple[int, int]] = deque(maxlen=span_ms // bucket_ms + 1)

    def add(self, found: Slice) -> None:
        """Add a slice; it counts in every bucket that it spans."""
        last = found.end_ns // self._bucket_ns
        first = max(
            found.start_ns // self._bucket_ns, last - self._worst_ns.maxlen + 1 if self._worst_ns.maxlen else 0
        )
        for bucket in range(first, last + 1):
            self._raise(bucket, found.duration_ns)

    def _raise(self, bucket: int, lag_ns: int) -> None:
        for i in range(len(self._worst_ns) - 1, -1, -1):
            if self._worst_ns[i][0] == bucket:
                self._worst_ns[i] = (bucket, max(lag_ns, self._worst_ns[i][1]))
                return
            if self._worst_ns[i][0] < bucket:
                break
        self._worst_ns.append((bucket, lag_ns))

    def bars(self, now_ns: int, width: float, height: float) -> list[Bar]:
        """Lay the history out, the present at the right edge."""
        newest = now_ns // self._bucket_ns
        count = self.span_ms * NS_PER_MS // self._bucket_ns
        bar_width = width / count
        bars = []
        for bucket, lag_ns in self._worst_ns:
            if newest - bucket < count:
                x = max(0.0, width - (newest - bucket + 1) * bar_width)
                bar_height = height * height_share(lag_ns)
                bars.append(Bar(x, height - bar_height, bar_width, bar_height, Band.of(lag_ns)))
        return bars


def height_share(lag_ns: int) -> float:
    """Tell how high a lag reaches in the chart, from 0 to 1: logarithmic above 1 ms."""
    lag_ms = lag_ns / NS_PER_MS
    return min(1.0, math.log1p(lag_ms) / math.log1p(FULL_HEIGHT_MS))
