"""What happened during a load, for its execution timeline."""

from __future__ import annotations

from collections.abc import Iterable

from desktop_app.responsiveness.events import Band, Cause, Freeze, Slice
from desktop_app.responsiveness.journal import Entry, InputMark, Lane, Span


def happened(entries: Iterable[Entry], slices: Iterable[Slice], since_ns: int) -> tuple[Entry, ...]:
    """Give what a load brought about, and the freezes that were measured but of which nobody has told more.

    What had begun before, the sign-out from the load before it say, is left out; but not what the GUI thread was
    busy with when it began.

    Args:
        entries: The journal's.
        slices: What the monitor measured.
        since_ns: When the load was asked for, on the clock of both.
    """
    kept = [each for each in entries if _counts_from_ns(each) >= since_ns]
    told = [each for each in kept if isinstance(each, Freeze)]
    untold = (
        Freeze(each.start_ns, each.end_ns, Cause.UNKNOWN)
        for each in slices
        if each.band > Band.SMOOTH
        and each.end_ns >= since_ns
        and not any(one.start_ns < each.end_ns and one.end_ns > each.start_ns for one in told)
    )
    return (*kept, *untold)


def _counts_from_ns(entry: Entry) -> int:
    match entry:
        case InputMark():
            return entry.at_ns
        case Span() if entry.kind.lane is not Lane.GUI:
            return entry.start_ns
        case _:
            return entry.end_ns


def end_ns(entry: Entry) -> int:
    """Tell when something had ended."""
    return entry.painted_ns if isinstance(entry, InputMark) else entry.end_ns
