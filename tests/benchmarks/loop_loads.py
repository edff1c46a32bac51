"""The event loops that are measured, the loads under which they are, and what of it is shown and judged. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

LIMIT, OURS, PARENT = "asyncio", "this loop", "qasync"
"""The loop that has no GUI to serve, the program's, and the one that it is derived from."""
LOOPS = (LIMIT, PARENT, "qtinter", "QtAsyncio", OURS)
GUI_LOOPS = LOOPS[1:]

TURNS_S = 1.0
SLEEPS = 300
REQUESTS = 4000
REQUESTS_ALONE = 1000
AT_ONCE = (1, 50, 200, 500)
TASKS, TURNS, TURN_US = 10_000, 100, 50
DOWNLOAD_BYTES = 100_000_000


@dataclass(frozen=True, slots=True)
class Load:
    """What a loop is made to do in a process of its own."""

    name: str
    title: str
    part: str
    """By which it can be asked for: ``loops-http``, say."""
    work: str
    """Of `children.loop_works`."""
    arguments: Mapping[str, int | float] = field(default_factory=dict)
    needs: str = ""
    """Which server it is made against, if one."""


def _requests(client: str, title: str, at_once: int) -> Load:
    requests = REQUESTS_ALONE if at_once == 1 else REQUESTS
    return Load(
        name=f"{client}-{at_once}",
        title=f"{title}, {at_once} at once",
        part="http",
        work=client,
        arguments={"at_once": at_once, "requests": requests},
        needs="http",
    )


TURNING = Load("turns", "turns", "turns", "turns", {"duration_s": TURNS_S})
TIMING = Load("timers", f"{SLEEPS} x sleep(0.1-30 ms)", "timers", "timers", {"count": SLEEPS})
SERVING = (
    *(_requests("httpx", "httpx2", at_once) for at_once in AT_ONCE),
    *(_requests("aiohttp", "aiohttp", at_once) for at_once in AT_ONCE),
    Load(
        "download",
        f"TLS, {DOWNLOAD_BYTES // 1_000_000} MB",
        "tls",
        "download",
        {"length": DOWNLOAD_BYTES},
        "tls",
    ),
    Load(
        "coroutines",
        f"{TASKS:,} tasks x {TURNS} x {TURN_US} us",
        "coroutines",
        "coroutines",
        {"tasks": TASKS, "turns": TURNS},
    ),
)
"""Those under which a GUI is watched."""
LOADS = (TURNING, TIMING, *SERVING)
PARTS: Mapping[str, tuple[Load, ...]] = MappingProxyType(
    {part: tuple(load for load in LOADS if load.part == part) for part in dict.fromkeys(load.part for load in LOADS)}
)
