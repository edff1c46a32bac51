"""Why the GUI thread served no event: what is measured about a freeze, and what that says."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.responsiveness.events import Cause


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was measured about one freeze; all but the flag in nanoseconds."""

    duration_ns: int
    cpu_ns: int = 0
    """What the GUI thread used of the processor."""
    gc_ns: int = 0
    """How long the garbage collector ran in the GUI thread."""
    held_ns: int = 0
    """How long the watchdog wanted the interpreter and did not get it."""
    not_scheduled_ns: int = 0
    """How long the GUI thread could have run and was not let, or the whole process was stopped."""
    suspended_ns: int = 0
    """How long the machine slept."""
    is_debugged: bool = False
    """Whether a debugger held the program."""


def cause_of(evidence: Evidence) -> Cause:
    """Tell why, from what was measured: what took half of the time or more; unknown rather than a guess."""
    half_ns = evidence.duration_ns / 2
    if evidence.is_debugged:
        return Cause.DEBUGGER
    for measured_ns, cause in (
        (evidence.suspended_ns, Cause.SUSPENDED),
        (evidence.not_scheduled_ns, Cause.NOT_SCHEDULED),
        (evidence.gc_ns, Cause.GARBAGE_COLLECTION),
        (evidence.held_ns, Cause.INTERPRETER_HELD),
        (evidence.cpu_ns, Cause.COMPUTING),
    ):
        if measured_ns >= half_ns:
            return cause
    return Cause.WAITING
