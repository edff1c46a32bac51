"""What the program uses of the processor while nothing happens, and while its spinner turns."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.figures import Figure, Judged
from tests.benchmarks.processes import CHILDREN, finished
from tests.benchmarks.profiles import run_arguments, used_profile

RUNS = 3
DURATION_S = 5
MOST_IDLE_PERCENT = 1.0
NO_PARTS = ""
OWN_COSTS = (
    ("the moving indicator", "indicator", NO_PARTS),
    ("the monitor", "monitor", NO_PARTS),
    ("the lag strip, beside the monitor", "monitor,strip", "monitor"),
    ("all three", "indicator,monitor,strip", NO_PARTS),
)


def measure(runs: int | None) -> Iterator[Figure]:
    """Measure the processor time of the window's process while it is idle, and during a load that nobody answers.

    Method: the program by its own composition root, a fresh process each, in which some of the parts that are never
    at rest are not started: the ball that moves, the monitor (a heartbeat every 20 ms, the watchdog, and the times of
    paints and inputs), the strip with a chart of 30 s. Its processor time over 5 s, a second after everything has
    settled; with a part and without it in turn. Idle: the sign-in form. Spinner: a sign-in at ``silent``, with
    everything else off. Unit: % of one core.

    Limits: offscreen, Qt paints into memory at 60 Hz: what a display server does with it is its own process's. Half a
    percent more or less is what the machine does besides.
    """
    count = runs or RUNS
    with used_profile() as profile:
        bare = tuple(_percent(profile, NO_PARTS) for _ in range(count))
        what = "processor, idle, indicator, strip and monitor off"
        yield Figure(what, "% of a core", bare, judged=Judged.BY_ITSELF, aim=MOST_IDLE_PERCENT)
        for name, parts, others in OWN_COSTS:
            pairs = [(_percent(profile, parts), _percent(profile, others)) for _ in range(count)]
            ours, peer = zip(*pairs, strict=True)
            yield Figure(f"processor, idle, with {name}, against without", "% of a core", ours, peer)
        pairs = [(_percent(profile, NO_PARTS, "spinner"), _percent(profile, NO_PARTS)) for _ in range(count)]
        ours, peer = zip(*pairs, strict=True)
        yield Figure("processor, while the spinner turns, against idle", "% of a core", ours, peer)


def _percent(profile: Path, parts: str, moment: str = "idle") -> float:
    arguments = [*run_arguments(profile, "silent"), "--deadline", "60", "--mode", "async"]
    return 100 * float(finished(CHILDREN / "parts.py", parts, moment, DURATION_S, *arguments))
