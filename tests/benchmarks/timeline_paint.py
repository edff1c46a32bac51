"""What the execution timeline of an hour costs to lay out and to paint."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tests.benchmarks.figures import Figure, Judged
from tests.benchmarks.processes import finished

RUNS = 15
FRAME_MS = 16.0


def measure(runs: int | None) -> Iterator[Figure]:
    """Measure laying out and painting a stretch of an hour's recording in an image of 1600 x 400 pixels.

    Method: a process of its own makes the recording (`tests.benchmarks.hour`): an hour of paints, keys, clicks,
    tasks, requests, queries and freezes, 200,000 or more; then it lays out and paints stretches in different places.
    Unit: milliseconds of the painting thread's processor time, of both together; and microseconds, of adding one
    entry.

    Limits: painted into memory; a screen's own costs are not in it, nor are those of a garbage collection that looks
    at all that was recorded.
    """
    measured = json.loads(finished("-m", "tests.benchmarks.hour", str(runs or RUNS)))
    for name, paints_ms in measured["paints_ms"].items():
        what = f"execution timeline of an hour ({measured['entries']:,} entries), {name} shown"
        yield Figure(what, "ms", tuple(paints_ms), judged=Judged.BY_ITSELF, aim=FRAME_MS)
    yield Figure("adding an entry to it", "us", tuple(measured["additions_us"]))
