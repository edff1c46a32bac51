"""How long the service takes to be there."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.figures import Figure
from tests.helpers.service_process import running_service

RUNS = 5
NS_PER_MS = 1_000_000


def measure(runs: int | None) -> Iterator[Figure]:
    """Measure the time from before the service is spawned until it says that it takes requests.

    Method: a fresh process each, alone, once with no store, which it then makes with the demo account, and then again
    with that store. Unit: milliseconds.

    Limits: nothing competes with it; beside the start of the window it takes longer.
    """
    first: list[float] = []
    again: list[float] = []
    for _ in range(runs or RUNS):
        with tempfile.TemporaryDirectory(prefix="desktop-app-benchmark-") as directory:
            for values in (first, again):
                started_ns = time.monotonic_ns()
                with running_service(Path(directory)):
                    values.append((time.monotonic_ns() - started_ns) / NS_PER_MS)
    yield Figure("service alone: start to ready", "ms", tuple(again))
    yield Figure("service alone: first start, which makes the store", "ms", tuple(first))
