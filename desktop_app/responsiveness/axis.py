"""A time axis: where its ticks are, and what stands beside them. Pure."""

from __future__ import annotations

from desktop_app.responsiveness.clock import NS_PER_MS

NS_PER_S = 1_000_000_000
STEPS_NS = (
    *(step * 10**power for power in range(3, 10) for step in (1, 2, 5)),
    *(seconds * NS_PER_S for seconds in (10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 18_000, 36_000)),
)
"""From a microsecond to ten hours; each is a round number to a person."""


def ticks_ns(start_ns: int, end_ns: int, most: int) -> list[tuple[int, str]]:
    """Give the places of the ticks between two times, and their labels, at the finest step with so few."""
    most = max(2, most)
    step_ns = next((step for step in STEPS_NS if (end_ns - start_ns) / step <= most), STEPS_NS[-1])
    first = -(-start_ns // step_ns)
    return [(i * step_ns, label_of(i * step_ns, step_ns)) for i in range(first, end_ns // step_ns + 1)][: most + 1]


def label_of(at_ns: int, step_ns: int) -> str:
    """Write a time as finely as the step asks for: ``1.5 s``, ``250 ms``, ``12:30``."""
    if step_ns >= 60 * NS_PER_S or abs(at_ns) >= 600 * NS_PER_S:
        seconds, rest_ns = divmod(abs(at_ns), NS_PER_S)
        sign, fraction = "-" if at_ns < 0 else "", f"{rest_ns / NS_PER_S:.9f}"[1:].rstrip("0").rstrip(".")
        return f"{sign}{seconds // 60}:{seconds % 60:02}{fraction}"
    if step_ns >= 5 * NS_PER_MS and (abs(at_ns) >= NS_PER_S or step_ns >= 100 * NS_PER_MS or at_ns == 0):
        return f"{at_ns / NS_PER_S:g} s"
    return f"{at_ns / NS_PER_MS:g} ms"
