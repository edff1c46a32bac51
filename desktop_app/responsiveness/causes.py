"""Why the GUI thread served no event: what is measured about a freeze, and what that says."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.responsiveness.clock import NS_PER_MS
from desktop_app.responsiveness.events import Cause
from desktop_app.responsiveness.slices import Band

LEAST_SHARE = 0.4
"""Of the program's own time: a cause that took less is not named. Two equal halves, each a little blurred, are both
above it; so of what is named nothing else can have taken more than 60 %."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was measured about one freeze, in nanoseconds: each moment of it counts in one of these, or in none.

    Measurements blur: what is more than the freeze was long is cut where it is read (`shares`).
    """

    duration_ns: int
    computing_ns: int | None = 0
    """How long the GUI thread ran on the processor, but for what counts as collecting garbage or as holding the
    interpreter; None where the system cannot tell."""
    gc_ns: int = 0
    """How long the garbage collector ran in the GUI thread."""
    held_ns: int = 0
    """How long one call kept the interpreter, in the GUI thread or in one that it had to wait for."""
    not_scheduled_ns: int = 0
    """How long the GUI thread could have run and was not let, or the whole process was stopped."""
    suspended_ns: int = 0
    """How long the machine slept; may exceed the duration where the clock stands still meanwhile."""
    debugged_ns: int = 0
    """How long a debugger held the program."""

    def outside(self) -> dict[Cause, int]:
        """Tell what the program can do nothing about took, the most certain first; together at most the duration."""
        rest_ns = max(0, self.duration_ns)
        found: dict[Cause, int] = {}
        for cause, measured_ns in (
            (Cause.DEBUGGER, self.debugged_ns),
            (Cause.SUSPENDED, self.suspended_ns),
            (Cause.NOT_SCHEDULED, self.not_scheduled_ns),
        ):
            found[cause] = min(max(0, measured_ns), rest_ns)
            rest_ns -= found[cause]
        return found

    def own(self) -> dict[Cause, int]:
        """Tell what the program's own causes took; together with `outside` exactly the duration.

        Waiting is what is left: a thread that could not have run, and did not ask to, waited for something. Where the
        system cannot tell what the thread computed, what is left is unknown.
        """
        rest_ns = max(0, self.duration_ns) - sum(self.outside().values())
        found: dict[Cause, int] = {}
        for cause, measured_ns in (
            (Cause.GARBAGE_COLLECTION, self.gc_ns),
            (Cause.INTERPRETER_HELD, self.held_ns),
            (Cause.COMPUTING, self.computing_ns or 0),
        ):
            found[cause] = min(max(0, measured_ns), rest_ns)
            rest_ns -= found[cause]
        found[Cause.UNKNOWN if self.computing_ns is None else Cause.WAITING] = rest_ns
        return found


def cause_of(evidence: Evidence) -> Cause:
    """Tell why, from what was measured; unknown rather than a guess.

    What the program can do nothing about is the cause when it took half of the time or more; but for a machine that
    had other things to do, if what the program is known to have done meanwhile is a hang by itself. Otherwise it is
    left out of account, and the cause is what took the largest part of the rest, if that is `LEAST_SHARE` of it.
    """
    outside, own = evidence.outside(), evidence.own()
    if 2 * sum(outside.values()) >= max(1, evidence.duration_ns):
        cause = max(outside, key=outside.__getitem__)
        known_ns = sum(own[each] for each in (Cause.GARBAGE_COLLECTION, Cause.INTERPRETER_HELD, Cause.COMPUTING))
        if cause is not Cause.NOT_SCHEDULED or known_ns < Band.HANG * NS_PER_MS:
            return cause
    cause = max(own, key=own.__getitem__)
    return cause if own[cause] > 0 and own[cause] >= LEAST_SHARE * sum(own.values()) else Cause.UNKNOWN
