"""What happened during a load, for its execution timeline."""

from __future__ import annotations

from collections.abc import Iterable

from desktop_app.responsiveness.events import Band, Cause, Freeze, Slice
from desktop_app.responsiveness.journal import Entry, InputMark


def happened(entries: Iterable[Entry], slices: Iterable[Slice], since_ns: int) -> tuple[Entry, ...]:
    """Give what ended after a time, and the freezes that were measured but of which nobody has told more.

    Args:
        entries: The journal's.
        slices: What the monitor measured.
        since_ns: On the clock of both.
    """
    kept = [each for each in entries if end_ns(each) >= since_ns]
    told = [each for each in kept if isinstance(each, Freeze)]
    untold = (
        Freeze(each.start_ns, each.end_ns, Cause.UNKNOWN)
        for each in slices
        if each.band > Band.SMOOTH
        and each.end_ns >= since_ns
        and not any(one.start_ns < each.end_ns and one.end_ns > each.start_ns for one in told)
    )
    return (*kept, *untold)


def end_ns(entry: Entry) -> int:
    """Tell when something had ended."""
    return entry.painted_ns if isinstance(entry, InputMark) else entry.end_ns
