"""How long until the window is there, and until it can do something."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks.figures import Figure, Judged
from tests.benchmarks.processes import started
from tests.benchmarks.profiles import run_arguments, used_profile

RUNS = 15
AIM_RATIO = 1.3
NS_PER_MS = 1_000_000
CONDITIONS = ("slow", "healthy")


def measure(runs: int | None) -> Iterator[Figure]:
    """Measure the time from before the process is spawned to the end of the first paint, and until it is ready.

    Method: in turn the bare window, the program at ``slow`` (the default: with a proxy process) and at ``healthy``,
    each a fresh process, its profile directory and store made before. First paint: when the last widget of the first
    frame was painted, before the platform shows it. Ready: the presenter is connected and the service has said that
    it takes requests. Unit: milliseconds.

    Limits: with two cores the program's own children compete with its start, which is part of the figure; so does
    whatever else the machine does, hence medians. Files are in the disk cache. The watching adds 0.3 ms to the
    program, and neither is started by ``python -m``, which takes 6 ms more.
    """
    bare: list[float] = []
    painted: dict[str, list[float]] = {name: [] for name in CONDITIONS}
    ready: dict[str, list[float]] = {name: [] for name in CONDITIONS}
    with used_profile() as profile:
        for _ in range(runs or RUNS):
            bare.append(_bare_start_ms())
            for name in CONDITIONS:
                painted_ms, ready_ms = _program_start_ms(profile, name)
                painted[name].append(painted_ms)
                ready[name].append(ready_ms)
    for name in CONDITIONS:
        what = f"process start to first paint, {name}, against a bare window"
        yield Figure(what, "ms", tuple(painted[name]), tuple(bare), Judged.BY_RATIO, AIM_RATIO)
    for name in CONDITIONS:
        yield Figure(f"process start until a sign-in can be served, {name}", "ms", tuple(ready[name]))


def _bare_start_ms() -> float:
    with started("bare_window.py", "painted") as child:
        painted_ns = child.next("painted")
        child.go_on()
    return painted_ns / NS_PER_MS


def _program_start_ms(profile: Path, conditions: str) -> tuple[float, float]:
    with started("program.py", "ready", *run_arguments(profile, conditions)) as child:
        painted_ns = child.next("painted")
        child.go_on()
        ready_ns = child.next("ready")
        child.go_on()
    return painted_ns / NS_PER_MS, ready_ns / NS_PER_MS
