"""From heartbeats and looks to slices: pure, with time as an argument."""

from __future__ import annotations

from typing import NamedTuple

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.slices import LONG_TASK_MS, Slice, Summary


class Look(NamedTuple):
    """What somebody outside the GUI thread saw of it, or it of itself, at one moment."""

    at_ns: int
    cpu_ns: int
    """What the GUI thread has used of the processor since its start."""


OVERDUE_NS = 15 * NS_PER_MS
"""A beat that is later than this was not late for what timers and the system are late for."""
LATE_NS = 20 * NS_PER_MS
"""A look that is later than this waited longer than for the threads of Python code that take turns."""


class Detector:
    """Finds since when the GUI thread has served no event, whenever it serves one.

    A beat asks to be served one interval after the one before it, a ping as soon as it is posted. What either is late
    by, the GUI thread was busy for: at least that long, and at most since it last served something. Where a watchdog
    looks at the thread meanwhile, it was busy only since it was last seen idle, which narrows the start down to the
    watchdog's period; and where it computed all the while, its processor time tells the start itself.

    A thread that waits in C code which Qt has called without any Python function, a slot that is
    ``functools.partial(time.sleep, 1)`` say, looks as if it waited for events, until a beat is overdue: the start is
    known to half of the time between two beats then, and what is shorter than that time may be missed.

    The GUI thread calls `expect`, `beat` and `restart`, the watchdog the rest. Each attribute is written by one
    thread only and holds a frozen value, so that neither ever waits for the other.
    """

    def __init__(self) -> None:
        self.due_ns: int | None = None
        """When the next beat is due; any thread may read it."""
        self._served: Look | None = None
        self._pinged_ns: int | None = None
        self._idle: Look | None = None
        self._busy: _Busy | None = None

    def begin(self, now: Look) -> None:
        """Say that the GUI thread has been busy since then, before anybody looked at it; before all else."""
        self._busy = _Busy(now, now.at_ns)

    def expect(self, due_ns: int) -> None:
        """Say when the next beat is due."""
        self.due_ns = due_ns

    def beat(self, now_ns: int, cpu_ns: int = 0) -> Slice | None:
        """Tell for how long nothing was served before the event that is served now; None where none was expected.

        A beat that is served a moment early, which a timer's rounding allows, is an empty slice.

        Args:
            now_ns: The time.
            cpu_ns: What the GUI thread has used of the processor.
        """
        now = Look(now_ns, cpu_ns)
        due_ns, self.due_ns = self.due_ns, None
        served, self._served = self._served, now
        # A ping that was posted before the last beat was served with it.
        pinged_ns = self._pinged_ns
        if pinged_ns is not None and (served is None or pinged_ns > served.at_ns):
            due_ns = pinged_ns if due_ns is None else min(due_ns, pinged_ns)
        if due_ns is None:
            return None
        return Slice(self._start_ns(served, min(due_ns, now_ns), now), now_ns)

    def restart(self, now_ns: int, cpu_ns: int = 0) -> None:
        """Count nothing that was before."""
        self.due_ns = None
        self._served = Look(now_ns, cpu_ns)

    def ping(self, posted_ns: int) -> None:
        """Say that an event was posted to the GUI thread, which was found busy."""
        self._pinged_ns = posted_ns

    def overdue_since_ns(self, now_ns: int) -> int | None:
        """Tell since when a beat should have been served that is overdue; None where none is."""
        due_ns = self.due_ns
        return due_ns if due_ns is not None and now_ns - due_ns > OVERDUE_NS else None

    def look(self, look: Look, *, is_busy: bool, wanted_ns: int | None = None, looks_idle: bool = False) -> None:
        """Say what the GUI thread was seen to do.

        Args:
            look: When, and what it had used of the processor.
            is_busy: Whether it was doing anything but waiting for events.
            wanted_ns: Since when the watchdog had wanted to look, where something kept it from that, and the GUI
                thread from serving anything: that was busy then already. Likewise when a beat is overdue since then.
            looks_idle: Whether it looked as if it waited for events, and is known to be busy by an overdue beat only.
        """
        if not is_busy:
            self.rest(look)
        elif self._busy is None or (self._served is not None and self._busy.look.at_ns <= self._served.at_ns):
            self._busy = _Busy(look, look.at_ns if wanted_ns is None else wanted_ns, looks_idle)

    def rest(self, look: Look) -> None:
        """Say that it was idle; of `look` what is needed most often."""
        self._idle, self._busy = look, None

    def has_served_since(self, then_ns: int) -> bool:
        """Tell whether the GUI thread has served something since."""
        return self._served is not None and self._served.at_ns >= then_ns

    def busy_since_ns(self, now: Look) -> int | None:
        """Tell since when the GUI thread has served nothing, as far as can be seen now; None when it is idle.

        Args:
            now: The watchdog's present look.
        """
        busy, served = self._busy, self._served
        if busy is None or (served is not None and busy.look.at_ns <= served.at_ns):
            return None
        return self._start_ns(served, busy.since_ns, now)

    def _start_ns(self, served: Look | None, latest_ns: int, now: Look) -> int:
        """Estimate when the GUI thread became busy: after it was last seen idle or serving, and before ``latest_ns``.

        It cannot have used more processor time than has passed since. A thread that computes has used just as much,
        or, where others compute too, about the share that it got since it was first seen. Of one that waits nothing
        is known but the bounds: the middle between them is wrong by half of what is between them at most. A short
        slice is rather one of many short ones, and begins no earlier before ``latest_ns`` than it ends after it.
        """
        idle, busy = self._idle, self._busy
        if idle is None:
            # What it was seen busy with before it served something has ended with that.
            is_over = busy is None or (served is not None and busy.look.at_ns <= served.at_ns)
            return latest_ns if busy is None or is_over else min(latest_ns, busy.since_ns)
        was_unseen = idle.at_ns - latest_ns > OVERDUE_NS or (busy is not None and busy.looks_idle)
        earliest = idle if served is None or (served.at_ns < idle.at_ns and not was_unseen) else served
        if busy is not None and earliest.at_ns < busy.look.at_ns <= now.at_ns:
            latest_ns = min(latest_ns, busy.since_ns)
        else:
            busy = None
        used_ns = now.cpu_ns - earliest.cpu_ns
        bound_ns = max(earliest.at_ns, min(latest_ns, now.at_ns - used_ns))
        computes = used_ns * 2 >= now.at_ns - latest_ns
        if not computes:
            return max(bound_ns - (bound_ns - earliest.at_ns) // 2, 2 * latest_ns - now.at_ns)
        if busy is None or busy.since_ns < busy.look.at_ns:
            return bound_ns
        since_ns, used_since_ns = now.at_ns - busy.look.at_ns, now.cpu_ns - busy.look.cpu_ns
        used_before_ns = busy.look.cpu_ns - earliest.cpu_ns
        if used_before_ns <= used_since_ns < since_ns and used_since_ns > 0:
            # Whether it got the same share before nobody knows: halfway between all of the processor and that.
            scaled_ns = used_before_ns * since_ns // used_since_ns
            return max(earliest.at_ns, latest_ns - (used_before_ns + scaled_ns) // 2)
        return bound_ns


class _Busy(NamedTuple):
    """The first look since the GUI thread served something, or was idle, that found it busy."""

    look: Look
    since_ns: int
    looks_idle: bool = False


class Recorder:
    """Sums up the slices of one stretch of time, such as one load."""

    def __init__(self) -> None:
        self._longest_ns = 0
        self._frozen_ns = 0

    def add(self, found: Slice) -> None:
        """Take a slice into account."""
        self._longest_ns = max(self._longest_ns, found.duration_ns)
        if found.duration_ns > LONG_TASK_MS * NS_PER_MS:
            self._frozen_ns += found.duration_ns

    def summary(self) -> Summary:
        """Sum up what was added so far."""
        return Summary(self._longest_ns, self._frozen_ns)
