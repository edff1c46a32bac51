"""What happened during a load, for its execution timeline."""

from __future__ import annotations

from collections.abc import Iterable

from desktop_app.responsiveness.events import Cause, Freeze
from desktop_app.responsiveness.journal import Entry, InputMark, Lane, Span
from desktop_app.responsiveness.slices import Band, Slice


def happened(entries: Iterable[Entry], slices: Iterable[Slice], since_ns: int, until_ns: int) -> tuple[Entry, ...]:
    """Give what a load brought about, and the freezes that were measured but of which nobody has told more.

    What had begun before, the sign-out from the load before it say, is left out with all that belongs to it; but not
    what the GUI thread was busy with when the load began.

    Args:
        entries: The journal's.
        slices: What the monitor measured.
        since_ns: When the load was asked for, on the clock of both.
        until_ns: When it had ended; what had begun by then, and goes on, counts.
    """
    known = [each for each in entries if start_ns(each) <= until_ns]
    earlier = {each.group for each in known if isinstance(each, Span) and _counts_from_ns(each) < since_ns} - {0}
    kept = [
        each
        for each in known
        if _counts_from_ns(each) >= since_ns and not (isinstance(each, Span) and each.group in earlier)
    ]
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
    """Tell from when on something must have been to be of a load: of what the GUI thread did, when it ended."""
    is_of_gui_thread = isinstance(entry, Freeze) or (isinstance(entry, Span) and entry.kind.lane is Lane.GUI)
    return end_ns(entry) if is_of_gui_thread else start_ns(entry)


def start_ns(entry: Entry) -> int:
    """Tell when something began; an input, when it was made."""
    return entry.at_ns if isinstance(entry, InputMark) else entry.start_ns


def end_ns(entry: Entry) -> int:
    """Tell when something had ended."""
    return entry.painted_ns if isinstance(entry, InputMark) else entry.end_ns
