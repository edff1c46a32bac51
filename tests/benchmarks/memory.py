"""How much memory the process of the window takes; its children, the service and the proxy, are not counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.benchmarks.figures import Figure, Judged
from tests.benchmarks.processes import ChildError, Memory, memory_of, started
from tests.benchmarks.profiles import run_arguments, used_profile

RUNS = 5
AIM_RATIO = 1.5
MOMENTS = {"painted": "right after the first paint", "idle": "idle, signed in once (async)"}


def measure(runs: int | None) -> Iterator[Figure]:
    """Measure the memory of the program's window process against that of a bare window.

    Method: ``/proc/PID/smaps_rollup``, read from outside while the process waits: in its first paint, and when it has
    been idle for a second, the program after one async sign-in at ``healthy``, with all imports done. In turn, a
    fresh process each. RSS is all of it; own is what the process wrote, its private dirty pages. Unit: MiB.

    Limits: Linux only. USS is not it: clean pages of Qt's libraries count as private, 30 MiB of them, until any other
    Qt program runs, so that it tells more about the rest of the machine than about this program.
    """
    ours: dict[str, list[Memory]] = {moment: [] for moment in MOMENTS}
    peer: dict[str, list[Memory]] = {moment: [] for moment in MOMENTS}
    with used_profile() as profile:
        for _ in range(runs or RUNS):
            _watch("bare_window.py", ["painted", "idle"], peer)
            _watch("program.py", ["painted", "ready", "idle"], ours, *map(str, run_arguments(profile, "healthy")))
    for moment, when in reversed(MOMENTS.items()):
        for kind, name in (("resident", "RSS"), ("own", "own")):
            yield Figure(
                f"memory, {name}, {when}",
                "MiB",
                tuple(getattr(memory, kind) for memory in ours[moment]),
                tuple(getattr(memory, kind) for memory in peer[moment]),
                Judged.BY_RATIO,
                AIM_RATIO,
            )


def _watch(script: str, events: Sequence[str], memories: dict[str, list[Memory]], *arguments: str) -> None:
    with started(script, "idle", *arguments) as child:
        for event in events:
            child.next(event)
            memory = memory_of(child.process.pid)
            if memory is None:
                raise ChildError("it needs Linux, whose /proc tells how much memory a process has")
            if event in memories:
                memories[event].append(memory)
            child.go_on()
