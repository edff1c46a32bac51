"""What it costs to be watched: with and without the monitor, in turn."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.figures import Figure, Judged
from tests.benchmarks.processes import CHILDREN, finished

RUNS = 7
IDLE_S = 10
BOUND_S = 3
TICK_MS = 10
TICKS_MS = (5, 20, 40)
MOST_IDLE_PERCENT = 1.0
MOST_BOUND_RATIO = 1.02


def measure(runs: int | None) -> Iterator[Figure]:
    """Measure the processor time that a monitor takes while nothing happens, and how it slows a busy event loop.

    Method: fresh processes, one with the monitor and one without in turn. Idle: the process's processor time over
    10 s. Busy: how long an event takes in a loop that does nothing but serve them, for 3 s: Qt timers that are always
    due, turns of ten asyncio tasks on qasync, and, as information, tasks that are created and end. The monitor
    follows tasks, as ``desktop-app watch`` has it do: each that ends is a span in its journal. There the process
    without has a thread that sleeps, as most programs have one: with a second thread, whatever it does, glibc's locks
    are no longer free of charge.

    Limits: what the machine does besides is in it; the busy ones do nothing in their events, so that real ones feel
    less.
    """
    watched, alone = [_idle("monitor", TICK_MS) for _ in range(runs or RUNS)], [_idle("none", TICK_MS)]
    yield Figure(
        f"processor, idle, watched every {TICK_MS} ms, above unwatched",
        "% of a core",
        tuple(each - alone[0] for each in watched),
        judged=Judged.BY_ITSELF,
        aim=MOST_IDLE_PERCENT,
    )
    for tick_ms in TICKS_MS:
        yield Figure(f"processor, idle, watched every {tick_ms} ms", "% of a core", (_idle("monitor", tick_ms),))
    for work in ("timers", "tasks", "spawn"):
        pairs = [(_event_ns(work, "monitor"), _event_ns(work, "thread")) for _ in range(runs or RUNS)]
        ours, peer = zip(*pairs, strict=True)
        if work == "spawn":
            yield Figure("a task that is created and ends, watched", "ns", ours, peer)
        else:
            yield Figure(
                f"an event, busy loop of {work}, watched", "ns", ours, peer, Judged.BY_RATIO, MOST_BOUND_RATIO
            )


def _idle(watch: str, tick_ms: int) -> float:
    return 100 * float(finished(CHILDREN / "watched.py", "idle", watch, IDLE_S, tick_ms))


def _event_ns(work: str, watch: str) -> float:
    return BOUND_S * 1e9 / float(finished(CHILDREN / "watched.py", work, watch, BOUND_S, TICK_MS))
